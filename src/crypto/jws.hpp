// Compact JWS with ES256 over exact bytes (contract B.3, RFC 7515, RFC 7518 section 3.4). The
// protected header has exactly `alg, kid, typ`; anything else is refused before a key is looked up.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "crypto/keys.hpp"

namespace vistter::crypto {

inline constexpr std::string_view message_typ = "vistter-msg+jws";

// A token taken apart, not yet verified: nothing in it may be trusted or answered.
struct Jws {
    std::string kid;
    std::string typ;
    std::string payload;        // decoded bytes
    std::string signing_input;  // header.payload as received
    Bytes signature;            // 64 bytes r || s
};

// kid: printable ASCII without quotes or backslash, at most 128 characters.
std::string sign_jws(const PrivateKey& key, std::string_view kid, std::string_view typ,
                     std::string_view payload);
// Errors: VAL_TOO_BIG past `limit`, SEC_UNAUTHORISED with the reason for anything else.
Result<Jws> read_jws(std::string_view compact, std::string_view expected_typ, std::size_t limit);
bool verify_jws(const Jws& jws, const PublicKey& key);

}  // namespace vistter::crypto
