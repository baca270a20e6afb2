// Inside crypto only: the one curve, and ECDSA signatures over it in the 64-byte form of JOSE (RFC
// 7518 section 3.4).
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "crypto/keys.hpp"

namespace vistter::crypto {

bool is_p256(evp_pkey_st* key);

// r || s, 32 bytes each, big endian.
Bytes sign_p256(const PrivateKey& key, std::string_view message);
// False for anything but exactly 64 bytes with r and s in 1..n-1 that verify; low and high s are
// taken (contract B.3).
bool verify_p256(const PublicKey& key, std::string_view message, ByteView signature);

}  // namespace vistter::crypto
