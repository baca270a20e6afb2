// Which picture of a lottie, video or image sequence a scene shows (contract C.2, C.3): floor of
// exact integers, so that a week later it is still the right one. Pure, allocates nothing.
#pragma once

#include <cstdint>

#include "contract/overlay_document.hpp"
#include "ocl/scene_clock.hpp"

namespace vistter::ocl {

// How far the layer's playback has run, in units of 1/position.num ms: it starts at in_ms, follows
// the scene's own clock (a held body holds it, a looping body repeats it, an outro freezes it), and
// is 0 before its start.
std::int64_t media_time(const contract::Layer& layer, const ScenePosition& position);

// Picture 0..count-1 at `time` for a medium of `count` pictures at `rate` a second: k = floor(time
// * rate), then by `loop`: the last one stays (none), k mod count (repeat), or there and back with
// each end shown once (ping_pong: 0 1 2 1 0 1 2). `num` is the position's. 0 for an empty medium.
// Preconditions: time is within seven days, rate within the contract's frame_rate.
std::int64_t media_frame(std::int64_t time, std::int64_t num, Rate rate, std::int64_t count,
                         contract::LoopMode loop);

}  // namespace vistter::ocl
