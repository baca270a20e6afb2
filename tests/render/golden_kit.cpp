// PNG by Cairo, and the raster tolerance of contract C.8.
#include "render/golden_kit.hpp"

#include <cairo.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/file.hpp"
#include "render/image_decoder.hpp"
#include "render/overlay_renderer.hpp"

namespace vistter::render::golden {

namespace {

std::size_t at(const Rgb& image, int x, int y) {
    return (static_cast<std::size_t>(y) * image.width + x) * 3;
}

// Whether a 3x3 neighbourhood spans more than four steps in a channel.
bool is_edge(const Rgb& image, int x, int y) {
    for (int channel = 0; channel < 3; ++channel) {
        int low = 255, high = 0;
        for (int dy = -1; dy <= 1; ++dy) {
            for (int dx = -1; dx <= 1; ++dx) {
                const int px = std::clamp(x + dx, 0, image.width - 1);
                const int py = std::clamp(y + dy, 0, image.height - 1);
                const int value = image.bytes[at(image, px, py) + channel];
                low = std::min(low, value);
                high = std::max(high, value);
            }
        }
        if (high - low > 4) return true;
    }
    return false;
}

// Edges and everything one pixel around them.
std::vector<bool> near_edges(const Rgb& image) {
    std::vector<bool> near(static_cast<std::size_t>(image.width) * image.height);
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
            if (!is_edge(image, x, y)) continue;
            for (int py = std::max(0, y - 1); py <= std::min(image.height - 1, y + 1); ++py) {
                for (int px = std::max(0, x - 1); px <= std::min(image.width - 1, x + 1); ++px) {
                    near[static_cast<std::size_t>(py) * image.width + px] = true;
                }
            }
        }
    }
    return near;
}

}  // namespace

Rgb from_picture(const Picture& picture) {
    return {picture.width, picture.height, to_rgb(picture)};
}

Result<Rgb> read_png(const std::filesystem::path& path) {
    auto bytes = read_file(path, 64u << 20);
    if (!bytes) return std::move(bytes).error();
    auto surface = decode_image("image/png", *bytes);
    if (!surface) return std::move(surface).error();
    Rgb image{cairo_image_surface_get_width(surface->get()),
              cairo_image_surface_get_height(surface->get()),
              {}};
    const unsigned char* pixels = cairo_image_surface_get_data(surface->get());
    const int stride = cairo_image_surface_get_stride(surface->get());
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
            const std::uint32_t pixel =
                reinterpret_cast<const std::uint32_t*>(pixels + y * stride)[x];
            for (const int shift : {16, 8, 0}) {
                image.bytes.push_back(static_cast<std::uint8_t>(pixel >> shift));
            }
        }
    }
    return image;
}

Status write_png(const Rgb& image, const std::filesystem::path& path) {
    const SurfacePtr surface(
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, image.width, image.height));
    unsigned char* pixels = cairo_image_surface_get_data(surface.get());
    const int stride = cairo_image_surface_get_stride(surface.get());
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
            const std::uint8_t* from = &image.bytes[at(image, x, y)];
            reinterpret_cast<std::uint32_t*>(pixels + y * stride)[x] =
                static_cast<std::uint32_t>(from[0]) << 16 | from[1] << 8 | from[2];
        }
    }
    cairo_surface_mark_dirty(surface.get());
    std::filesystem::create_directories(path.parent_path());
    if (cairo_surface_write_to_png(surface.get(), path.c_str()) != CAIRO_STATUS_SUCCESS) {
        return fail(ErrorCode::SYS_STORAGE, "cannot write " + path.string());
    }
    return ok();
}

Difference compare(const Rgb& expected, const Rgb& actual) {
    if (expected.width != actual.width || expected.height != actual.height) return {255, 255};
    const std::vector<bool> near = near_edges(expected);
    Difference difference;
    double sum = 0;
    for (std::size_t i = 0; i < expected.bytes.size(); ++i) {
        const int step = std::abs(expected.bytes[i] - actual.bytes[i]);
        sum += step;
        if (!near[i / 3]) difference.worst = std::max(difference.worst, step);
    }
    difference.mean = sum / static_cast<double>(expected.bytes.size());
    return difference;
}

Rgb side_by_side(const Rgb& expected, const Rgb& actual) {
    const int width = std::max(expected.width, actual.width);
    const int height = std::max(expected.height, actual.height);
    Rgb all{width * 3, height,
            std::vector<std::uint8_t>(static_cast<std::size_t>(width) * height * 9)};
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            for (int channel = 0; channel < 3; ++channel) {
                const auto value = [&](const Rgb& image) -> int {
                    const bool inside = x < image.width && y < image.height;
                    return inside ? image.bytes[at(image, x, y) + channel] : 0;
                };
                const int gap = std::min(255, 8 * std::abs(value(expected) - value(actual)));
                all.bytes[at(all, x, y) + channel] = static_cast<std::uint8_t>(value(expected));
                all.bytes[at(all, x + width, y) + channel] =
                    static_cast<std::uint8_t>(value(actual));
                all.bytes[at(all, x + 2 * width, y) + channel] = static_cast<std::uint8_t>(gap);
            }
        }
    }
    return all;
}

}  // namespace vistter::render::golden
