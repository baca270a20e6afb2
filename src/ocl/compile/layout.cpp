// Stage 2: shares become pixels, stacks become positions. Anchors stay, so that a document still
// follows its areas.
#include <algorithm>

#include "ocl/compile/boxes.hpp"
#include "ocl/compile/stages.hpp"

namespace vistter::ocl {
namespace {

using contract::AuthoredDocument;
using contract::AuthoredLayer;
using contract::AuthoredTrack;
using contract::Length;
using contract::Lengths;
using contract::Pair;
using contract::Property;

constexpr double max_position = 32'768, max_size = 16'384;  // contract C.5

bool has_share(const Lengths& lengths) {
    return lengths[0].share || lengths[1].share;
}

double pixels(const Length& length, double extent) {
    return length.share ? length.value * extent / 100 : length.value;
}

class Layout {
  public:
    Layout(AuthoredDocument& document, Report& report) : document_(document), report_(report) {}

    // Works inside the group's own coordinates: `parent` stands at 0, 0.
    Boxes walk(std::vector<AuthoredLayer>& layers, const std::optional<Box>& parent) {
        Boxes boxes;
        for (AuthoredLayer& layer : layers) {
            const auto area = anchor_area(document_.ocl, layer.ocl, parent, boxes);
            sizes(layer, area);
            if (layer.ocl.kind == contract::LayerKind::group) group(layer);
            const Pair position = place(layer, area);
            const auto size = own_size(document_.ocl, layer.ocl);
            std::optional<Box> box;
            if (area && size) box = placed_box(layer.ocl, *area, *size, position);
            boxes[layer.ocl.layer_id] = box;
        }
        return boxes;
    }

  private:
    std::optional<Pair> resolved(const Lengths& lengths, const std::optional<Box>& area,
                                 const std::string& at, double low, double high) {
        if (!area && has_share(lengths)) {
            report_.error(ErrorCode::OCL_REFERENCE, at,
                          "A share of a box whose size is not known before it is drawn; give "
                          "pixels, or that box a size.");
            return std::nullopt;
        }
        const Pair pair{pixels(lengths[0], area ? area->width : 0),
                        pixels(lengths[1], area ? area->height : 0)};
        for (const double part : pair) {
            if (part >= low && part <= high) continue;
            report_.error(ErrorCode::VAL_RANGE, at, "Is out of range once in pixels.");
            return std::nullopt;
        }
        return pair;
    }

    void sizes(AuthoredLayer& layer, const std::optional<Box>& area) {
        if (layer.size) {
            if (const auto size =
                    resolved(*layer.size, area, layer.at + "/props/size", 0, max_size))
                layer.ocl.props[Property::size] = *size;
        }
        if (layer.box) {
            if (const auto box = resolved(*layer.box, area, layer.at + "/text/box", 0, max_size))
                layer.ocl.text.box = *box;
        }
        for (AuthoredTrack& track : layer.tracks) {
            const bool size = track.track.property == Property::size;
            for (std::size_t i = 0; i < track.keys.size(); ++i) {
                if (!track.keys[i].lengths) continue;
                const auto pair =
                    resolved(*track.keys[i].lengths, area, track.keys[i].at + "/value",
                             size ? 0 : -max_position, size ? max_size : max_position);
                if (pair) track.track.keyframes[i].value = *pair;
            }
        }
    }

    Pair place(AuthoredLayer& layer, const std::optional<Box>& area) {
        if (layer.position) {
            if (const auto position = resolved(*layer.position, area, layer.at + "/props/position",
                                               -max_position, max_position))
                layer.ocl.props[Property::position] = *position;
        }
        const auto there = layer.ocl.props.find(Property::position);
        return there == layer.ocl.props.end() ? Pair{0, 0} : std::get<Pair>(there->second);
    }

    void group(AuthoredLayer& layer) {
        const bool sized = layer.ocl.props.contains(Property::size);
        std::optional<Box> inside;
        if (sized || !layer.stack) {
            const Pair size = *own_size(document_.ocl, layer.ocl);
            inside = Box{0, 0, size[0], size[1]};
        }
        if (layer.stack) {
            for (AuthoredLayer& child : layer.layers) child.ocl.anchor = {"parent", "top_left"};
        }
        walk(layer.layers, inside);
        if (layer.stack) stack(layer, sized);
    }

    void stack(AuthoredLayer& group, bool sized) {
        const contract::Stack& rule = *group.stack;
        const std::size_t along = rule.column ? 1 : 0, across = 1 - along;
        const Box canvas = canvas_box(document_.ocl);
        const double extent = rule.column ? canvas.height : canvas.width;
        const double gap = pixels(rule.gap, extent), padding = pixels(rule.padding, extent);
        std::vector<Pair> sizes;
        double widest = 0, length = 2 * padding;
        for (const AuthoredLayer& child : group.layers) {
            const auto size = own_size(document_.ocl, child.ocl);
            if (!size) {
                report_.error(ErrorCode::OCL_REFERENCE, child.at,
                              "A layer in a stack needs a size; give a text its box.");
            }
            sizes.push_back(size.value_or(Pair{0, 0}));
            widest = std::max(widest, sizes.back()[across]);
            length += sizes.back()[along] + (sizes.size() > 1 ? gap : 0);
        }
        Pair whole{};
        whole[along] = length;
        whole[across] = widest + 2 * padding;
        if (sized) whole = *own_size(document_.ocl, group.ocl);
        group.ocl.props[Property::size] = whole;
        const double room = whole[across] - 2 * padding;
        const double share = rule.align == "end" ? 1 : rule.align == "center" ? 0.5 : 0;
        double at = padding;
        for (std::size_t i = 0; i < group.layers.size(); ++i) {
            AuthoredLayer& child = group.layers[i];
            Pair corner{};
            corner[along] = at;
            corner[across] = padding + (room - sizes[i][across]) * share;
            shift(child, corner, sizes[i]);
            at += sizes[i][along] + gap;
        }
    }

    // The child's own position, still or moving, counts from its place in the stack.
    void shift(AuthoredLayer& child, const Pair& corner, const Pair& size) {
        const Pair pivot = child.ocl.pivot.value_or(Pair{0, 0});
        const Pair by{corner[0] + pivot[0] * size[0], corner[1] + pivot[1] * size[1]};
        const auto add = [&by](contract::PropertyValue& value) {
            Pair& pair = std::get<Pair>(value);
            pair = {pair[0] + by[0], pair[1] + by[1]};
        };
        contract::PropertyValue& still =
            child.ocl.props.try_emplace(Property::position, Pair{0, 0}).first->second;
        add(still);
        for (AuthoredTrack& track : child.tracks) {
            if (track.track.property != Property::position) continue;
            for (contract::Keyframe& key : track.track.keyframes) add(key.value);
        }
    }

    AuthoredDocument& document_;
    Report& report_;
};

}  // namespace

void resolve_layout(AuthoredDocument& document, Report& report) {
    Layout layout(document, report);
    for (contract::AuthoredScene& scene : document.scenes) layout.walk(scene.layers, std::nullopt);
}

}  // namespace vistter::ocl
