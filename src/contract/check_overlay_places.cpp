// Where and when a document's layers stand, as far as it says so itself (contract C.4, C.13): what
// is visible at one instant, and texts outside the title area. A text without a box is measured on
// the appliance only, so nothing is said about it here.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "contract/overlay_rules.hpp"

namespace vistter::contract {
namespace {

constexpr int max_visible_layers = 32;
constexpr double max_full_frames = 16;
constexpr std::int64_t for_ever = 604'800'000 + 1;
constexpr double hair = 1e-6;  // pixels; what arithmetic may add

struct Box {
    double x = 0, y = 0, width = 0, height = 0;
};

bool has_text(const Layer& layer) {
    return layer.kind == LayerKind::text || layer.kind == LayerKind::clock;
}

template <class T>
const T* prop(const Layer& layer, Property property) {
    const auto found = layer.props.find(property);
    return found == layer.props.end() ? nullptr : std::get_if<T>(&found->second);
}

const PropertyTrack* body_track(const Layer& layer, Property property) {
    for (const PropertyTrack& track : layer.tracks) {
        if (track.property == property && track.phase == Phase::body) return &track;
    }
    return nullptr;
}

Pair fraction_of(const std::string& point) {
    const double x = point.ends_with("left") ? 0 : point.ends_with("right") ? 1 : 0.5;
    const double y = point.starts_with("top") ? 0 : point.starts_with("bottom") ? 1 : 0.5;
    return {x, y};
}

Box inset(const OverlayDocument& document, double fraction) {
    const double width = document.canvas_width, height = document.canvas_height;
    return {width * fraction, height * fraction, width - 2 * width * fraction,
            height - 2 * height * fraction};
}

struct Interval {
    std::int64_t from = 0, to = for_ever;  // [from, to)
};

struct Painted {
    Interval when;
    double full_frames = 0;  // area of the box as a share of the canvas, at most 1
};

// One scene: every layer's un-animated box in canvas pixels, and its time on air.
class ScenePlaces {
  public:
    ScenePlaces(const OverlayDocument& document, const Scene& scene, std::string at,
                Meaning& meaning)
        : document_(document),
          title_(inset(document, document.title_inset)),
          at_(std::move(at)),
          meaning_(meaning) {
        walk(scene.layers, at_, {0, scene.duration_ms.value_or(for_ever)}, Box{}, true);
    }

    void check_visible() const {
        for (const Painted& start : painted_) {
            const std::int64_t t = start.when.from;
            int layers = 0;
            double frames = 0;
            for (const Painted& one : painted_) {
                if (t < one.when.from || t >= one.when.to) continue;
                ++layers;
                frames += one.full_frames;
            }
            if (layers > max_visible_layers) {
                return meaning_.fault(ErrorCode::OCL_LIMIT, at_ + "/layers",
                                      std::to_string(layers) + " layers are visible at " +
                                          std::to_string(t) + " ms; at most 32 may be");
            }
            if (frames > max_full_frames + hair) {
                return meaning_.fault(ErrorCode::OCL_LIMIT, at_ + "/layers",
                                      "the layers visible at " + std::to_string(t) +
                                          " ms cover more than 16 times the area of the frame");
            }
        }
    }

  private:
    // `origin` is the group's box; `placed`: nothing above turns or scales, so places are known.
    void walk(const std::vector<Layer>& layers, const std::string& at, Interval above, Box origin,
              bool placed) {
        std::map<std::string, std::optional<Box>> boxes;
        for (std::size_t i = 0; i < layers.size(); ++i) {
            const Layer& layer = layers[i];
            const std::string layer_at = at + "/layers/" + std::to_string(i);
            const Interval when{std::max(above.from, layer.in_ms),
                                std::min(above.to, layer.out_ms.value_or(for_ever))};
            const auto size = size_of(layer);
            const auto area = area_of(layer, origin, boxes);
            const Pair* moved = prop<Pair>(layer, Property::position);
            std::optional<Box> box;
            if (size && area) box = place(layer, *area, *size, moved ? *moved : Pair{0, 0});
            boxes[layer.layer_id] = box;
            if (layer.kind == LayerKind::group) {
                const bool known = placed && box && stands_straight(layer);
                walk(layer.layers, layer_at, when, box.value_or(Box{}), known);
                continue;
            }
            painted_.push_back({when, size ? full_frames(layer, *size) : 0});
            if (placed && has_text(layer) && size && area)
                check_title_area(layer, *area, *size, layer_at);
        }
    }

