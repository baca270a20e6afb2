// A QR code (ISO/IEC 18004, error correction M) of a text, for a terminal and for a page.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace vistter::qr {

// Block characters, two rows a line, four quiet modules around; black on white whatever the
// terminal's colours (ANSI). VAL_TOO_BIG when the text does not fit (2,331 bytes).
Result<std::string> to_terminal(std::string_view text);
// An <svg> of one path, viewBox in modules, quiet zone included; black on white.
Result<std::string> to_svg(std::string_view text);

}  // namespace vistter::qr
