// The meaning of an OCL document (contract C.1 to C.14): versions, features, references, order and
// limits.
#include <algorithm>
#include <charconv>
#include <set>

#include "contract/check.hpp"
#include "contract/pointer.hpp"
#include "contract/registry.hpp"

namespace vistter::contract {
namespace {

using json::Array;
using json::Object;
using json::Value;

constexpr int reader_minor = 0;  // this source tree reads OCL 1.0
constexpr std::size_t max_keys = 8'192;
constexpr std::size_t max_fonts = 8;
constexpr int max_groups = 8;
constexpr double max_scene_pixels = 33.2e6;

struct Version {
    int major = 0;
    int minor = 0;
    friend auto operator<=>(const Version&, const Version&) = default;
};

Version version_of(std::string_view text) {
    Version version;
    const auto end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, version.major);
    if (read.ptr != end) std::from_chars(read.ptr + 1, end, version.minor);
    return version;
}

template <class Visit>
void each_object(const Array& array, const std::string& at, Visit visit) {
    for (std::size_t i = 0; i < array.size(); ++i) {
        if (array[i].is_object()) visit(array[i].get_object(), at + "/" + std::to_string(i), i);
    }
}

class OverlayCheck {
  public:
    OverlayCheck(const Object& document, std::string at, Meaning& meaning)
        : document_(document),
          at_(std::move(at)),
          meaning_(meaning),
          assets_(json::object_at(document, "assets")),
          tokens_(json::object_at(document, "tokens")) {
        for (const std::string& feature : json::texts_at(document, "features_used"))
            used_.insert(feature);
    }

    void run() {
        check_versions();
        check_features();
        check_assets();
        check_tokens();
        const Array& scenes = json::array_at(document_, "scenes");
        std::set<std::string> ids;
        each_object(scenes, at_ + "/scenes",
                    [&](const Object& scene, const std::string& at, std::size_t) {
                        unique(ids, scene, "scene_id", at);
                        check_scene(scene, at);
                    });
        if (keys_ > max_keys)
            fault(ErrorCode::OCL_LIMIT, at_ + "/scenes",
                  "more than 8192 keyframes in one document");
        const Object& fallbacks = json::object_at(document_, "fallbacks");
        if (const auto image = json::optional_text_at(fallbacks, "image")) {
            check_asset(*image, "image/", at_ + "/fallbacks/image");
        }
        const auto scene = json::optional_text_at(fallbacks, "scene");
        if (scene && !ids.contains(*scene)) {
            fault(ErrorCode::OCL_REFERENCE, at_ + "/fallbacks/scene",
                  "there is no scene " + *scene);
        }
    }

  private:
    void fault(ErrorCode code, std::string pointer, std::string reason) {
        meaning_.fault(code, std::move(pointer), std::move(reason));
    }

    void unique(std::set<std::string>& ids, const Object& object, std::string_view member,
                const std::string& at) {
        const std::string id = json::text_at(object, member);
        if (!ids.insert(id).second) {
            fault(ErrorCode::VAL_DUPLICATE_ID, at + "/" + std::string(member),
                  id + " appears twice");
        }
    }

    void check_versions() {
        const Version version = version_of(json::text_at(document_, "ocl_version"));
        const Version least = version_of(json::text_at(document_, "min_reader"));
        if (version.major != 1) {
            fault(ErrorCode::OCL_VERSION, at_ + "/ocl_version",
                  "this reader understands OCL 1.x only");
        } else if (least > Version{1, reader_minor}) {
            fault(ErrorCode::OCL_VERSION, at_ + "/min_reader", "asks for a newer reader than 1.0");
        } else if (least > version) {
            fault(ErrorCode::OCL_SCHEMA, at_ + "/min_reader", "is above ocl_version");
        }
    }

    void check_features() {
        const auto required = json::texts_at(document_, "features_required");
        for (std::size_t i = 0; i < required.size(); ++i) {
            const std::string at = at_ + "/features_required/" + std::to_string(i);
            const Feature* feature = find_feature(required[i]);
            if (!feature || feature->family != "ocl") {
                fault(ErrorCode::OCL_FEATURE_UNSUPPORTED, at,
                      "no reader knows the feature " + required[i]);
            } else if (!used_.contains(required[i])) {
                fault(ErrorCode::OCL_SCHEMA, at, "a required feature must be in features_used too");
            }
        }
    }

    // A construct that belongs to a feature.
    void needs_feature(const std::string& feature, const std::string& at) {
        if (used_.contains(feature)) return;
        fault(ErrorCode::OCL_FEATURE_UNDECLARED, at, "needs " + feature + " in features_used");
    }

