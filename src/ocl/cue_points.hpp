// Cue points of a scene (contract C.11): when each one fires, and the clock that stands at a pause.
// Frames of the scene are counted as in SceneClock. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "contract/overlay_document.hpp"
#include "ocl/evaluate.hpp"

namespace vistter::ocl {

struct PassedCue {
    const contract::CuePoint* point = nullptr;  // into the scene
    std::int64_t frame = 0;                     // the frame it belongs to (contract C.3)
    std::int64_t late_ms = 0;                   // how far the clock was past it
};

// What a clock fires that stood at scene frame `before` (-1: had not begun) and now stands at
// `now`: every point passed, in the order of their times, once for each pass of a looping body. A
// gap of many frames leaves none out. A hidden scene's clock stands, and so fires nothing.
std::vector<PassedCue> cue_points_passed(const contract::Scene& scene, Rate rate,
                                         std::int64_t before, std::int64_t now);

struct SteppedClock {
    std::int64_t frame = 0;  // of the scene
    bool paused = false;
    int step = 0;  // pauses reached so far; OGraf's step
};

// Where a scene's clock stands `elapsed` output frames after it began, if it was told to continue
// on the output frames `continues` (ascending). It stands on a pause's frame until told; a continue
// takes effect on the next frame, and one that comes while it runs is lost. Two pauses on one frame
// take two.
SteppedClock stepped_clock(const contract::Scene& scene, Rate rate, std::int64_t elapsed,
                           std::span<const std::int64_t> continues);

}  // namespace vistter::ocl
