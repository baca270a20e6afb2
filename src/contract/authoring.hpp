// An authoring scene: what an editor writes and Studio compiles to OCL (contract C.15). It says the
// same things as OCL with the same words, plus templates, styles, variables, shares instead of
// pixels, times as timecode or offset, and named motion. Here it is read; src/ocl/compile resolves
// it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "contract/authoring_tree.hpp"
#include "contract/overlay_document.hpp"
#include "contract/validate.hpp"

namespace vistter::contract {

// Canvas pixels or, as a share, percent of the anchor area's width or height.
struct Length {
    double value = 0;
    bool share = false;
};
using Lengths = std::array<Length, 2>;  // horizontal, vertical

// Milliseconds, or a text: 1.5s, 500ms, 12f, HH:MM:SS:FF, HH:MM:SS;FF, each with or without "t+".
struct AuthoredTime {
    std::string at;
    std::variant<std::int64_t, std::string> value;
};

// A damped spring let go at 0 and coming to rest at 1.
struct Spring {
    double mass = 1, stiffness = 100, damping = 10;  // kg, N/m, N s/m: only their ratio shows
    double velocity = 0;                             // at the start, in whole ways a second
};

struct AuthoredEase {
    std::string at;
    std::string name;  // back-out, spring, ...; empty: `ocl` says it
    Spring spring;
    Ease ocl;
};

struct AuthoredTransition {
    std::string at;
    std::string name;  // fade, slide_left, ...
    std::optional<AuthoredTime> duration;
    std::optional<AuthoredEase> ease;
};

struct AuthoredKey {
    std::string at;
    AuthoredTime t;
    std::optional<Lengths> lengths;    // position and size
    std::optional<AuthoredEase> ease;  // only where it is no OCL curve
};

struct AuthoredTrack {
    std::string at;
    PropertyTrack track;
    std::vector<AuthoredKey> keys;  // one for each of track.keyframes
};

// Puts the layers of a group in a row or column.
struct Stack {
    std::string at;
    bool column = false;
    Length gap, padding;
    std::string align = "start";  // start, center, end: across the direction
};

struct AuthoredLayer {
    std::string at;
    Layer ocl;  // what OCL says the same way; its tracks and layers stay empty
    std::optional<AuthoredTime> in, out;
    std::optional<Lengths> position, size, box;
    std::optional<Stack> stack;
    std::optional<AuthoredTransition> enter, leave;
    bool essential = false;
    bool has_fallback = false;  // the author wrote one
    std::vector<AuthoredTrack> tracks;
    std::vector<AuthoredLayer> layers;
};

struct AuthoredScene {
    std::string at;
    Scene ocl;  // without layers
    std::optional<AuthoredTime> duration, intro, outro, body_end;
    std::vector<AuthoredTime> cue_times;  // one for each of ocl.cue_points
    std::optional<AuthoredTransition> enter, leave;
    std::vector<AuthoredLayer> layers;
};

struct AuthoredDocument {
    OverlayDocument ocl;  // without scenes; authored_rate is set
    bool has_canvas = false;
    std::map<std::string, std::string> asset_files;  // asset key -> file, where one is named
    std::vector<AuthoredScene> scenes;
};

// What a scene is compiled for: an appliance's words in HELLO `ocl`.
struct CompileTarget {
    std::string name;  // in reports; may be empty
    std::vector<std::string> versions{"1.0"};
    std::vector<std::string> features;
    std::map<std::string, std::int64_t> limits;
    std::optional<std::array<int, 2>> canvas;  // for scenes that name none
    std::string locale;                        // for scenes that name none
};

// Reads and judges an authoring file. The error carries every fault with its pointer.
Result<AuthoringNode> parse_authoring(std::string_view text);
// A scene without templates, styles and variables becomes structs. Faults (pointers: origins in the
// authoring file) go to `findings`; the result is only of use when there are none.
AuthoredDocument decode_authoring(const AuthoringNode& resolved, std::vector<Finding>& findings);
Result<CompileTarget> parse_compile_target(std::string_view text);

}  // namespace vistter::contract
