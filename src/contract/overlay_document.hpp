// An OCL 1.0 document (contract C.1 to C.6) as plain structs. Units: integer milliseconds of scene
// time, canvas pixels (y down), degrees clockwise, colours 0..255 sRGB with straight alpha.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace vistter::contract {

struct Color {
    std::uint8_t r = 255, g = 255, b = 255, a = 255;
    friend bool operator==(const Color&, const Color&) = default;
};

using Pair = std::array<double, 2>;
using Quad = std::array<double, 4>;  // crop: left, top, right, bottom

// The properties of contract C.5, in its order.
enum class Property {
    opacity,
    position,
    scale,
    rotation,
    size,
    crop,
    fill_color,
    stroke_color,
    stroke_width,
    corner_radius,
    blur,
    font_size,
    reveal,
    visible,
    content,
    asset,
};
using PropertyValue = std::variant<double, Pair, Quad, Color, bool, std::string>;

enum class StepPosition { jump_end, jump_start, jump_none, jump_both };

// How a segment runs from one key to the next (contract C.6). The named curves are `cubic`.
struct Ease {
    enum class Kind { hold, linear, cubic, steps, points };
    Kind kind = Kind::linear;
    double x1 = 0, y1 = 0, x2 = 1, y2 = 1;           // cubic
    int count = 1;                                   // steps
    StepPosition position = StepPosition::jump_end;  // steps
    std::vector<std::pair<double, double>> points;   // points: (in, out)
};

struct Keyframe {
    std::int64_t t_ms = 0;
    PropertyValue value = 0.0;
    Ease ease;
};

enum class Phase { body, outro };
enum class LoopMode { none, repeat, ping_pong };

struct PropertyTrack {
    Property property = Property::opacity;
    Phase phase = Phase::body;
    LoopMode loop = LoopMode::none;
    std::vector<Keyframe> keyframes;  // 1..256, t_ms non-decreasing
};

enum class LayerKind {
    image,
    text,
    shape,
    solid,
    group,
    clock,
    svg,
    lottie,
    video,
    image_sequence
};

struct Anchor {
    std::string area = "canvas";     // canvas, action, title, parent, layer:<id>
    std::string point = "top_left";  // contract C.4
};

// Drawn under the text, before its outline.
struct TextShadow {
    Pair offset{0, 0};  // canvas pixels
    double blur = 0;    // standard deviation in canvas pixels, 0..64
    Color color{0, 0, 0, 128};
};

struct TextSpec {
    std::string content;  // with {{token|filter}} references
    std::string font;     // asset key, or empty for the shipped default family
    double size_px = 32;
    std::string align = "start";      // start, center, end
    std::string overflow = "shrink";  // shrink, ellipsis, clip
    double min_size_px = 8;
    int max_lines = 1;
    std::optional<Pair> box;  // nullopt: measured
    std::optional<TextShadow> shadow;
};

struct ShapeSpec {
    std::string type = "rect";  // rect, ellipse, line, polygon
    std::vector<Pair> points;   // polygon and line, in the layer's box
};

// Cuts a layer or group to a rectangle inside its own box (contract C.2).
struct Clip {
    Quad inset{0, 0, 0, 0};    // left, top, right, bottom as fractions of the box
    double corner_radius = 0;  // canvas pixels
};

// Takes the coverage of an earlier sibling, which itself is not painted (contract C.2).
struct Mask {
    std::string layer_id;
    std::string mode = "alpha";  // alpha, alpha_inverted, luma
};

// How lottie, video and image_sequence run, from the layer's in_ms on.
struct Playback {
    LoopMode loop = LoopMode::none;   // none: the last picture stays
    std::vector<std::string> assets;  // image_sequence: its pictures in order, 1..512 asset keys
    std::int64_t rate_num = 25, rate_den = 1;  // image_sequence: pictures a second
};

struct Layer {
    std::string layer_id;
    LayerKind kind = LayerKind::solid;
    std::int64_t in_ms = 0;
    std::optional<std::int64_t> out_ms;  // nullopt: until the scene ends
    Anchor anchor;
    std::optional<Pair> pivot;  // nullopt: the anchor point's own fraction
    std::string asset;          // image, svg, lottie, video: key into OverlayDocument::assets
    Playback playback;          // lottie, video, image_sequence
    std::optional<Clip> clip;
    std::optional<Mask> mask;
    std::string blend = "normal";  // normal, multiply, screen, add
    TextSpec text;
    ShapeSpec shape;
    std::string reveal_direction = "right";
    std::map<Property, PropertyValue> props;
    std::vector<PropertyTrack> tracks;
    std::vector<Layer> layers;        // group
    std::string on_missing = "hide";  // hide, placeholder, asset:<key>, fail_scene
};

struct CuePoint {
    std::string cue_point_id;
    std::int64_t t_ms = 0;
    std::string kind = "emit";
};

struct ScenePhases {
    std::int64_t intro_ms = 0;
    std::int64_t outro_ms = 0;
    std::string body = "run";                 // hold, loop, run
    std::optional<std::int64_t> body_end_ms;  // loop
};

struct Scene {
    std::string scene_id;
    std::optional<std::int64_t> duration_ms;  // nullopt: unknown length
    ScenePhases phases;
    std::vector<CuePoint> cue_points;
    std::vector<Layer> layers;  // first is painted first
};

struct OverlayAsset {
    std::string asset_id;
    std::string sha256;
    std::string media_type;
    int width = 0, height = 0;
    std::int64_t size_bytes = 0;
};

// nullopt: null
using TokenValue = std::optional<std::variant<bool, double, std::string>>;

struct TokenSpec {
    std::string type = "string";    // string, number, boolean, datetime, image
    std::string source = "static";  // static, device, clock, feed:<id>, operator, command
    TokenValue default_value;
    std::optional<int> max_length;
    std::optional<double> min, max;
    std::string on_missing = "default";     // last, default, hide_layer, fallback
    std::string path;                       // feed: JSON pointer into the feed's document
    std::optional<std::int64_t> max_age_s;  // nullopt: never stale
    std::string on_stale = "last";          // as on_missing
};

// What a scene that cannot be shown becomes (contract C.12).
struct DocumentFallbacks {
    std::string image;                     // asset key, or empty
    std::string scene;                     // scene_id, or empty
    std::string policy = "replace_scene";  // replace_scene, hide_all
};

struct OverlayDocument {
    std::string ocl_version = "1.0", min_reader = "1.0";
    std::string overlay_id;
    std::int64_t revision = 0;
    std::vector<std::string> features_used, features_required;
    int canvas_width = 1920, canvas_height = 1080;
    std::string fit = "contain";  // contain, cover, stretch
    double title_inset = 0.05, action_inset = 0.035;
    std::string generator, locale;                             // empty: not given
    std::optional<std::array<std::int64_t, 2>> authored_rate;  // num, den
    std::map<std::string, OverlayAsset> assets;
    std::map<std::string, TokenSpec> tokens;
    std::vector<Scene> scenes;
    DocumentFallbacks fallbacks;
};

}  // namespace vistter::contract
