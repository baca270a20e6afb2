// From Cairo's premultiplied sRGB pixels to blendable planes.
#include "render/sprite.hpp"

#include "render/color.hpp"

namespace vistter::render {

Sprite::Sprite(cairo_surface_t* painted, const Matrix& box_to_sprite, bool transformable)
    : width_(cairo_image_surface_get_width(painted)),
      height_(cairo_image_surface_get_height(painted)),
      bytes_(static_cast<std::size_t>(width_) * height_ * planes),
      spans_(static_cast<std::size_t>(height_)),
      box_to_sprite_(box_to_sprite) {
    cairo_surface_flush(painted);
    const unsigned char* pixels = cairo_image_surface_get_data(painted);
    const std::size_t stride = static_cast<std::size_t>(cairo_image_surface_get_stride(painted));
    const std::size_t area = static_cast<std::size_t>(width_) * height_;
    if (transformable) interleaved_.resize(area);
    std::uint32_t last_pixel = 0;
    Yuva converted;  // neighbours are mostly equal
    for (int y = 0; y < height_; ++y) {
        const auto* source =
            reinterpret_cast<const std::uint32_t*>(pixels + stride * static_cast<std::size_t>(y));
        Span span;
        for (int x = 0; x < width_; ++x) {
            const std::uint32_t pixel = source[x];
            if (pixel != last_pixel) {
                converted =
                    to_yuva(pixel >> 16 & 0xFF, pixel >> 8 & 0xFF, pixel & 0xFF, pixel >> 24);
                last_pixel = pixel;
            }
            if (converted.a != 0) span = {span.last == 0 ? x : span.first, x + 1};
            const std::size_t at = static_cast<std::size_t>(y) * width_ + x;
            bytes_[at] = converted.y;
            bytes_[at + area] = converted.u;
            bytes_[at + 2 * area] = converted.v;
            bytes_[at + 3 * area] = converted.a;
            if (transformable) {
                interleaved_[at] = converted.y | static_cast<std::uint32_t>(converted.u) << 8 |
                                   static_cast<std::uint32_t>(converted.v) << 16 |
                                   static_cast<std::uint32_t>(converted.a) << 24;
            }
        }
        spans_[static_cast<std::size_t>(y)] = span;
    }
}

}  // namespace vistter::render
