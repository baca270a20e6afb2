// OCL documents (contract C) from JSON to structs.
#include <array>
#include <charconv>

#include "contract/decode.hpp"

namespace vistter::contract {
namespace {

using json::Array;
using json::Object;
using json::Value;

constexpr std::array<std::string_view, 16> property_names{
    "opacity",    "position",     "scale",        "rotation",      "size", "crop",
    "fill_color", "stroke_color", "stroke_width", "corner_radius", "blur", "font_size",
    "reveal",     "visible",      "content",      "asset"};

template <std::size_t n>
std::array<double, n> numbers(const Value& value) {
    std::array<double, n> out{};
    if (!value.is_array()) return out;
    const Array& array = value.get_array();
    for (std::size_t i = 0; i < n && i < array.size(); ++i)
        out[i] = json::number_of(array[i]).value_or(0);
    return out;
}

LayerKind layer_kind(std::string_view kind) {
    if (kind == "image") return LayerKind::image;
    if (kind == "text") return LayerKind::text;
    if (kind == "shape") return LayerKind::shape;
    if (kind == "clock") return LayerKind::clock;
    if (kind == "solid") return LayerKind::solid;
    if (kind == "svg") return LayerKind::svg;
    if (kind == "lottie") return LayerKind::lottie;
    if (kind == "video") return LayerKind::video;
    if (kind == "image_sequence") return LayerKind::image_sequence;
    return LayerKind::group;
}

Ease cubic(double x1, double y1, double x2, double y2) {
    Ease ease;
    ease.kind = Ease::Kind::cubic;
    ease.x1 = x1;
    ease.y1 = y1;
    ease.x2 = x2;
    ease.y2 = y2;
    return ease;
}

Ease named_ease(std::string_view name) {
    if (name == "ease") return cubic(0.25, 0.1, 0.25, 1);
    if (name == "ease-in") return cubic(0.42, 0, 1, 1);
    if (name == "ease-out") return cubic(0, 0, 0.58, 1);
    if (name == "ease-in-out") return cubic(0.42, 0, 0.58, 1);
    Ease ease;
    ease.kind = name == "hold" ? Ease::Kind::hold : Ease::Kind::linear;
    return ease;
}

StepPosition step_position(std::string_view name) {
    if (name == "jump-start") return StepPosition::jump_start;
    if (name == "jump-none") return StepPosition::jump_none;
    if (name == "jump-both") return StepPosition::jump_both;
    return StepPosition::jump_end;
}

bool is_discrete(Property property) {
    return property == Property::visible || property == Property::content ||
           property == Property::asset;
}

LoopMode loop_mode(std::string_view name) {
    if (name == "repeat") return LoopMode::repeat;
    return name == "ping_pong" ? LoopMode::ping_pong : LoopMode::none;
}

PropertyTrack decode_track(const Object& object) {
    PropertyTrack track;
    track.property = property_from(json::text_at(object, "property")).value_or(Property::opacity);
    track.phase = json::text_at(object, "phase") == "outro" ? Phase::outro : Phase::body;
    track.loop = loop_mode(json::text_at(object, "loop"));
    for (const Value& value : json::array_at(object, "keyframes")) {
        if (!value.is_object()) continue;
        const Object& key = value.get_object();
        Keyframe frame;
        frame.t_ms = json::integer_at(key, "t_ms", 0);
        if (const Value* v = json::find(key, "value"))
            frame.value = decode_property(track.property, *v);
        if (const Value* v = json::find(key, "ease")) frame.ease = decode_ease(*v);
        if (is_discrete(track.property)) frame.ease.kind = Ease::Kind::hold;
        track.keyframes.push_back(std::move(frame));
    }
    return track;
}

TextShadow decode_shadow(const Object& object) {
    TextShadow shadow;
    if (const Value* offset = json::find(object, "offset")) shadow.offset = numbers<2>(*offset);
    shadow.blur = json::number_at(object, "blur", shadow.blur);
    if (const auto color = json::optional_text_at(object, "color"))
        shadow.color = decode_color(*color);
    return shadow;
}

TextSpec decode_text(const Object& object) {
    TextSpec text;
    text.content = json::text_at(object, "content");
    text.font = json::text_at(object, "font");
    text.size_px = json::number_at(object, "size_px", text.size_px);
    text.align = json::text_at(object, "align", text.align);
    text.overflow = json::text_at(object, "overflow", text.overflow);
    text.min_size_px = json::number_at(object, "min_size_px", text.min_size_px);
    text.max_lines = json::clamp_int(json::integer_at(object, "max_lines", text.max_lines));
    if (const Value* box = json::find(object, "box")) text.box = numbers<2>(*box);
    if (json::find(object, "shadow"))
        text.shadow = decode_shadow(json::object_at(object, "shadow"));
    return text;
}

ShapeSpec decode_shape(const Object& object) {
    ShapeSpec shape;
    shape.type = json::text_at(object, "type", shape.type);
    for (const Value& point : json::array_at(object, "points"))
        shape.points.push_back(numbers<2>(point));
    return shape;
}

Clip decode_clip(const Object& object) {
    Clip clip;
    if (const Value* inset = json::find(object, "inset")) clip.inset = numbers<4>(*inset);
    clip.corner_radius = json::number_at(object, "corner_radius", clip.corner_radius);
    return clip;
}

Playback decode_playback(const Object& object) {
    Playback playback;
    playback.loop = loop_mode(json::text_at(object, "loop"));
    playback.assets = json::texts_at(object, "assets");
    const Object& rate = json::object_at(object, "rate");
    playback.rate_num = json::integer_at(rate, "num", playback.rate_num);
    playback.rate_den = json::integer_at(rate, "den", playback.rate_den);
    return playback;
}

Layer decode_layer(const Object& object);

std::vector<Layer> decode_layers(const Object& object) {
    std::vector<Layer> layers;
    for (const Value& value : json::array_at(object, "layers")) {
        if (value.is_object()) layers.push_back(decode_layer(value.get_object()));
    }
    return layers;
}

Layer decode_layer(const Object& object) {
    Layer layer;
    layer.layer_id = json::text_at(object, "layer_id");
    layer.kind = layer_kind(json::text_at(object, "kind"));
    layer.in_ms = json::integer_at(object, "in_ms", 0);
    layer.out_ms = json::optional_integer_at(object, "out_ms");
    const Object& anchor = json::object_at(object, "anchor");
    layer.anchor.area = json::text_at(anchor, "area", layer.anchor.area);
    layer.anchor.point = json::text_at(anchor, "point", layer.anchor.point);
    if (const Value* pivot = json::find(object, "pivot")) layer.pivot = numbers<2>(*pivot);
    layer.asset = json::text_at(object, "asset");
    layer.playback = decode_playback(json::object_at(object, "playback"));
    if (json::find(object, "clip")) layer.clip = decode_clip(json::object_at(object, "clip"));
    if (json::find(object, "mask")) {
        const Object& mask = json::object_at(object, "mask");
        layer.mask = Mask{json::text_at(mask, "layer_id"), json::text_at(mask, "mode", "alpha")};
    }
    layer.blend = json::text_at(object, "blend", layer.blend);
    layer.text = decode_text(json::object_at(object, "text"));
    layer.shape = decode_shape(json::object_at(object, "shape"));
    layer.reveal_direction = json::text_at(object, "reveal_direction", layer.reveal_direction);
    for (const auto& member : json::object_at(object, "props")) {
        const auto property = property_from({member.key().data(), member.key().size()});
        if (property) layer.props.emplace(*property, decode_property(*property, member.value()));
    }
    for (const Value& value : json::array_at(object, "tracks")) {
        if (value.is_object()) layer.tracks.push_back(decode_track(value.get_object()));
    }
    layer.layers = decode_layers(object);
    layer.on_missing =
        json::text_at(json::object_at(object, "fallback"), "on_missing", layer.on_missing);
    return layer;
}

Scene decode_scene(const Object& object) {
    Scene scene;
    scene.scene_id = json::text_at(object, "scene_id");
    scene.duration_ms = json::optional_integer_at(object, "duration_ms");
    const Object& phases = json::object_at(object, "phases");
    scene.phases.intro_ms = json::integer_at(phases, "intro_ms", 0);
    scene.phases.outro_ms = json::integer_at(phases, "outro_ms", 0);
    scene.phases.body = json::text_at(phases, "body", scene.phases.body);
    scene.phases.body_end_ms = json::optional_integer_at(phases, "body_end_ms");
    for (const Value& value : json::array_at(object, "cue_points")) {
        if (!value.is_object()) continue;
        const Object& point = value.get_object();
        scene.cue_points.push_back({json::text_at(point, "cue_point_id"),
                                    json::integer_at(point, "t_ms", 0),
                                    json::text_at(point, "kind", "emit")});
    }
    scene.layers = decode_layers(object);
    return scene;
}

OverlayAsset decode_asset(const Object& object) {
    OverlayAsset asset;
    asset.asset_id = json::text_at(object, "asset_id");
    asset.sha256 = json::text_at(object, "sha256");
    asset.media_type = json::text_at(object, "media_type");
    asset.width = json::clamp_int(json::integer_at(object, "width", 0));
    asset.height = json::clamp_int(json::integer_at(object, "height", 0));
    asset.size_bytes = json::integer_at(object, "size_bytes", 0);
    return asset;
}

TokenSpec decode_token(const Object& object) {
    TokenSpec token;
    token.type = json::text_at(object, "type", token.type);
    token.source = json::text_at(object, "source", token.source);
    if (const Value* value = json::find(object, "default"))
        token.default_value = decode_token_value(*value);
    if (const auto length = json::optional_integer_at(object, "max_length"))
        token.max_length = json::clamp_int(*length);
    token.min = json::optional_number_at(object, "min");
    token.max = json::optional_number_at(object, "max");
    token.on_missing = json::text_at(object, "on_missing", token.on_missing);
    token.path = json::text_at(object, "path");
    token.max_age_s = json::optional_integer_at(object, "max_age_s");
    token.on_stale = json::text_at(object, "on_stale", token.on_stale);
    return token;
}

}  // namespace

std::string_view to_string(Property property) {
    return property_names[static_cast<std::size_t>(property)];
}

std::optional<Property> property_from(std::string_view name) {
    for (std::size_t i = 0; i < property_names.size(); ++i) {
        if (property_names[i] == name) return static_cast<Property>(i);
    }
    return std::nullopt;
}

Color decode_color(std::string_view text) {
    Color color;
    std::uint32_t rgba = 0xFFFFFFFF;
    if (text.size() == 9) std::from_chars(text.data() + 1, text.data() + 9, rgba, 16);
    color.r = static_cast<std::uint8_t>(rgba >> 24);
    color.g = static_cast<std::uint8_t>(rgba >> 16);
    color.b = static_cast<std::uint8_t>(rgba >> 8);
    color.a = static_cast<std::uint8_t>(rgba);
    return color;
}

TokenValue decode_token_value(const Value& value) {
    using Held = std::variant<bool, double, std::string>;
    if (value.is_bool()) return Held(value.get_bool());
    if (value.is_string()) return Held(std::string(json::view(value.get_string())));
    if (const auto number = json::number_of(value)) return Held(*number);
    return std::nullopt;
}

std::map<std::string, TokenValue> decode_tokens(const Object& tokens) {
    std::map<std::string, TokenValue> values;
    for (const auto& member : tokens) {
        values.emplace(std::string(member.key().data(), member.key().size()),
                       decode_token_value(member.value()));
    }
    return values;
}

PropertyValue decode_property(Property property, const Value& value) {
    switch (property) {
        case Property::position:
        case Property::scale:
        case Property::size:
            return numbers<2>(value);
        case Property::crop:
            return numbers<4>(value);
        case Property::fill_color:
        case Property::stroke_color:
            return decode_color(value.is_string() ? json::view(value.get_string())
                                                  : std::string_view());
        case Property::visible:
            return value.is_bool() && value.get_bool();
        case Property::content:
        case Property::asset:
            return std::string(value.is_string() ? json::view(value.get_string())
                                                 : std::string_view());
        default:
            return json::number_of(value).value_or(0);
    }
}

Ease decode_ease(const Value& value) {
    if (value.is_string()) return named_ease(json::view(value.get_string()));
    Ease ease;
    if (!value.is_object()) return ease;
    const Object& object = value.get_object();
    if (const Value* curve = json::find(object, "cubic_bezier")) {
        const auto v = numbers<4>(*curve);
        return cubic(v[0], v[1], v[2], v[3]);
    }
    if (json::find(object, "steps")) {
        const Object& steps = json::object_at(object, "steps");
        ease.kind = Ease::Kind::steps;
        ease.count = json::clamp_int(json::integer_at(steps, "count", 1));
        ease.position = step_position(json::text_at(steps, "position"));
        return ease;
    }
    ease.kind = Ease::Kind::points;
    for (const Value& point : json::array_at(object, "linear")) {
        const auto pair = numbers<2>(point);
        ease.points.emplace_back(pair[0], pair[1]);
    }
    return ease;
}

OverlayDocument decode_overlay(const Object& object) {
    OverlayDocument document;
    document.ocl_version = json::text_at(object, "ocl_version", document.ocl_version);
    document.min_reader = json::text_at(object, "min_reader", document.min_reader);
    document.overlay_id = json::text_at(object, "overlay_id");
    document.revision = json::integer_at(object, "revision", 0);
    document.features_used = json::texts_at(object, "features_used");
    document.features_required = json::texts_at(object, "features_required");
    const Object& canvas = json::object_at(object, "canvas");
    document.canvas_width =
        json::clamp_int(json::integer_at(canvas, "width", document.canvas_width));
    document.canvas_height =
        json::clamp_int(json::integer_at(canvas, "height", document.canvas_height));
    document.fit = json::text_at(canvas, "fit", document.fit);
    const Object& safe = json::object_at(object, "safe_areas");
    document.title_inset = json::number_at(safe, "title", document.title_inset);
    document.action_inset = json::number_at(safe, "action", document.action_inset);
    document.generator = json::text_at(object, "generator");
    document.locale = json::text_at(object, "locale");
    if (json::find(object, "authored_rate")) {
        const Object& rate = json::object_at(object, "authored_rate");
        document.authored_rate = {json::integer_at(rate, "num", 30),
                                  json::integer_at(rate, "den", 1)};
    }
    const Object& fallbacks = json::object_at(object, "fallbacks");
    document.fallbacks.image = json::text_at(fallbacks, "image");
    document.fallbacks.scene = json::text_at(fallbacks, "scene");
    document.fallbacks.policy = json::text_at(fallbacks, "policy", document.fallbacks.policy);
    for (const auto& member : json::object_at(object, "assets")) {
        if (!member.value().is_object()) continue;
        document.assets.emplace(std::string(member.key().data(), member.key().size()),
                                decode_asset(member.value().get_object()));
    }
    for (const auto& member : json::object_at(object, "tokens")) {
        if (!member.value().is_object()) continue;
        document.tokens.emplace(std::string(member.key().data(), member.key().size()),
                                decode_token(member.value().get_object()));
    }
    for (const Value& scene : json::array_at(object, "scenes")) {
        if (scene.is_object()) document.scenes.push_back(decode_scene(scene.get_object()));
    }
    return document;
}

}  // namespace vistter::contract