    void check_assets() {
        std::size_t fonts = 0;
        for (const auto& member : assets_) {
            if (!member.value().is_object()) continue;
            const std::string type = json::text_at(member.value().get_object(), "media_type");
            if (type.starts_with("font/")) ++fonts;
        }
        if (fonts > max_fonts) fault(ErrorCode::OCL_LIMIT, at_ + "/assets", "more than 8 fonts");
    }

    void check_tokens() {
        for (const auto& member : tokens_) {
            if (!member.value().is_object()) continue;
            const Object& token = member.value().get_object();
            const std::string at =
                at_ + "/tokens/" + pointer_step({member.key().data(), member.key().size()});
            const std::string type = json::text_at(token, "type");
            if (json::text_at(token, "source").starts_with("feed:"))
                needs_feature("token.feed", at + "/source");
            if (type == "image") needs_feature("token.image", at + "/type");
            const Value* fallback = json::find(token, "default");
            if (!fallback || fallback->is_null()) continue;
            const bool fits = type == "number"    ? fallback->is_number()
                              : type == "boolean" ? fallback->is_bool()
                                                  : fallback->is_string();
            if (!fits) fault(ErrorCode::OCL_TOKEN, at + "/default", "is not a " + type);
        }
    }

    void check_scene(const Object& scene, const std::string& at) {
        const Object& phases = json::object_at(scene, "phases");
        const auto duration = json::optional_integer_at(scene, "duration_ms");
        const std::int64_t intro = json::integer_at(phases, "intro_ms", 0);
        const std::int64_t outro = json::integer_at(phases, "outro_ms", 0);
        if (duration && intro + outro > *duration) {
            fault(ErrorCode::OCL_SCHEMA, at + "/phases",
                  "intro and outro are longer than the scene");
        }
        const auto body_end = json::optional_integer_at(phases, "body_end_ms");
        if (json::text_at(phases, "body") == "loop" && (!body_end || *body_end <= intro)) {
            fault(ErrorCode::OCL_SCHEMA, body_end ? at + "/phases/body_end_ms" : at + "/phases",
                  "a looping body needs a body_end_ms after intro_ms");
        }
        std::set<std::string> points;
        each_object(json::array_at(scene, "cue_points"), at + "/cue_points",
                    [&](const Object& point, const std::string& point_at, std::size_t) {
                        unique(points, point, "cue_point_id", point_at);
                    });
        std::set<std::string> layers;
        std::set<std::string> images;
        check_layers(scene, at, 0, duration, layers, images);
        double pixels = 0;
        for (const std::string& key : images) {
            const Object& asset = json::object_at(assets_, key);
            pixels += json::number_at(asset, "width", 0) * json::number_at(asset, "height", 0);
        }
        if (pixels > max_scene_pixels) {
            fault(ErrorCode::OCL_LIMIT, at + "/layers",
                  "the scene's images have more than 33.2 million pixels");
        }
    }

    void check_layers(const Object& parent, const std::string& at, int depth,
                      std::optional<std::int64_t> duration, std::set<std::string>& ids,
                      std::set<std::string>& images) {
        if (depth > max_groups)
            return fault(ErrorCode::OCL_LIMIT, at + "/layers", "groups are nested deeper than 8");
        const Array& layers = json::array_at(parent, "layers");
        std::set<std::string> earlier;
        each_object(layers, at + "/layers",
                    [&](const Object& layer, const std::string& layer_at, std::size_t index) {
                        unique(ids, layer, "layer_id", layer_at);
                        check_times(layer, layer_at, duration);
                        check_siblings(layer, layer_at, depth, earlier, layers, index);
                        check_kind(layer, layer_at, images);
                        check_fallback(layer, layer_at);
                        check_props(layer, layer_at, images);
                        check_tracks(layer, layer_at, images);
                        if (json::text_at(layer, "kind") == "group") {
                            check_layers(layer, layer_at, depth + 1, duration, ids, images);
                        }
                        earlier.insert(json::text_at(layer, "layer_id"));
                    });
    }

    void check_times(const Object& layer, const std::string& at,
                     std::optional<std::int64_t> duration) {
        const std::int64_t in = json::integer_at(layer, "in_ms", 0);
        const auto out = json::optional_integer_at(layer, "out_ms");
        if (out && *out <= in) fault(ErrorCode::OCL_SCHEMA, at + "/out_ms", "is not after in_ms");
        if (duration && in >= *duration)
            fault(ErrorCode::OCL_SCHEMA, at + "/in_ms", "is not before the scene's end");
    }

