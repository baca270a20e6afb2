// The BT.709 matrix in doubles: sprites are made off the tick thread, so exactness is worth more
// than speed.
#include "render/color.hpp"

#include <algorithm>
#include <cmath>

namespace vistter::render {

namespace {

constexpr double kr = 0.2126;
constexpr double kb = 0.0722;
constexpr double kg = 1 - kr - kb;

std::uint8_t to_byte(double value) {
    return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
}

}  // namespace

Yuva to_yuva(std::uint8_t r, std::uint8_t g, std::uint8_t b, std::uint8_t a) {
    const double luma = kr * r + kg * g + kb * b;
    const double alpha = a / 255.0;
    return {to_byte(16 * alpha + 219 * luma / 255),
            to_byte(128 * alpha + 224 * (b - luma) / (2 * (1 - kb)) / 255),
            to_byte(128 * alpha + 224 * (r - luma) / (2 * (1 - kr)) / 255), a};
}

std::array<std::uint8_t, 3> to_rgb(std::uint8_t y, std::uint8_t u, std::uint8_t v) {
    const double luma = (y - 16) * 255.0 / 219;
    const double blue = luma + (u - 128) * 255.0 / 224 * 2 * (1 - kb);
    const double red = luma + (v - 128) * 255.0 / 224 * 2 * (1 - kr);
    const double green = (luma - kr * red - kb * blue) / kg;
    return {to_byte(red), to_byte(green), to_byte(blue)};
}

}  // namespace vistter::render
