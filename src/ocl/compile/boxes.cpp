// Areas, sizes and places of layers.
#include "ocl/compile/boxes.hpp"

namespace vistter::ocl {
namespace {

using contract::Layer;
using contract::LayerKind;
using contract::OverlayDocument;
using contract::Pair;

Pair fraction_of(const std::string& point) {
    const double x = point.ends_with("left") ? 0 : point.ends_with("right") ? 1 : 0.5;
    const double y = point.starts_with("top") ? 0 : point.starts_with("bottom") ? 1 : 0.5;
    return {x, y};
}

}  // namespace

Box canvas_box(const OverlayDocument& document) {
    return {0, 0, static_cast<double>(document.canvas_width),
            static_cast<double>(document.canvas_height)};
}

std::optional<Pair> own_size(const OverlayDocument& document, const Layer& layer) {
    const auto given = layer.props.find(contract::Property::size);
    if (given != layer.props.end()) return std::get<Pair>(given->second);
    switch (layer.kind) {
        case LayerKind::text:
        case LayerKind::clock:
            return layer.text.box;
        case LayerKind::shape:
            return std::nullopt;
        case LayerKind::solid:
        case LayerKind::group:
            return Pair{static_cast<double>(document.canvas_width),
                        static_cast<double>(document.canvas_height)};
        default:
            break;
    }
    const bool sequence = layer.kind == LayerKind::image_sequence;
    if (sequence && layer.playback.assets.empty()) return std::nullopt;
    const auto asset = document.assets.find(sequence ? layer.playback.assets.front() : layer.asset);
    if (asset == document.assets.end() || asset->second.width == 0 || asset->second.height == 0)
        return std::nullopt;
    return Pair{static_cast<double>(asset->second.width),
                static_cast<double>(asset->second.height)};
}

std::optional<Box> anchor_area(const OverlayDocument& document, const Layer& layer,
                               const std::optional<Box>& parent, const Boxes& earlier) {
    const std::string& area = layer.anchor.area;
    if (area.starts_with("layer:")) {
        const auto found = earlier.find(area.substr(6));
        return found == earlier.end() ? std::nullopt : found->second;
    }
    if (area == "parent") return parent;
    const double inset = area == "title"    ? document.title_inset
                         : area == "action" ? document.action_inset
                                            : 0;
    Box box = canvas_box(document);
    box.x = box.width * inset + (parent ? parent->x : 0);
    box.y = box.height * inset + (parent ? parent->y : 0);
    box.width -= 2 * box.width * inset;
    box.height -= 2 * box.height * inset;
    return box;
}

Box placed_box(const Layer& layer, const Box& area, const Pair& size, const Pair& position) {
    const Pair fraction = fraction_of(layer.anchor.point);
    const Pair pivot = layer.pivot.value_or(fraction);
    return {area.x + area.width * fraction[0] + position[0] - pivot[0] * size[0],
            area.y + area.height * fraction[1] + position[1] - pivot[1] * size[1], size[0],
            size[1]};
}

}  // namespace vistter::ocl