    // References to other layers: earlier siblings only, so that no cycle can be written (contract
    // C.4, C.2).
    void check_siblings(const Object& layer, const std::string& at, int depth,
                        const std::set<std::string>& earlier, const Array& siblings,
                        std::size_t index) {
        const std::string area = json::text_at(json::object_at(layer, "anchor"), "area");
        if (area == "parent" && depth == 0) {
            fault(ErrorCode::OCL_REFERENCE, at + "/anchor/area",
                  "only a layer in a group has a parent");
        }
        const auto refer = [&](const std::string& id, const std::string& pointer) {
            if (earlier.contains(id)) return;
            bool later = false;
            for (std::size_t i = index; i < siblings.size(); ++i) {
                later |= siblings[i].is_object() &&
                         json::text_at(siblings[i].get_object(), "layer_id") == id;
            }
            fault(later ? ErrorCode::OCL_CYCLE : ErrorCode::OCL_REFERENCE, pointer,
                  later ? id + " is not listed before its user"
                        : "there is no layer " + id + " beside this one");
        };
        if (area.starts_with("layer:")) refer(area.substr(6), at + "/anchor/area");
        if (json::find(layer, "mask")) {
            needs_feature("mask.alpha", at + "/mask");
            refer(json::text_at(json::object_at(layer, "mask"), "layer_id"), at + "/mask/layer_id");
        }
    }

    void check_kind(const Object& layer, const std::string& at, std::set<std::string>& images) {
        const std::string kind = json::text_at(layer, "kind");
        static const std::set<std::string, std::less<>> behind_features{"svg", "lottie", "video",
                                                                        "image_sequence"};
        if (behind_features.contains(kind)) needs_feature("layer." + kind, at + "/kind");
        if (json::text_at(layer, "blend", "normal") != "normal")
            needs_feature("blend.modes", at + "/blend");
        if (kind == "image") {
            check_asset(json::text_at(layer, "asset"), "image/", at + "/asset");
            images.insert(json::text_at(layer, "asset"));
        } else if (behind_features.contains(kind)) {
            check_asset(json::text_at(layer, "asset"), "", at + "/asset");
        }
        if (kind != "text" && kind != "clock") return;
        const Object& text = json::object_at(layer, "text");
        check_token_text(json::text_at(text, "content"), tokens_, at + "/text/content", meaning_);
        const auto font = json::optional_text_at(text, "font");
        if (font) check_asset(*font, "font/", at + "/text/font");
        if (json::number_at(text, "min_size_px", 0) > json::number_at(text, "size_px", 32)) {
            fault(ErrorCode::OCL_SCHEMA, at + "/text/min_size_px", "is above size_px");
        }
    }

    void check_asset(const std::string& key, std::string_view media, const std::string& at) {
        const Object& asset = json::object_at(assets_, key);
        if (asset.empty()) return fault(ErrorCode::OCL_REFERENCE, at, "there is no asset " + key);
        if (json::text_at(asset, "media_type").starts_with(media)) return;
        fault(media == "font/" ? ErrorCode::OCL_FONT : ErrorCode::OCL_REFERENCE, at,
              "the asset " + key + " is of another media type");
    }

    void check_fallback(const Object& layer, const std::string& at) {
        const std::string rule = json::text_at(json::object_at(layer, "fallback"), "on_missing");
        if (rule.starts_with("asset:"))
            check_asset(rule.substr(6), "image/", at + "/fallback/on_missing");
    }

    // One value of a property, in props or in a keyframe.
    void check_value(std::string_view property, const Value& value, const std::string& at,
                     std::set<std::string>& images) {
        if (property == "crop" && value.is_array() && value.get_array().size() == 4) {
            const Array& edges = value.get_array();
            const auto sum = [&](std::size_t a, std::size_t b) {
                return json::number_of(edges[a]).value_or(0) +
                       json::number_of(edges[b]).value_or(0);
            };
            if (sum(0, 2) >= 1 || sum(1, 3) >= 1)
                fault(ErrorCode::VAL_RANGE, at, "the crop leaves nothing");
        }
        if (!value.is_string()) return;
        const std::string text(json::view(value.get_string()));
        if (property == "content") check_token_text(text, tokens_, at, meaning_);
        if (property == "asset") {
            check_asset(text, "image/", at);
            images.insert(text);
        }
    }

    void check_property(std::string_view property, const Object& layer, const std::string& at) {
        const std::string kind = json::text_at(layer, "kind");
        const bool is_text = kind == "text" || kind == "clock";
        if (property == "blur") needs_feature("effect.blur", at);
        if (((property == "content" || property == "font_size") && !is_text) ||
            (property == "asset" && kind != "image")) {
            fault(ErrorCode::OCL_TRACK_TYPE, at,
                  "a layer of kind " + kind + " has no " + std::string(property));
        }
    }

