// Dates in tokens: an RFC 3339 text laid out by a pattern (contract C.9, a subset of LDML).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vistter::ocl {

// `text` by `pattern` with its own offset kept; nothing if `text` is not a date and time. Fields:
// yyyy MM dd EEE HH hh mm ss a; anything else is copied.
std::optional<std::string> format_date(std::string_view text, std::string_view pattern);

}  // namespace vistter::ocl
