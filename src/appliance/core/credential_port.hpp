// What the credential desk needs done with keys, certificates and slots (implemented in app/ on
// adapters/identity and the road).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "contract/messages.hpp"

namespace vistter::appliance {

// What the identity in use says of itself.
struct CredentialFacts {
    std::string signing_kid, sealing_kid, studio_url;
    std::optional<WallTime> certificate_ends;
    std::string certificate_thumbprint = {};  // base64url SHA-256 of its DER, as Studio names it
};

class CredentialPort {
  public:
    using Done = std::function<void(bool good, std::string reason)>;
    virtual ~CredentialPort() = default;
    virtual CredentialFacts facts() = 0;

    // Makes a key for `credential` and keeps it durably beside the identity; what Studio needs of
    // it as the ACK's result: {"csr": PEM} with the challenge in it, or {"jwk": {...}}. Asked
    // again, it makes another key.
    virtual Result<std::string> request(const std::string& credential,
                                        const std::string& challenge) = 0;
    // Whether the identity in use already is what the bundle would make of it.
    virtual bool is_current(const contract::CredentialRefresh& bundle) = 0;
    // Whether the bundle fits the identity and the key that was asked with; changes nothing.
    // Errors: SEC_UNAUTHORISED, STA_TRANSITION when no key waits for it.
    virtual Status judge(const contract::CredentialRefresh& bundle) = 0;
    // Fills the slot `next` with what the bundle makes of the identity. Errors as judge(), and
    // SYS_STORAGE.
    virtual Status stage(const contract::CredentialRefresh& bundle) = 0;
    // Opens a session with the slot `next`. Not from within this call: `done(true, "")` at the
    // first WELCOME, `done(false, why)` when the road is back at the identity in use.
    virtual void prove(std::int64_t confirm_ms, Done done) = 0;
    // The slot `next` is in use from now on, for good. When it cannot be stored the road goes back.
    virtual Status promote() = 0;
    virtual void drop() = 0;
    // Fetches a fresh session token and shows it in the live session.
    virtual void renew_token(Done done) = 0;
    // Calls `work` at `when`; at once, but not from within this call, when that is over.
    virtual void at(WallTime when, std::function<void()> work) = 0;
};

}  // namespace vistter::appliance
