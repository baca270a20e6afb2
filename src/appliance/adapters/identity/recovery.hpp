// Asks Studio for a new certificate with the signing key, for an identity whose certificate has
// ended or is not taken any more (docs/decisions/0011).
#pragma once

#include <functional>

#include "appliance/core/address_policy.hpp"
#include "appliance/core/identity.hpp"
#include "async/loop.hpp"
#include "base/random.hpp"
#include "crypto/tpm.hpp"
#include "net/proxy.hpp"

namespace vistter::appliance {

struct Recovery {
    Identity identity;
    std::function<Result<PairAnswer>(const std::string& json)> read_answer;
    net::Proxy proxy;
    crypto::KeyHome home = crypto::KeyHome::file;  // of the new key
    WallTime known_time;                           // judged at, and stamped with
};

// On a worker; `done` on the loop's thread, exactly once: the identity as Studio renewed it, not
// yet kept. Errors: SEC_REVOKED when Studio turns us away (unknown and revoked look the same),
// SEC_PIN, SEC_UNAUTHORISED (an answer that does not fit), AST_FETCH, SYS_TIMEOUT, SYS_BUSY.
// `policy` and `random` must outlive the workers.
void recover(async::Loop& loop, async::WorkerPool& workers, const AddressPolicy& policy,
             Random& random, Recovery recovery, std::function<void(Result<Identity>)> done);

}  // namespace vistter::appliance
