// Setup, sign-in and pairing: the writes of the local API. Every one of them leaves an
// audit.local_action EVENT.
#pragma once

#include <memory>
#include <string>

#include "appliance/webapi/gate.hpp"
#include "appliance/webapi/local_services.hpp"

namespace vistter::appliance {

// A request on its way to its answer.
struct Call {
    const net::Request& request;
    std::string correlation_id;
    std::unique_ptr<net::Responder> responder;
    std::string csrf_token = {};  // of the session, where one is required
};

class AccountDesk {
  public:
    AccountDesk(LocalServices& services, Gate& gate) : services_(services), gate_(gate) {}
    void get_setup(Call& call);
    void post_setup(Call& call);
    void post_session(Call& call);
    void delete_session(Call& call);
    void get_me(Call& call);
    void post_pairing(Call& call);

  private:
    struct Waiting;
    void audit(const std::string& action, const std::string& target, const std::string& result);
    bool too_many_guesses(Call& call);
    void keep_account(Waiting& waiting, const std::string& hash);
    void let_in(Waiting& waiting, bool right);

    LocalServices& services_;
    Gate& gate_;
    GuessLimit guesses_;
};

}  // namespace vistter::appliance