    std::optional<Pair> size_of(const Layer& layer) const {
        if (const Pair* size = prop<Pair>(layer, Property::size)) return *size;
        if (has_text(layer)) return layer.text.box;
        if (layer.kind == LayerKind::shape) return Pair{0, 0};
        if (layer.kind == LayerKind::solid || layer.kind == LayerKind::group) {
            return Pair{static_cast<double>(document_.canvas_width),
                        static_cast<double>(document_.canvas_height)};
        }
        const bool sequence = layer.kind == LayerKind::image_sequence;
        if (sequence && layer.playback.assets.empty()) return std::nullopt;
        const auto asset =
            document_.assets.find(sequence ? layer.playback.assets.front() : layer.asset);
        if (asset == document_.assets.end() || asset->second.width == 0) return std::nullopt;
        return Pair{static_cast<double>(asset->second.width),
                    static_cast<double>(asset->second.height)};
    }

    std::optional<Box> area_of(const Layer& layer, const Box& origin,
                               const std::map<std::string, std::optional<Box>>& boxes) const {
        const std::string& area = layer.anchor.area;
        if (area.starts_with("layer:")) {
            const auto found = boxes.find(area.substr(6));
            return found == boxes.end() ? std::nullopt : found->second;
        }
        if (area == "parent") return origin;
        Box box = inset(document_, area == "title"    ? document_.title_inset
                                   : area == "action" ? document_.action_inset
                                                      : 0);
        box.x += origin.x;
        box.y += origin.y;
        return box;
    }

    static Box place(const Layer& layer, const Box& area, const Pair& size, const Pair& position) {
        const Pair fraction = fraction_of(layer.anchor.point);
        const Pair pivot = layer.pivot.value_or(fraction);
        return {area.x + area.width * fraction[0] + position[0] - pivot[0] * size[0],
                area.y + area.height * fraction[1] + position[1] - pivot[1] * size[1], size[0],
                size[1]};
    }

    // Neither turned nor scaled, at any time.
    static bool stands_straight(const Layer& layer) {
        const double* turned = prop<double>(layer, Property::rotation);
        const Pair* scale = prop<Pair>(layer, Property::scale);
        return (!turned || *turned == 0) && (!scale || *scale == Pair{1, 1}) &&
               !body_track(layer, Property::rotation) && !body_track(layer, Property::scale) &&
               !body_track(layer, Property::size);
    }

    double full_frames(const Layer& layer, const Pair& size) const {
        const Pair* scale = prop<Pair>(layer, Property::scale);
        const Pair by = scale ? *scale : Pair{1, 1};
        const double canvas = static_cast<double>(document_.canvas_width) * document_.canvas_height;
        return std::min(1.0, std::abs(size[0] * by[0] * size[1] * by[1]) / canvas);
    }

    bool in_title(const Box& box) const {
        return box.x >= title_.x - hair && box.y >= title_.y - hair &&
               box.x + box.width <= title_.x + title_.width + hair &&
               box.y + box.height <= title_.y + title_.height + hair;
    }

    // A text that moves is only told of if no key of its way stands inside.
    void check_title_area(const Layer& layer, const Box& area, const Pair& size,
                          const std::string& at) const {
        if (!stands_straight(layer)) return;
        std::vector<Pair> positions;
        if (const PropertyTrack* track = body_track(layer, Property::position)) {
            for (const Keyframe& key : track->keyframes) {
                if (const Pair* position = std::get_if<Pair>(&key.value))
                    positions.push_back(*position);
            }
        } else {
            const Pair* still = prop<Pair>(layer, Property::position);
            positions.push_back(still ? *still : Pair{0, 0});
        }
        const bool inside = std::any_of(
            positions.begin(), positions.end(),
            [&](const Pair& position) { return in_title(place(layer, area, size, position)); });
        if (inside) return;
        meaning_.warn(ErrorCode::OCL_SAFE_AREA, at,
                      "the text's box is not inside the title area, which some screens cut off");
    }

    const OverlayDocument& document_;
    Box title_;
    std::string at_;
    Meaning& meaning_;
    std::vector<Painted> painted_;
};

}  // namespace

void check_places(const OverlayDocument& document, const std::string& at, Meaning& meaning) {
    for (std::size_t i = 0; i < document.scenes.size(); ++i) {
        const ScenePlaces places(document, document.scenes[i], at + "/scenes/" + std::to_string(i),
                                 meaning);
        places.check_visible();
    }
}

}  // namespace vistter::contract
