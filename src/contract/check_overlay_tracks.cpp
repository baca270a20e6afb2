// A layer's props and tracks (contract C.5, C.6): which properties a kind has, the order of keys,
// and easing curves.
#include <algorithm>

#include "contract/overlay_rules.hpp"
#include "contract/pointer.hpp"

namespace vistter::contract {
namespace {

using json::Array;
using json::Object;
using json::Value;

bool is_discrete(std::string_view property) {
    return property == "visible" || property == "content" || property == "asset";
}

void check_crop(OverlayRules& rules, const Value& value, const std::string& at) {
    if (!value.is_array() || value.get_array().size() != 4) return;
    const auto edge = [&](std::size_t i) {
        return json::number_of(value.get_array()[i]).value_or(0);
    };
    if (edge(0) + edge(2) >= 1 || edge(1) + edge(3) >= 1)
        rules.fault(ErrorCode::VAL_RANGE, at, "the crop leaves nothing");
}

// One value of a property, in props or in a keyframe.
void check_value(OverlayRules& rules, std::string_view property, const Value& value,
                 const std::string& at, std::set<std::string>& images) {
    if (property == "crop") check_crop(rules, value, at);
    if (!value.is_string()) return;
    const std::string text(json::view(value.get_string()));
    if (property == "content") rules.check_text(text, at);
    if (property == "asset") {
        rules.check_asset(text, picture_media, at);
        images.insert(text);
    }
}

void check_property(OverlayRules& rules, std::string_view property, const Object& layer,
                    const std::string& at) {
    const std::string kind = json::text_at(layer, "kind");
    const bool is_text = kind == "text" || kind == "clock";
    if (property == "blur") rules.needs_feature("effect.blur", at);
    if (((property == "content" || property == "font_size") && !is_text) ||
        (property == "asset" && kind != "image")) {
        rules.fault(ErrorCode::OCL_TRACK_TYPE, at,
                    "a layer of kind " + kind + " has no " + std::string(property));
    }
}

void check_points(OverlayRules& rules, const Array& points, const std::string& at) {
    double before = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (!points[i].is_array() || points[i].get_array().empty()) continue;
        const double in = json::number_of(points[i].get_array()[0]).value_or(0);
        const std::string point_at = at + "/" + std::to_string(i) + "/0";
        if (i == 0 && in != 0)
            rules.fault(ErrorCode::OCL_EASE, point_at, "the first point's in must be 0");
        if (i + 1 == points.size() && in != 1)
            rules.fault(ErrorCode::OCL_EASE, point_at, "the last point's in must be 1");
        if (i > 0 && in < before)
            rules.fault(ErrorCode::OCL_EASE, point_at, "is before the point in front of it");
        before = in;
    }
}

void check_ease(OverlayRules& rules, const Value& ease, bool discrete, const std::string& at) {
    const bool hold = ease.is_string() && ease.get_string() == "hold";
    if (discrete && !hold) {
        return rules.fault(ErrorCode::OCL_EASE, at, "a property without numbers can only hold");
    }
    if (!ease.is_object()) return;
    const Object& curve = ease.get_object();
    const Array& bezier = json::array_at(curve, "cubic_bezier");
    for (const std::size_t x : {0U, 2U}) {
        const double value = x < bezier.size() ? json::number_of(bezier[x]).value_or(0) : 0;
        if (value < 0 || value > 1) {
            rules.fault(ErrorCode::OCL_EASE, at + "/cubic_bezier/" + std::to_string(x),
                        "x must be in 0..1");
        }
    }
    const Object& steps = json::object_at(curve, "steps");
    if (json::text_at(steps, "position") == "jump-none" &&
        json::integer_at(steps, "count", 1) < 2) {
        rules.fault(ErrorCode::OCL_EASE, at + "/steps/count", "jump-none needs at least 2 steps");
    }
    check_points(rules, json::array_at(curve, "linear"), at + "/linear");
}

void check_keys(OverlayRules& rules, const Object& track, const std::string& property,
                const std::string& at, std::set<std::string>& images) {
    std::int64_t before = -1;
    int sharing = 0;
    each_object(json::array_at(track, "keyframes"), at,
                [&](const Object& key, const std::string& key_at, std::size_t) {
                    ++rules.keys;
                    const std::int64_t t = json::integer_at(key, "t_ms", 0);
                    sharing = t == before ? sharing + 1 : 1;
                    if (t < before) {
                        rules.fault(ErrorCode::OCL_KEY_ORDER, key_at + "/t_ms",
                                    "is before the key in front of it");
                    }
                    if (sharing == 3) {
                        rules.fault(ErrorCode::OCL_KEY_ORDER, key_at + "/t_ms",
                                    "a third key at the same time");
                    }
                    before = std::max(before, t);
                    if (const Value* value = json::find(key, "value"))
                        check_value(rules, property, *value, key_at + "/value", images);
                    if (const Value* ease = json::find(key, "ease"))
                        check_ease(rules, *ease, is_discrete(property), key_at + "/ease");
                });
}

}  // namespace

void check_layer_values(OverlayRules& rules, const Object& layer, const std::string& at,
                        std::set<std::string>& images) {
    for (const auto& member : json::object_at(layer, "props")) {
        const std::string_view name(member.key().data(), member.key().size());
        const std::string member_at = at + "/props/" + pointer_step(name);
        check_property(rules, name, layer, member_at);
        check_value(rules, name, member.value(), member_at, images);
    }
    std::set<std::pair<std::string, std::string>> seen;
    each_object(json::array_at(layer, "tracks"), at + "/tracks",
                [&](const Object& track, const std::string& track_at, std::size_t) {
                    const std::string property = json::text_at(track, "property");
                    if (!seen.emplace(property, json::text_at(track, "phase", "body")).second) {
                        rules.fault(ErrorCode::OCL_TRACK_DUPLICATE, track_at,
                                    "the layer has two tracks for " + property + " in one phase");
                    }
                    check_property(rules, property, layer, track_at + "/property");
                    check_keys(rules, track, property, track_at + "/keyframes", images);
                });
}

}  // namespace vistter::contract
