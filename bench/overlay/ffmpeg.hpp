// The same scene drawn by ffmpeg's best filter graph for it, as a process of its own.
#pragma once

#include <optional>

#include "scene.hpp"

namespace vistter::bench {

struct Rival {
    double ms = 0;  // user and system time a frame, less that of the same process drawing nothing
    double likeness = 0;  // decibels against ours, the lowest of a few frames
};

// Nothing where ffmpeg is not installed or fails. `ours` draws the frames it is compared with.
std::optional<Rival> measure_ffmpeg(const Scene& scene, render::OverlayRenderer& ours);

}  // namespace vistter::bench
