// One scene of an OCL document (contract C.3, C.4, C.11, C.13): its clock, its cue points, and how
// its layers stand to each other.
#include "contract/overlay_rules.hpp"

namespace vistter::contract {
namespace {

using json::Array;
using json::Object;

constexpr int max_groups = 8;
constexpr double max_scene_pixels = 33.2e6;

struct SceneTimes {
    std::optional<std::int64_t> duration, body_end;
    std::int64_t intro = 0, outro = 0;
    std::string body;
};

SceneTimes times_of(const Object& scene) {
    const Object& phases = json::object_at(scene, "phases");
    return {json::optional_integer_at(scene, "duration_ms"),
            json::optional_integer_at(phases, "body_end_ms"),
            json::integer_at(phases, "intro_ms", 0), json::integer_at(phases, "outro_ms", 0),
            json::text_at(phases, "body", "run")};
}

void check_phases(OverlayRules& rules, const SceneTimes& times, const std::string& at) {
    if (times.duration && times.intro + times.outro > *times.duration) {
        rules.fault(ErrorCode::OCL_SCHEMA, at + "/phases",
                    "intro and outro are longer than the scene");
    }
    if (times.body == "loop" && (!times.body_end || *times.body_end <= times.intro)) {
        rules.fault(ErrorCode::OCL_SCHEMA,
                    at + (times.body_end ? "/phases/body_end_ms" : "/phases"),
                    "a looping body needs a body_end_ms after intro_ms");
    }
}

// Why a cue point at `t` can never fire, or empty.
std::string never_reached(const SceneTimes& times, std::int64_t t) {
    if (times.duration && t >= *times.duration) return "is not before the scene's end";
    if (times.body == "hold" && t > times.intro) return "is after intro_ms, where the clock holds";
    if (times.body == "loop" && times.body_end && *times.body_end > times.intro &&
        t >= *times.body_end) {
        return "is not before body_end_ms, where the clock turns back";
    }
    return {};
}

void check_cue_points(OverlayRules& rules, const Object& scene, const SceneTimes& times,
                      const std::string& at) {
    std::set<std::string> ids;
    each_object(json::array_at(scene, "cue_points"), at + "/cue_points",
                [&](const Object& point, const std::string& point_at, std::size_t) {
                    rules.unique(ids, point, "cue_point_id", point_at);
                    const std::string why =
                        never_reached(times, json::integer_at(point, "t_ms", 0));
                    if (!why.empty()) rules.fault(ErrorCode::OCL_SCHEMA, point_at + "/t_ms", why);
                });
}

void check_times(OverlayRules& rules, const Object& layer, const std::string& at,
                 std::optional<std::int64_t> duration) {
    const std::int64_t in = json::integer_at(layer, "in_ms", 0);
    const auto out = json::optional_integer_at(layer, "out_ms");
    if (out && *out <= in) rules.fault(ErrorCode::OCL_SCHEMA, at + "/out_ms", "is not after in_ms");
    if (duration && in >= *duration)
        rules.fault(ErrorCode::OCL_SCHEMA, at + "/in_ms", "is not before the scene's end");
}

// A scene's layers, group after group.
class LayerWalk {
  public:
    LayerWalk(OverlayRules& rules, std::optional<std::int64_t> duration)
        : rules_(rules), duration_(duration) {}

    void check_layers(const Object& parent, const std::string& at, int depth) {
        if (depth > max_groups) {
            return rules_.fault(ErrorCode::OCL_LIMIT, at + "/layers",
                                "groups are nested deeper than 8");
        }
        const Array& layers = json::array_at(parent, "layers");
        std::set<std::string> earlier;
        each_object(layers, at + "/layers",
                    [&](const Object& layer, const std::string& layer_at, std::size_t index) {
                        rules_.unique(ids_, layer, "layer_id", layer_at);
                        check_times(rules_, layer, layer_at, duration_);
                        check_area(layer, layer_at, depth, earlier, layers, index);
                        check_mask(layer, layer_at, earlier, layers, index);
                        rules_.tokens_met.clear();
                        check_layer_content(rules_, layer, layer_at, images_);
                        check_layer_values(rules_, layer, layer_at, images_);
                        check_token_fallbacks(rules_, layer, layer_at);
                        if (json::text_at(layer, "kind") == "group")
                            check_layers(layer, layer_at, depth + 1);
                        earlier.insert(json::text_at(layer, "layer_id"));
                    });
    }

    double image_pixels() const {
        double pixels = 0;
        for (const std::string& key : images_) {
            const Object& asset = json::object_at(rules_.assets, key);
            pixels += json::number_at(asset, "width", 0) * json::number_at(asset, "height", 0);
        }
        return pixels;
    }

  private:
    void check_area(const Object& layer, const std::string& at, int depth,
                    const std::set<std::string>& earlier, const Array& siblings,
                    std::size_t index) {
        const std::string area = json::text_at(json::object_at(layer, "anchor"), "area");
        if (area == "parent" && depth == 0) {
            rules_.fault(ErrorCode::OCL_REFERENCE, at + "/anchor/area",
                         "only a layer in a group has a parent");
        }
        if (area.starts_with("layer:"))
            refer(area.substr(6), at + "/anchor/area", earlier, siblings, index);
    }

    void check_mask(const Object& layer, const std::string& at,
                    const std::set<std::string>& earlier, const Array& siblings,
                    std::size_t index) {
        if (!json::find(layer, "mask")) return;
        rules_.needs_feature("mask.alpha", at + "/mask");
        refer(json::text_at(json::object_at(layer, "mask"), "layer_id"), at + "/mask/layer_id",
              earlier, siblings, index);
    }

    // Earlier siblings only, so that no cycle can be written (contract C.4, C.2).
    void refer(const std::string& id, const std::string& pointer,
               const std::set<std::string>& earlier, const Array& siblings, std::size_t index) {
        if (id.empty() || earlier.contains(id)) return;
        bool later = false;
        for (std::size_t i = index; i < siblings.size(); ++i) {
            later |= siblings[i].is_object() &&
                     json::text_at(siblings[i].get_object(), "layer_id") == id;
        }
        rules_.fault(later ? ErrorCode::OCL_CYCLE : ErrorCode::OCL_REFERENCE, pointer,
                     later ? id + " is not listed before its user"
                           : "there is no layer " + id + " beside this one");
    }

    OverlayRules& rules_;
    std::optional<std::int64_t> duration_;
    std::set<std::string> ids_;
    std::set<std::string> images_;
};

}  // namespace

void check_scene(OverlayRules& rules, const Object& scene, const std::string& at) {
    const SceneTimes times = times_of(scene);
    check_phases(rules, times, at);
    check_cue_points(rules, scene, times, at);
    LayerWalk walk(rules, times.duration);
    walk.check_layers(scene, at, 0);
    if (walk.image_pixels() > max_scene_pixels) {
        rules.fault(ErrorCode::OCL_LIMIT, at + "/layers",
                    "the scene's images have more than 33.2 million pixels");
    }
}

}  // namespace vistter::contract
