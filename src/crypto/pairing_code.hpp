// The short pairing code that a person types: eight Crockford symbols, seven of them secret (35
// bits), the last a check. It proves itself by crypto/srp.hpp and never travels.
#pragma once

#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/result.hpp"

namespace vistter::crypto {

inline constexpr std::size_t pairing_code_length = 8;

// "ABCDEFGH" in its one normal spelling: upper case, no separators.
std::string make_pairing_code(Random& random);
// As shown to people: "ABCD-EFGH".
std::string format_pairing_code(std::string_view code);
// Upper or lower case, I and L for 1, O for 0, with or without separators. PAIR_CHECK when a symbol
// or the check is wrong: one wrong symbol and two exchanged ones are always noticed.
Result<std::string> parse_pairing_code(std::string_view text);
// Whether a person meant a code rather than a long token: by its length alone.
bool reads_as_pairing_code(std::string_view text);

}  // namespace vistter::crypto
