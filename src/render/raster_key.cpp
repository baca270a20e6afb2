// Which properties make another sprite, by kind.
#include <cmath>
#include <limits>

#include "render/scene_sprites.hpp"

namespace vistter::render {

using contract::LayerKind;

namespace {

double color_difference(contract::Color a, contract::Color b) {
    return std::abs(a.r - b.r) + std::abs(a.g - b.g) + std::abs(a.b - b.b) + std::abs(a.a - b.a);
}

}  // namespace

RasterKey raster_key(LayerKind kind, const ocl::LayerValues& values) {
    RasterKey key;
    if (values.size) key.size = *values.size;
    key.crop = values.crop;
    key.blur = values.blur;
    switch (kind) {
        case LayerKind::image:
        case LayerKind::svg:
        case LayerKind::image_sequence:
            key.asset = values.asset;
            return key;
        case LayerKind::group:
        case LayerKind::lottie:
        case LayerKind::video:
            return key;
        default:
            break;
    }
    key.fill = values.fill_color;
    if (kind == LayerKind::solid) return key;
    key.stroke = values.stroke_color.value_or(contract::Color{0, 0, 0, 0});
    key.stroke_width = values.stroke_width;
    if (kind == LayerKind::shape) {
        key.corner_radius = values.corner_radius;
        return key;
    }
    key.font_size = values.font_size;
    key.content = values.content;
    return key;
}

double difference(const RasterKey& a, const RasterKey& b) {
    double sum = color_difference(a.fill, b.fill) + color_difference(a.stroke, b.stroke);
    for (int i = 0; i < 2; ++i) sum += std::fabs(a.size[i] - b.size[i]);
    for (int i = 0; i < 4; ++i) sum += 1000 * std::fabs(a.crop[i] - b.crop[i]);
    sum +=
        std::fabs(a.stroke_width - b.stroke_width) + std::fabs(a.corner_radius - b.corner_radius);
    sum += std::fabs(a.blur - b.blur) + 10 * std::fabs(a.font_size - b.font_size);
    if (a.content != b.content || a.asset != b.asset) sum += 1e9;
    return sum;
}

const Variant& LayerSprites::find(const RasterKey& key, bool& exact) const {
    const Variant* nearest = &variants.front();
    double least = std::numeric_limits<double>::infinity();
    for (const Variant& variant : variants) {
        if (variant.key == key) {
            exact = true;
            return variant;
        }
        const double distance = difference(variant.key, key);
        if (distance < least) {
            least = distance;
            nearest = &variant;
        }
    }
    exact = false;
    return *nearest;
}

}  // namespace vistter::render
