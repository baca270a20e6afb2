// Where a scene stands at a frame (contract C.3): phases, loops, the outro clock. Pure, allocates
// nothing.
#pragma once

#include <cstdint>
#include <optional>

#include "contract/overlay_document.hpp"
#include "ocl/evaluate.hpp"

namespace vistter::ocl {

// Times are exact integers in units of 1/num ms (contract C.3 calls them N).
struct ScenePosition {
    std::int64_t num = 1;  // the rate's numerator
    std::int64_t body =
        0;  // what layers' intervals and body tracks see; frozen once the outro runs
    std::optional<std::int64_t> outro;  // what outro tracks see, from 0 on the hide frame
    double outro_share =
        1;  // below 1 just after a hide during the intro: outro values fade in (C.10)
    bool finished = false;
};

// The scene's position at `clock`. A scene of finite length starts its outro by itself at the first
// frame at or after duration_ms - outro_ms; hiding it later changes nothing. A hidden scene is
// finished once its outro clock reaches outro_ms, a scene of finite length at the latest when its
// own clock reaches duration_ms.
ScenePosition locate(const contract::Scene& scene, SceneClock clock, Rate rate);

// Maps N into [a, b) ms repeated for ever: the contract's `repeat`. N below a, or an empty
// interval, is returned as is.
std::int64_t map_repeat(std::int64_t n, std::int64_t a_ms, std::int64_t b_ms, std::int64_t num);
// The same, there and back.
std::int64_t map_ping_pong(std::int64_t n, std::int64_t a_ms, std::int64_t b_ms, std::int64_t num);

}  // namespace vistter::ocl
