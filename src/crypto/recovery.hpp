// The request with which an appliance that slept past its certificate comes home: signed with its
// signing key, which does not expire, and answered over a connection that the pinned root proves
// (docs/decisions/0011).
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "crypto/jws.hpp"

namespace vistter::crypto {

// Its own type, so that a message can never be shown as a request for recovery.
inline constexpr std::string_view recovery_typ = "vistter-recover+jws";
inline constexpr std::size_t recovery_limit = 8'192;

struct RecoveryRequest {
    std::string device_id;
    std::string csr_tls;  // PEM, of a new key
    std::string nonce;    // 16 random bytes, base64url: Studio takes it once
    WallTime timestamp;   // whole milliseconds, the device's own clock: recorded, not judged
};

// kid: the device's signing key, "<device_id>#<n>".
std::string sign_recovery(const PrivateKey& signing_key, std::string_view kid,
                          const RecoveryRequest& request);
// Taken apart, not verified: `kid` says whose key to look up. SEC_UNAUTHORISED, VAL_TOO_BIG.
Result<Jws> read_recovery(std::string_view compact);
// The request, once its signature verifies with `key` and it names the device of its kid.
Result<RecoveryRequest> verify_recovery(const Jws& jws, const PublicKey& key);

}  // namespace vistter::crypto
