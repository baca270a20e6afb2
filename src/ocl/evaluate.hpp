// OCL 1.0 evaluation (contract C.3 to C.6): a document at a frame to numbers, the same bits on
// every machine. Integers for time, one IEEE-754 division per segment, no contraction. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "contract/overlay_document.hpp"

namespace vistter::ocl {

// Output rate num/den frames a second, e.g. 30000/1001.
struct Rate {
    std::int64_t num = 30;
    std::int64_t den = 1;
    friend bool operator==(const Rate&, const Rate&) = default;
};

// First frame whose time is at or after `t_ms`: ceil(t * num / (1000 * den)).
std::int64_t frame_at(std::int64_t t_ms, Rate rate);
// floor(n * 1000 * den / num) ms: how exporters snap.
std::int64_t ms_of(std::int64_t frame, Rate rate);

// Where a scene's clock stands. `frame` counts from the scene's first frame. `outro_frame`, once
// the scene was told to hide, counts from the hide frame; then body tracks stay frozen at `frame` =
// the hide frame.
struct SceneClock {
    std::int64_t frame = 0;
    std::optional<std::int64_t> outro_frame;
};

struct LayerState {
    std::string layer_id;
    bool visible = true;
    bool fallback = false;          // not visible, and its `fallback` rule stands in for it
    double opacity = 1;             // clamped to 0..1
    contract::Pair position{0, 0};  // canvas pixels, before mapping and rounding
    contract::Pair scale{1, 1};
    double rotation = 0;
    std::optional<contract::Pair> size;  // nullopt: the kind's own
    contract::Quad crop{0, 0, 0, 0};
    contract::Color fill_color{255, 255, 255,
                               255};  // mixed premultiplied, then rounded to 8 bits, ties to even
    std::optional<contract::Color> stroke_color;
    double stroke_width = 0, corner_radius = 0, blur = 0;
    double font_size = 0;  // text: canvas pixels, text.size_px unless animated; 0 for other kinds
    double reveal = 1;
    std::string content;  // text with tokens resolved; empty for other kinds
    std::string asset;    // image, svg, lottie, video: asset key; image_sequence: the one shown
    // image_sequence: which of playback.assets. lottie and video: 0, their length is in the file.
    std::int64_t media_frame = 0;
    std::vector<LayerState> layers;  // group
};

struct SceneState {
    bool finished =
        false;  // past its end or its outro: nothing is drawn and the instance may be dropped
    std::vector<LayerState>
        layers;  // every layer of the scene, invisible ones with visible = false
};

using Tokens = std::map<std::string, contract::TokenValue>;

// Tokens after their freshness rules (freshness.hpp).
enum class Withheld { hide_layer, fallback };
struct FreshTokens {
    Tokens values;
    std::map<std::string, Withheld> withheld;  // too old to be shown; they have no value
};

// `tokens` override the document's defaults. RES_NOT_FOUND if the scene does not exist (never
// otherwise).
Result<SceneState> evaluate(const contract::OverlayDocument& document, const std::string& scene_id,
                            SceneClock clock, Rate rate, const Tokens& tokens);
// The same with tokens that may be withheld: a layer whose text uses one is not visible.
Result<SceneState> evaluate_fresh(const contract::OverlayDocument& document,
                                  const std::string& scene_id, SceneClock clock, Rate rate,
                                  const FreshTokens& tokens);

// The scene of that id, or null. Points into `document`.
const contract::Scene* find_scene(const contract::OverlayDocument& document,
                                  const std::string& scene_id);

// One eased fraction: P/Q of a segment, 0 <= p < q (contract C.6, eval). For tests and vectors.
double ease_fraction(const contract::Ease& ease, std::int64_t p, std::int64_t q);

}  // namespace vistter::ocl
