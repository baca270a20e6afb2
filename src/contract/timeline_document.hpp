// Segments, cues and the assets they need (contract D) as plain structs. All times are integer milliseconds on
// the segment's own clock; intervals are half-open.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "contract/overlay_document.hpp"

namespace vistter::contract {

enum class TransitionKind { cut, fade, dip, wipe };

// Belongs to the incoming cue and occupies [start, start + duration_ms).
struct Transition {
    TransitionKind kind = TransitionKind::cut;
    std::int64_t duration_ms = 0;
    std::optional<Color> color;  // dip
    std::string direction;       // wipe
};

struct CameraShow {
    std::string camera_id;
    std::optional<std::string> preset_id;
};
struct SlateShow {
    std::string builtin = "technical_difficulties";  // bars, black, technical_difficulties
    std::string asset_id;                            // or an image asset
};
struct OverlayShow {
    std::string overlay_id, scene_id, slot = "default";
    std::map<std::string, TokenValue> tokens;
    int z = 0;
};
struct OverlayTokens {
    std::string overlay_id;
    std::map<std::string, TokenValue> tokens;
};
struct Mark {
    std::string name;
};
// A cue action the contract names and this appliance does not run; a load that holds one is refused.
struct UnsupportedAction {
    std::string kind;
    std::string text;  // the action as JSON, so that writing the cue again loses nothing
};
using CueAction = std::variant<CameraShow, SlateShow, OverlayShow, OverlayTokens, Mark, UnsupportedAction>;

struct CueOut {
    std::string kind = "cut";  // cut, scene, fade
    std::int64_t duration_ms = 0;
};

struct Cue {
    std::string cue_id;
    std::int64_t start_ms = 0, duration_ms = 0;
    CueAction action;
    Transition transition;
    CueOut out;
    std::string on_error = "fallback";
};

enum class TrackKind { video, overlay, audio, control };

struct CueTrack {
    std::string track_id;
    TrackKind kind = TrackKind::video;
    int z = 0;
    bool enabled = true;
    std::vector<Cue> cues;
};

struct Segment {
    std::string segment_id;
    std::int64_t revision = 1;
    std::string name;
    std::int64_t duration_ms = 0;
    std::vector<CueTrack> tracks;
    std::vector<CuePoint> cue_points;
    std::string end_behavior = "next";
};

struct SequenceItem {
    std::string segment_id;
    std::optional<std::int64_t> repeat = 1;  // nullopt: for ever, last item only
};

struct OverlayRef {
    std::string overlay_id;
    std::int64_t revision = 0;
    std::string doc_sha256;                 // SHA-256 of `ocl_text`
    std::optional<OverlayDocument> ocl;     // inline
    // Its JSON text as sent, without white space between tokens (contract/json_text.hpp, canonical_text). This is
    // what write_body sends; `ocl` alone is not written.
    std::string ocl_text;
    std::optional<std::string> ocl_package_uri;
};

struct AssetEntry {
    std::string asset_id;
    std::string uri;     // https, signed and expiring
    std::string sha256;  // 64 hex digits
    std::int64_t size_bytes = 0;
    std::string media_type;
    bool required = true;
};

// What a TIMELINE_LOAD carries besides its own header.
struct TimelineDocument {
    std::string name;
    std::vector<Segment> segments;
    std::vector<SequenceItem> sequence;  // never empty after parsing: default each segment once
    std::vector<OverlayRef> overlays;
    std::vector<AssetEntry> assets;
};

}  // namespace vistter::contract
