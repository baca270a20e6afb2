// Bytes and their three spellings: hex, base64url without padding (RFC 4648 section 5), Crockford
// base32.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vistter {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

ByteView as_bytes(std::string_view text);
std::string_view as_text(ByteView bytes);

std::string to_hex(ByteView bytes);  // lower case
std::optional<Bytes> from_hex(std::string_view text);

std::string to_base64url(ByteView bytes);
// Strict: no padding, no white space, unused trailing bits zero; otherwise nothing.
std::optional<Bytes> from_base64url(std::string_view text);

// Crockford base32, most significant bit first, the last symbol padded with zero bits, upper case.
std::string to_crockford(ByteView bytes);
// Reads upper and lower case, I and L as 1, O as 0; `size` bytes are expected, trailing bits must
// be zero.
std::optional<Bytes> from_crockford(std::string_view text, std::size_t size);
// The value 0..31 of one symbol, or nothing.
std::optional<int> crockford_value(char symbol);
inline constexpr std::string_view crockford_alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

}  // namespace vistter
