// Inside crypto only: the members of an EC JWK (RFC 7518 section 6.2.1) and the point they stand
// for.
#pragma once

#include <string>
#include <string_view>

#include "crypto/keys.hpp"

namespace vistter::crypto {

struct JwkPoint {
    std::string x, y;  // base64url, 32 bytes each
};

JwkPoint point_of(const PublicKey& key);
// Errors: SEC_UNAUTHORISED for anything but a point of P-256 other than infinity.
Result<PublicKey> key_of_point(std::string_view x, std::string_view y);

}  // namespace vistter::crypto