    void check_props(const Object& layer, const std::string& at, std::set<std::string>& images) {
        for (const auto& member : json::object_at(layer, "props")) {
            const std::string_view name(member.key().data(), member.key().size());
            const std::string member_at = at + "/props/" + pointer_step(name);
            check_property(name, layer, member_at);
            check_value(name, member.value(), member_at, images);
        }
    }

    void check_tracks(const Object& layer, const std::string& at, std::set<std::string>& images) {
        std::set<std::pair<std::string, std::string>> seen;
        each_object(json::array_at(layer, "tracks"), at + "/tracks",
                    [&](const Object& track, const std::string& track_at, std::size_t) {
                        const std::string property = json::text_at(track, "property");
                        if (!seen.emplace(property, json::text_at(track, "phase", "body")).second) {
                            fault(ErrorCode::OCL_TRACK_DUPLICATE, track_at,
                                  "the layer has two tracks for " + property + " in one phase");
                        }
                        check_property(property, layer, track_at + "/property");
                        check_keys(track, property, track_at + "/keyframes", images);
                    });
    }

    void check_keys(const Object& track, const std::string& property, const std::string& at,
                    std::set<std::string>& images) {
        const bool discrete = property == "visible" || property == "content" || property == "asset";
        std::int64_t before = -1;
        int sharing = 0;
        each_object(json::array_at(track, "keyframes"), at,
                    [&](const Object& key, const std::string& key_at, std::size_t) {
                        ++keys_;
                        const std::int64_t t = json::integer_at(key, "t_ms", 0);
                        sharing = t == before ? sharing + 1 : 1;
                        if (t < before)
                            fault(ErrorCode::OCL_KEY_ORDER, key_at + "/t_ms",
                                  "is before the key in front of it");
                        if (sharing == 3)
                            fault(ErrorCode::OCL_KEY_ORDER, key_at + "/t_ms",
                                  "a third key at the same time");
                        before = std::max(before, t);
                        if (const Value* value = json::find(key, "value"))
                            check_value(property, *value, key_at + "/value", images);
                        if (const Value* ease = json::find(key, "ease"))
                            check_ease(*ease, discrete, key_at + "/ease");
                    });
    }

    void check_ease(const Value& ease, bool discrete, const std::string& at) {
        const bool hold = ease.is_string() && ease.get_string() == "hold";
        if (discrete && !hold)
            return fault(ErrorCode::OCL_EASE, at, "a property without numbers can only hold");
        if (!ease.is_object()) return;
        const Object& curve = ease.get_object();
        const Array& bezier = json::array_at(curve, "cubic_bezier");
        for (const std::size_t x : {0U, 2U}) {
            const double value = x < bezier.size() ? json::number_of(bezier[x]).value_or(0) : 0;
            if (value < 0 || value > 1) {
                fault(ErrorCode::OCL_EASE, at + "/cubic_bezier/" + std::to_string(x),
                      "x must be in 0..1");
            }
        }
        const Object& steps = json::object_at(curve, "steps");
        if (json::text_at(steps, "position") == "jump-none" &&
            json::integer_at(steps, "count", 1) < 2) {
            fault(ErrorCode::OCL_EASE, at + "/steps/count", "jump-none needs at least 2 steps");
        }
        check_points(json::array_at(curve, "linear"), at + "/linear");
    }

    void check_points(const Array& points, const std::string& at) {
        double before = 0;
        for (std::size_t i = 0; i < points.size(); ++i) {
            if (!points[i].is_array() || points[i].get_array().empty()) continue;
            const double in = json::number_of(points[i].get_array()[0]).value_or(0);
            const std::string point_at = at + "/" + std::to_string(i) + "/0";
            if (i == 0 && in != 0)
                fault(ErrorCode::OCL_EASE, point_at, "the first point's in must be 0");
            if (i + 1 == points.size() && in != 1)
                fault(ErrorCode::OCL_EASE, point_at, "the last point's in must be 1");
            if (i > 0 && in < before)
                fault(ErrorCode::OCL_EASE, point_at, "is before the point in front of it");
            before = in;
        }
    }

    const Object& document_;
    std::string at_;
    Meaning& meaning_;
    const Object& assets_;
    const Object& tokens_;
    std::set<std::string> used_;
    std::size_t keys_ = 0;
};

}  // namespace

void check_overlay(const Object& document, const std::string& at, Meaning& meaning) {
    OverlayCheck(document, at, meaning).run();
}

}  // namespace vistter::contract
