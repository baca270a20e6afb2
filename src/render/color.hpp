// sRGB bytes to BT.709 limited range and back (ITU-R BT.709, 3.2 and 3.3). Ours, because libyuv's
// ARGB rows are BT.601.
#pragma once

#include <array>
#include <cstdint>

namespace vistter::render {

// One pixel ready for blending: every component already carries its alpha, so that
// result = source + under * (1 - a) holds for Y, U and V alike.
struct Yuva {
    std::uint8_t y = 0, u = 0, v = 0, a = 0;
};

// From premultiplied R, G, B (each at most `a`). With the range's offsets scaled by alpha: Y -
// 16(1-a), C - 128(1-a).
Yuva to_yuva(std::uint8_t r, std::uint8_t g, std::uint8_t b, std::uint8_t a);

// One pixel back to R, G, B, clipped.
std::array<std::uint8_t, 3> to_rgb(std::uint8_t y, std::uint8_t u, std::uint8_t v);

}  // namespace vistter::render
