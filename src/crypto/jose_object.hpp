// Inside crypto only: the small, strict part of JSON that our own JOSE headers and claims use.
// Refusing everything else before a signature is checked leaves no room for two readers to differ.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace vistter::crypto {

// A member of an object inside is named "outer.inner". Values are strings and integers of at most
// 15 digits.
using JoseObject = std::map<std::string, std::variant<std::string, std::int64_t>>;

// One JSON object, at most 4096 bytes, one level of objects inside it. Nothing for: repeated or
// empty names, escapes, control characters, fractions, exponents, leading zeros, arrays, true,
// false, null, anything after the object.
std::optional<JoseObject> read_jose_object(std::string_view text);

// `text` as a JSON string. Throws std::invalid_argument if it needs an escape: a caller's mistake.
std::string jose_string(std::string_view text);

}  // namespace vistter::crypto
