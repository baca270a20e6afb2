// From the newest tick of the programme to any other moment: which output frame is due when
// (contract D.3). Pure.
#pragma once

#include <cstdint>

#include "appliance/core/program_port.hpp"
#include "base/clock.hpp"

namespace vistter::appliance {

// The first output frame due at or after `moment`; may lie before the tick's own frame.
std::int64_t frame_at_or_after(const ProgramTick& tick, SteadyTime moment);
SteadyTime due_time(const ProgramTick& tick, std::int64_t frame);
// Frames in `ms`, rounded up.
std::int64_t frames_in(std::int64_t ms, ocl::Rate rate);

// Wall and steady time read together, so that a wall-clock start becomes a frame once and wall time
// is used no more.
struct NowPair {
    WallTime wall;
    SteadyTime steady;
    SteadyTime steady_of(WallTime moment) const {
        return {steady.ns + (moment.ms - wall.ms) * 1'000'000};
    }
    WallTime wall_of(SteadyTime moment) const;  // rounded to the nearest millisecond
};
NowPair read_now(const Clock& clock);

}  // namespace vistter::appliance
