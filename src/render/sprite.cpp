// From Cairo's premultiplied sRGB pixels to blendable planes.
#include "render/sprite.hpp"

#include "render/color.hpp"
#include "render/rows.hpp"

namespace vistter::render {

namespace {

std::uint32_t packed(const Yuva& pixel) {
    return pixel.y | static_cast<std::uint32_t>(pixel.u) << 8 |
           static_cast<std::uint32_t>(pixel.v) << 16 | static_cast<std::uint32_t>(pixel.a) << 24;
}

}  // namespace

Sprite::Sprite(cairo_surface_t* painted, const Matrix& box_to_sprite, bool transformable)
    : width_(cairo_image_surface_get_width(painted) & ~1),
      height_(cairo_image_surface_get_height(painted) & ~1),
      full_(at(height_, width_) * 2),
      half_(at(height_ / 2, width_ / 2) * 3),
      spans_(static_cast<std::size_t>(height_ / 2)),
      box_to_sprite_(box_to_sprite) {
    cairo_surface_flush(painted);
    const unsigned char* pixels = cairo_image_surface_get_data(painted);
    const std::size_t stride = static_cast<std::size_t>(cairo_image_surface_get_stride(painted));
    if (transformable) interleaved_.resize(at(height_, width_));
    const std::size_t row_bytes = static_cast<std::size_t>(width_);
    std::vector<std::uint8_t> chroma(row_bytes * 4);  // two rows of blue, then of red
    std::uint32_t last_pixel = 0;
    Yuva converted;  // neighbours are mostly equal
    for (int y = 0; y < height_; ++y) {
        const auto* source =
            reinterpret_cast<const std::uint32_t*>(pixels + stride * static_cast<std::size_t>(y));
        Span& span = spans_[static_cast<std::size_t>(y / 2)];
        std::uint8_t* blue = chroma.data() + (y & 1) * row_bytes;
        std::uint8_t* red = blue + 2 * row_bytes;
        for (int x = 0; x < width_; ++x) {
            const std::uint32_t pixel = source[x];
            if (pixel != last_pixel) {
                converted =
                    to_yuva(pixel >> 16 & 0xFF, pixel >> 8 & 0xFF, pixel & 0xFF, pixel >> 24);
                last_pixel = pixel;
            }
            if (converted.a != 0) {
                if (span.last == 0 || (x & ~1) < span.first) span.first = x & ~1;
                if (span.last < (x | 1) + 1) span.last = (x | 1) + 1;
            }
            full_[at(y, width_) + x] = converted.y;
            full_[at(height_ + y, width_) + x] = converted.a;
            blue[x] = converted.u;
            red[x] = converted.v;
            if (transformable) interleaved_[at(y, width_) + x] = packed(converted);
        }
        if ((y & 1) == 0) continue;
        const std::size_t half = row_bytes / 2, row = at(y / 2, width_ / 2);
        const std::size_t plane = at(height_ / 2, width_ / 2);
        halve_rows(half_.data() + row, blue - row_bytes, blue, half);
        halve_rows(half_.data() + plane + row, red - row_bytes, red, half);
        halve_rows(half_.data() + 2 * plane + row, alpha(y - 1), alpha(y), half);
    }
}

}  // namespace vistter::render
