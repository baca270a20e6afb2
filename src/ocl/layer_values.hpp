// The properties of one layer at one place of its scene (contract C.5): what `evaluate` reports and
// what the renderer draws from, on the tick thread. Allocates nothing and never fails.
#pragma once

#include <optional>
#include <string>

#include "contract/overlay_document.hpp"
#include "ocl/scene_clock.hpp"

namespace vistter::ocl {

// Clamped and interpolated, before canvas mapping. `content` and `asset` point into the layer and
// live as long as it.
struct LayerValues {
    bool visible = true;
    double opacity = 1;
    contract::Pair position{0, 0};
    contract::Pair scale{1, 1};
    double rotation = 0;
    std::optional<contract::Pair> size;
    contract::Quad crop{0, 0, 0, 0};
    contract::Color fill_color{255, 255, 255, 255};
    std::optional<contract::Color> stroke_color;
    double stroke_width = 0, corner_radius = 0, blur = 0;
    double font_size = 0;  // text: in canvas pixels; 0 for kinds without text
    double reveal = 1;
    const std::string* content = nullptr;  // before tokens
    const std::string* asset = nullptr;    // image_sequence: the picture of `media_frame`
    std::int64_t media_time = 0;           // lottie, video, image_sequence: see media_clock.hpp
    std::int64_t media_frame = 0;          // image_sequence: index into playback.assets
};

LayerValues layer_at(const contract::Layer& layer, const ScenePosition& position);

// As above with every property at its `props` value, tracks left out: what `layer:<id>` anchors are
// placed by (C.4).
LayerValues unanimated(const contract::Layer& layer);

// A track at N (contract C.6): between `from` and `to`, `share` of the way; both the same key
// outside segments.
struct TrackPlace {
    const contract::Keyframe* from = nullptr;
    const contract::Keyframe* to = nullptr;
    double share = 0;
};
TrackPlace place_on_track(const contract::PropertyTrack& track, std::int64_t n, std::int64_t num);

// Premultiplied, in encoded sRGB, per component; the result is rounded to 8 bits, ties to even.
contract::Color mix(contract::Color from, contract::Color to, double share);

}  // namespace vistter::ocl
