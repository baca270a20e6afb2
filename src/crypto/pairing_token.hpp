// The long pairing token (rulings 12): Crockford base32 of an 80-bit secret and the first 80 bits
// of SHA-256 over the SPKI of Studio's root, one check symbol, groups of five. The check is local:
// a typo never reaches the network.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/result.hpp"
#include "crypto/keys.hpp"

namespace vistter::crypto {

struct PairingToken {
    std::array<std::uint8_t, 10> secret{};
    std::array<std::uint8_t, 10> root_pin{};  // first 80 bits of the root's SPKI SHA-256
    friend bool operator==(const PairingToken&, const PairingToken&) = default;
};

PairingToken make_pairing_token(const PublicKey& studio_root, Random& random);
std::string format_pairing_token(const PairingToken& token);
// Upper or lower case, with or without separators. PAIR_CHECK when a symbol or the check is wrong.
Result<PairingToken> parse_pairing_token(std::string_view text);
// What Studio stores instead of the secret: SHA-256 over "vistter-pairing\0" serial "\0" secret,
// hex.
std::string pairing_secret_hash(const PairingToken& token, std::string_view serial);
bool pin_matches(const PairingToken& token, const PublicKey& root);

}  // namespace vistter::crypto
