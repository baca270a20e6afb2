// Passwords at rest: scrypt (RFC 7914) with a random salt, spelled "scrypt$N$r$p$salt$hash".
#pragma once

#include <string>
#include <string_view>

#include "base/random.hpp"

namespace vistter::crypto {

inline constexpr std::size_t min_password_length = 12;

std::string hash_password(std::string_view password, Random& random);
bool check_password(std::string_view password, std::string_view stored);
// A setup code of 10 Crockford symbols in two groups, e.g. "7KQ2M-X9D4A".
std::string make_setup_code(Random& random);

}  // namespace vistter::crypto
