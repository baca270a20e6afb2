// OCL documents as JSON text, every member in alphabetical order.
#include "contract/write_overlay.hpp"

#include <algorithm>

#include "contract/check.hpp"
#include "contract/decode.hpp"
#include "contract/findings.hpp"
#include "contract/json_text.hpp"
#include "contract/write.hpp"

namespace vistter::contract {
namespace {

template <std::size_t n>
std::string numbers_text(const std::array<double, n>& numbers) {
    return list_text(numbers, number_text);
}

std::string color_text(const Color& color) {
    static constexpr char hex[] = "0123456789abcdef";
    std::string out = "\"#";
    for (const std::uint8_t part : {color.r, color.g, color.b, color.a}) {
        out += hex[part >> 4];
        out += hex[part & 15];
    }
    return out + '"';
}

struct ValueText {
    std::string operator()(double number) const { return number_text(number); }
    std::string operator()(const Pair& pair) const { return numbers_text(pair); }
    std::string operator()(const Quad& quad) const { return numbers_text(quad); }
    std::string operator()(const Color& color) const { return color_text(color); }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(const std::string& text) const { return quoted_text(text); }
};

std::string_view kind_name(LayerKind kind) {
    static constexpr std::array<std::string_view, 10> names{
        "image", "text", "shape",  "solid", "group",
        "clock", "svg",  "lottie", "video", "image_sequence"};
    return names[static_cast<std::size_t>(kind)];
}

std::string_view loop_name(LoopMode loop) {
    return loop == LoopMode::repeat ? "repeat" : "ping_pong";
}

std::string rate_text(std::int64_t num, std::int64_t den) {
    return ObjectWriter().integer("den", den).integer("num", num).str();
}

// The named curves are written by name, so that a person sees what was meant.
std::string cubic_text(const Ease& ease) {
    const Quad curve{ease.x1, ease.y1, ease.x2, ease.y2};
    if (curve == Quad{0.25, 0.1, 0.25, 1}) return "\"ease\"";
    if (curve == Quad{0.42, 0, 1, 1}) return "\"ease-in\"";
    if (curve == Quad{0, 0, 0.58, 1}) return "\"ease-out\"";
    if (curve == Quad{0.42, 0, 0.58, 1}) return "\"ease-in-out\"";
    return ObjectWriter().raw("cubic_bezier", numbers_text(curve)).str();
}

std::string steps_text(const Ease& ease) {
    static constexpr std::array<std::string_view, 4> names{"jump-end", "jump-start", "jump-none",
                                                           "jump-both"};
    const std::string steps = ObjectWriter()
                                  .integer("count", ease.count)
                                  .text("position", names[static_cast<std::size_t>(ease.position)])
                                  .str();
    return ObjectWriter().raw("steps", steps).str();
}

std::string keyframe_text(const Keyframe& key) {
    ObjectWriter out;
    if (key.ease.kind != Ease::Kind::linear) out.raw("ease", ease_text(key.ease));
    return out.integer("t_ms", key.t_ms).raw("value", std::visit(ValueText{}, key.value)).str();
}

std::string track_text(const PropertyTrack& track) {
    ObjectWriter out;
    out.raw("keyframes", list_text(track.keyframes, keyframe_text));
    if (track.loop != LoopMode::none) out.text("loop", loop_name(track.loop));
    if (track.phase == Phase::outro) out.text("phase", "outro");
    return out.text("property", to_string(track.property)).str();
}

std::string props_text(const std::map<Property, PropertyValue>& props) {
    std::map<std::string_view, const PropertyValue*> sorted;
    for (const auto& [property, value] : props) sorted.emplace(to_string(property), &value);
    ObjectWriter out;
    for (const auto& [name, value] : sorted) out.raw(name, std::visit(ValueText{}, *value));
    return out.str();
}

std::string shadow_text(const TextShadow& shadow) {
    return ObjectWriter()
        .number("blur", shadow.blur)
        .raw("color", color_text(shadow.color))
        .raw("offset", numbers_text(shadow.offset))
        .str();
}

std::string text_text(const TextSpec& text) {
    const TextSpec plain;
    ObjectWriter out;
    if (text.align != plain.align) out.text("align", text.align);
    if (text.box) out.raw("box", numbers_text(*text.box));
    out.text("content", text.content);
    if (!text.font.empty()) out.text("font", text.font);
    if (text.max_lines != plain.max_lines) out.integer("max_lines", text.max_lines);
    if (text.min_size_px != plain.min_size_px) out.number("min_size_px", text.min_size_px);
    if (text.overflow != plain.overflow) out.text("overflow", text.overflow);
    if (text.shadow) out.raw("shadow", shadow_text(*text.shadow));
    if (text.size_px != plain.size_px) out.number("size_px", text.size_px);
    return out.str();
}

std::string shape_text(const ShapeSpec& shape) {
    ObjectWriter out;
    if (!shape.points.empty()) out.raw("points", list_text(shape.points, numbers_text<2>));
    return out.text("type", shape.type).str();
}

std::string clip_text(const Clip& clip) {
    ObjectWriter out;
    if (clip.corner_radius != 0) out.number("corner_radius", clip.corner_radius);
    return out.raw("inset", numbers_text(clip.inset)).text("type", "rect").str();
}

std::string anchor_text(const Anchor& anchor) {
    return ObjectWriter().text("area", anchor.area).text("point", anchor.point).str();
}

std::string playback_text(const Layer& layer) {
    ObjectWriter out;
    const bool sequence = layer.kind == LayerKind::image_sequence;
    if (sequence) out.texts("assets", layer.playback.assets);
    if (layer.playback.loop != LoopMode::none) out.text("loop", loop_name(layer.playback.loop));
    if (sequence) out.raw("rate", rate_text(layer.playback.rate_num, layer.playback.rate_den));
    return out.str();
}

std::string layer_text(const Layer& layer) {
    const bool text = layer.kind == LayerKind::text || layer.kind == LayerKind::clock;
    const std::string playback = playback_text(layer);
    ObjectWriter out;
    out.raw("anchor", anchor_text(layer.anchor));
    if (!layer.asset.empty()) out.text("asset", layer.asset);
    if (layer.blend != "normal") out.text("blend", layer.blend);
    if (layer.clip) out.raw("clip", clip_text(*layer.clip));
    if (layer.on_missing != "hide")
        out.raw("fallback", ObjectWriter().text("on_missing", layer.on_missing).str());
    if (layer.in_ms != 0) out.integer("in_ms", layer.in_ms);
    out.text("kind", kind_name(layer.kind)).text("layer_id", layer.layer_id);
    if (layer.kind == LayerKind::group) out.raw("layers", list_text(layer.layers, layer_text));
    if (layer.mask) {
        out.raw("mask", ObjectWriter()
                            .text("layer_id", layer.mask->layer_id)
                            .text("mode", layer.mask->mode)
                            .str());
    }
    if (layer.out_ms) out.integer("out_ms", *layer.out_ms);
    if (layer.pivot) out.raw("pivot", numbers_text(*layer.pivot));
    if (playback != "{}") out.raw("playback", playback);
    if (!layer.props.empty()) out.raw("props", props_text(layer.props));
    if (layer.reveal_direction != "right") out.text("reveal_direction", layer.reveal_direction);
    if (layer.kind == LayerKind::shape) out.raw("shape", shape_text(layer.shape));
    if (text) out.raw("text", text_text(layer.text));
    if (!layer.tracks.empty()) out.raw("tracks", list_text(layer.tracks, track_text));
    return out.str();
}

std::string cue_point_text(const CuePoint& point) {
    return ObjectWriter()
        .text("cue_point_id", point.cue_point_id)
        .text("kind", point.kind)
        .integer("t_ms", point.t_ms)
        .str();
}

std::string phases_text(const ScenePhases& phases) {
    ObjectWriter out;
    out.text("body", phases.body);
    if (phases.body_end_ms) out.integer("body_end_ms", *phases.body_end_ms);
    return out.integer("intro_ms", phases.intro_ms).integer("outro_ms", phases.outro_ms).str();
}

std::string scene_text(const Scene& scene) {
    ObjectWriter out;
    if (!scene.cue_points.empty())
        out.raw("cue_points", list_text(scene.cue_points, cue_point_text));
    if (scene.duration_ms) {
        out.integer("duration_ms", *scene.duration_ms);
    } else {
        out.null("duration_ms");
    }
    return out.raw("layers", list_text(scene.layers, layer_text))
        .raw("phases", phases_text(scene.phases))
        .text("scene_id", scene.scene_id)
        .str();
}

std::string asset_text(const OverlayAsset& asset) {
    ObjectWriter out;
    out.text("asset_id", asset.asset_id);
    if (asset.height > 0) out.integer("height", asset.height);
    out.text("media_type", asset.media_type).text("sha256", asset.sha256);
    if (asset.size_bytes > 0) out.integer("size_bytes", asset.size_bytes);
    if (asset.width > 0) out.integer("width", asset.width);
    return out.str();
}

struct TokenText {
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(double number) const { return number_text(number); }
    std::string operator()(const std::string& text) const { return quoted_text(text); }
};

std::string token_text(const TokenSpec& token) {
    const TokenSpec plain;
    ObjectWriter out;
    out.raw("default",
            token.default_value ? std::visit(TokenText{}, *token.default_value) : "null");
    if (token.max) out.number("max", *token.max);
    if (token.max_age_s) out.integer("max_age_s", *token.max_age_s);
    if (token.max_length) out.integer("max_length", *token.max_length);
    if (token.min) out.number("min", *token.min);
    if (token.on_missing != plain.on_missing) out.text("on_missing", token.on_missing);
    if (token.on_stale != plain.on_stale) out.text("on_stale", token.on_stale);
    if (!token.path.empty()) out.text("path", token.path);
    if (token.source != plain.source) out.text("source", token.source);
    return out.text("type", token.type).str();
}

template <class Map, class Text>
std::string map_text(const Map& map, Text text) {
    ObjectWriter out;
    for (const auto& [key, value] : map) out.raw(key, text(value));
    return out.str();
}

std::string fallbacks_text(const DocumentFallbacks& fallbacks) {
    ObjectWriter out;
    if (!fallbacks.image.empty()) out.text("image", fallbacks.image);
    if (fallbacks.policy != "replace_scene") out.text("policy", fallbacks.policy);
    if (!fallbacks.scene.empty()) out.text("scene", fallbacks.scene);
    return out.str();
}

void write_head(ObjectWriter& out, const OverlayDocument& document) {
    if (!document.assets.empty()) out.raw("assets", map_text(document.assets, asset_text));
    if (document.authored_rate) {
        const auto& rate = *document.authored_rate;
        out.raw("authored_rate", rate_text(rate[0], rate[1]));
    }
    out.raw("canvas", ObjectWriter()
                          .text("fit", document.fit)
                          .integer("height", document.canvas_height)
                          .integer("width", document.canvas_width)
                          .str());
}

}  // namespace

std::string ease_text(const Ease& ease) {
    switch (ease.kind) {
        case Ease::Kind::hold:
            return "\"hold\"";
        case Ease::Kind::cubic:
            return cubic_text(ease);
        case Ease::Kind::steps:
            return steps_text(ease);
        case Ease::Kind::points: {
            const auto point = [](const auto& p) { return numbers_text(Pair{p.first, p.second}); };
            return ObjectWriter().raw("linear", list_text(ease.points, point)).str();
        }
        default:
            return "\"linear\"";
    }
}

Result<OverlayDocument> read_overlay(std::string_view text) {
    constexpr std::size_t max_bytes = 1'048'576;  // contract C.13
    auto value = json::parse(text, max_bytes);
    if (!value) return std::move(value).error();
    const Meaning meaning = judge_overlay(*value);
    if (!meaning.findings.empty()) return error_of(meaning.findings, "The OCL document is wrong");
    return decode_overlay(value->get_object());
}

std::string write_overlay(const OverlayDocument& document) {
    const std::string fallbacks = fallbacks_text(document.fallbacks);
    ObjectWriter out;
    write_head(out, document);
    if (fallbacks != "{}") out.raw("fallbacks", fallbacks);
    if (!document.features_required.empty())
        out.texts("features_required", document.features_required);
    if (!document.features_used.empty()) out.texts("features_used", document.features_used);
    if (!document.generator.empty()) out.text("generator", document.generator);
    out.text("kind", "ocl.document");
    if (!document.locale.empty()) out.text("locale", document.locale);
    return out.text("min_reader", document.min_reader)
        .text("ocl_version", document.ocl_version)
        .text("overlay_id", document.overlay_id)
        .integer("revision", document.revision)
        .raw("safe_areas", ObjectWriter()
                               .number("action", document.action_inset)
                               .number("title", document.title_inset)
                               .str())
        .raw("scenes", list_text(document.scenes, scene_text))
        .raw("tokens", map_text(document.tokens, token_text))
        .str();
}

}  // namespace vistter::contract
