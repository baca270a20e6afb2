// Pictures as RGB and as PNG files.
#include <cairo.h>

#include "render/color.hpp"
#include "render/overlay_renderer.hpp"
#include "render/surface.hpp"

namespace vistter::render {

namespace {

template <class Put>
void for_each_pixel(const Picture& picture, Put put) {
    for (int y = 0; y < picture.height; ++y) {
        const std::uint8_t* luma = picture.y + y * picture.y_stride;
        const std::uint8_t* blue = picture.u + y / 2 * picture.u_stride;
        const std::uint8_t* red = picture.v + y / 2 * picture.v_stride;
        for (int x = 0; x < picture.width; ++x) {
            const int at = x / 2 * picture.chroma_step();
            put(x, y, to_rgb(luma[x], blue[at], red[at]));
        }
    }
}

}  // namespace

std::vector<std::uint8_t> to_rgb(const Picture& picture) {
    std::vector<std::uint8_t> rgb;
    rgb.reserve(static_cast<std::size_t>(picture.width) * picture.height * 3);
    for_each_pixel(picture, [&](int, int, const std::array<std::uint8_t, 3>& pixel) {
        rgb.insert(rgb.end(), pixel.begin(), pixel.end());
    });
    return rgb;
}

Status write_png(const Picture& picture, const std::filesystem::path& path) {
    const SurfacePtr surface(
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, picture.width, picture.height));
    unsigned char* pixels = cairo_image_surface_get_data(surface.get());
    const int stride = cairo_image_surface_get_stride(surface.get());
    for_each_pixel(picture, [&](int x, int y, const std::array<std::uint8_t, 3>& pixel) {
        reinterpret_cast<std::uint32_t*>(pixels + y * stride)[x] =
            static_cast<std::uint32_t>(pixel[0]) << 16 | static_cast<std::uint32_t>(pixel[1]) << 8 |
            pixel[2];
    });
    cairo_surface_mark_dirty(surface.get());
    const cairo_status_t status = cairo_surface_write_to_png(surface.get(), path.c_str());
    if (status != CAIRO_STATUS_SUCCESS) {
        return fail(ErrorCode::SYS_STORAGE,
                    "Cannot write " + path.string() + ": " + cairo_status_to_string(status) + ".");
    }
    return ok();
}

}  // namespace vistter::render
