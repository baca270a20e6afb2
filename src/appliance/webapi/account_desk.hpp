// Setup, sign-in and the operator's password.
#pragma once

#include <memory>
#include <string>

#include "appliance/webapi/call.hpp"
#include "appliance/webapi/gate.hpp"
#include "appliance/webapi/local_services.hpp"

namespace vistter::appliance {

class AccountDesk {
  public:
    AccountDesk(LocalServices& services, Gate& gate) : services_(services), gate_(gate) {}
    void get_setup(Call& call);
    void post_setup(Call& call);
    void post_session(Call& call);
    void delete_session(Call& call);
    void get_me(Call& call);
    void post_password(Call& call);
    void put_operator(Call& call);
    void delete_operator(Call& call);

  private:
    void audit(const std::string& role, const std::string& action, const std::string& result);
    bool too_many_guesses(Call& call);
    void hash_then(Call& call, const std::string& password,
                   std::function<void(LateAnswer&, const std::string& hash)> then);
    void keep_account(LateAnswer& waiting, const std::string& hash);
    void keep_password(LateAnswer& waiting, const std::string& role, const std::string& hash);
    void let_in(LateAnswer& waiting, const std::string& role, bool right);

    LocalServices& services_;
    Gate& gate_;
    GuessLimit guesses_;
};

}  // namespace vistter::appliance
