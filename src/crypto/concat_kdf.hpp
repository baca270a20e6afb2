// Inside crypto only: the key derivation of ECDH-ES (RFC 7518 section 4.6.2, NIST SP 800-56A).
#pragma once

#include <string_view>

#include "base/bytes.hpp"

namespace vistter::crypto {

// One round of SHA-256: `bits` is 128 or 256.
Bytes concat_kdf(ByteView shared_secret, std::string_view algorithm, std::string_view party_u,
                 std::string_view party_v, std::uint32_t bits);

}  // namespace vistter::crypto
