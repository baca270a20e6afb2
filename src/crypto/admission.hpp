// The request with which an appliance asks for a session where no client certificate is shown:
// signed with its signing key and bound to the very connection it is sent over
// (docs/decisions/0014).
#pragma once

#include <string>
#include <string_view>

#include "crypto/jws.hpp"

namespace vistter::crypto {

// Its own type, so that neither a message nor a request for recovery can be shown as one.
inline constexpr std::string_view admission_typ = "vistter-admit+jws";
inline constexpr std::size_t admission_limit = 2'048;

struct AdmissionRequest {
    std::string device_id;
    std::string certificate_thumbprint;  // as in SessionClaims: what the session is bound to
    std::string audience;                // "studio:<environment>", audience_of() a kid of Studio's
    Bytes tls_exporter;                  // of this connection (net::Fetched): good nowhere else
};

// "studio:<environment>#<n>" without its number.
std::string audience_of(std::string_view studio_kid);

// kid: the device's signing key, "<device_id>#<n>".
std::string sign_admission(const PrivateKey& signing_key, std::string_view kid,
                           const AdmissionRequest& request);
// Taken apart, not verified: `kid` says whose key to look up. SEC_UNAUTHORISED, VAL_TOO_BIG.
Result<Jws> read_admission(std::string_view compact);
// The request, once its signature verifies with `key` and it names the device of its kid.
Result<AdmissionRequest> verify_admission(const Jws& jws, const PublicKey& key);

}  // namespace vistter::crypto
