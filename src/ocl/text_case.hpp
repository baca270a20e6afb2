// UTF-8 by code points, and upper and lower case without locales: the same text on every machine.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vistter::ocl {

// Latin (to U+017F), Greek and Cyrillic letters change case one to one; everything else stays.
std::string to_upper(std::string_view text);
std::string to_lower(std::string_view text);
// The first `count` code points. Never cuts inside one.
std::string_view first_code_points(std::string_view text, std::size_t count);

}  // namespace vistter::ocl
