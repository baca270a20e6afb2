// A true Gaussian, one pass across and one down, in single precision on premultiplied bytes.
#include "render/blur.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace vistter::render {

namespace {

constexpr double largest_deviation = 128;

std::vector<float> kernel_of(double deviation) {
    const int reach = static_cast<int>(std::ceil(blur_reach(deviation)));
    std::vector<float> kernel(static_cast<std::size_t>(reach) * 2 + 1);
    double sum = 0;
    for (int i = -reach; i <= reach; ++i) sum += std::exp(-i * i / (2 * deviation * deviation));
    for (int i = -reach; i <= reach; ++i) {
        kernel[static_cast<std::size_t>(i + reach)] =
            static_cast<float>(std::exp(-i * i / (2 * deviation * deviation)) / sum);
    }
    return kernel;
}

// out = the weighted sum of `count` lines of `length` floats around line `at`; lines outside are
// transparent.
void gather(const std::vector<float>& lines, int count, std::size_t length, int at,
            const std::vector<float>& kernel, float* out) {
    std::fill(out, out + length, 0.0F);
    const int reach = static_cast<int>(kernel.size() / 2);
    for (int k = std::max(-reach, -at); k <= std::min(reach, count - 1 - at); ++k) {
        const float weight = kernel[static_cast<std::size_t>(k + reach)];
        const float* line = lines.data() + static_cast<std::size_t>(at + k) * length;
        for (std::size_t i = 0; i < length; ++i) out[i] += weight * line[i];
    }
}

// Down each column; the picture comes back with rows and columns exchanged, four floats a pixel.
std::vector<float> blurred_and_turned(const std::vector<float>& pixels, int width, int height,
                                      const std::vector<float>& kernel) {
    std::vector<float> turned(pixels.size());
    const std::size_t length = static_cast<std::size_t>(width) * 4;
    std::vector<float> row(length);
    for (int y = 0; y < height; ++y) {
        gather(pixels, height, length, y, kernel, row.data());
        for (int x = 0; x < width; ++x) {
            float* to = turned.data() + (static_cast<std::size_t>(x) * height + y) * 4;
            std::copy_n(row.data() + static_cast<std::size_t>(x) * 4, 4, to);
        }
    }
    return turned;
}

void blur(cairo_surface_t* surface, double deviation) {
    cairo_surface_flush(surface);
    const int width = cairo_image_surface_get_width(surface);
    const int height = cairo_image_surface_get_height(surface);
    const int stride = cairo_image_surface_get_stride(surface);
    unsigned char* bytes = cairo_image_surface_get_data(surface);
    if (!bytes || width <= 0 || height <= 0) return;
    std::vector<float> pixels(static_cast<std::size_t>(width) * height * 4);
    const std::size_t length = static_cast<std::size_t>(width) * 4;
    for (int y = 0; y < height; ++y)
        std::copy_n(bytes + y * stride, length, pixels.data() + length * y);
    const std::vector<float> kernel = kernel_of(deviation);
    pixels = blurred_and_turned(pixels, width, height, kernel);
    pixels = blurred_and_turned(pixels, height, width, kernel);
    for (int y = 0; y < height; ++y) {
        for (std::size_t i = 0; i < length; ++i) {
            const float value = pixels[length * y + i] + 0.5F;
            bytes[y * stride + i] = static_cast<unsigned char>(std::min(value, 255.0F));
        }
    }
    cairo_surface_mark_dirty(surface);
}

}  // namespace

void paint_blurred(cairo_t* context, double deviation, const std::function<void(cairo_t*)>& paint,
                   const std::function<void(cairo_t*)>& cut) {
    cairo_matrix_t matrix;
    cairo_get_matrix(context, &matrix);
    const double scale = std::sqrt(std::fabs(matrix.xx * matrix.yy - matrix.xy * matrix.yx));
    const double pixels = std::min(deviation * scale, largest_deviation);
    if (!(pixels > 0.01)) {
        if (cut) cut(context);
        return paint(context);
    }
    cairo_push_group(context);
    paint(context);
    const PatternPtr pattern(cairo_pop_group(context));
    cairo_surface_t* surface = nullptr;
    if (cairo_pattern_get_surface(pattern.get(), &surface) == CAIRO_STATUS_SUCCESS)
        blur(surface, pixels);
    if (cut) cut(context);
    cairo_set_source(context, pattern.get());
    cairo_paint(context);
}

}  // namespace vistter::render
