// CREDENTIAL_REFRESH: one credential is renewed in two commands, proven by a live session before
// the old one is dropped, while the show goes on (contract B.9, acceptance G5.3;
// docs/decisions/0008).
#pragma once

#include <memory>

#include "appliance/core/credential_port.hpp"
#include "appliance/core/workshop.hpp"

namespace vistter::appliance {

class CredentialDesk {
  public:
    explicit CredentialDesk(Workshop& workshop)
        : clock_(workshop.clock), reports_(workshop.reports), port_(workshop.credentials) {}
    Decision decide(const contract::CredentialRefresh& command);
    // Idempotent: what a former process had promoted is answered, what it had not is tried again.
    void run(const contract::CredentialRefresh& command, const contract::Envelope& envelope);

  private:
    Decision request(const contract::CredentialRefresh& command);
    void begin(const contract::CredentialRefresh& command, const contract::Envelope& envelope);
    void renew(const contract::Envelope& envelope);
    void proven(const contract::CredentialRefresh& command, const contract::Envelope& envelope);
    void refused(const contract::CredentialRefresh& command, const contract::Envelope& envelope,
                 const std::string& reason);
    void tell_rotated(const contract::CredentialRefresh& command,
                      const contract::Envelope& envelope);
    // A callback that does nothing once this desk is gone.
    template <class Function>
    auto guarded(Function function);

    Clock& clock_;
    Reports& reports_;
    CredentialPort& port_;
    // Shared with calls that may come back after this desk is gone: they look before they touch it.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace vistter::appliance
