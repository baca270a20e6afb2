// Secrets sealed to one appliance: JWE compact, ECDH-ES+A256KW with A256GCM over P-256 (contract
// B.8.1; RFC 7516, RFC 7518 sections 4.6 and 5.3). The protected header has exactly `alg, enc, epk,
// kid`.
#pragma once

#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/result.hpp"
#include "crypto/keys.hpp"

namespace vistter::crypto {

inline constexpr std::size_t sealed_limit = 65'536;  // bytes of the compact text

// A new ephemeral key, content key and IV every time. kid: as in crypto/jws.hpp.
std::string seal(const PublicKey& to, std::string_view kid, std::string_view secret,
                 Random& random);
// Which key it was sealed to; nothing in it may be trusted. SEC_BAD_SEAL when it is no such text.
Result<std::string> sealed_kid(std::string_view compact);
// The secret, or one SEC_BAD_SEAL that does not say which check failed.
Result<std::string> unseal(const PrivateKey& key, std::string_view kid, std::string_view compact);

}  // namespace vistter::crypto
