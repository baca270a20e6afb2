// When and where a run starts (contract B.8.4, D.3): wall clock in once, frames out. Pure.
#pragma once

#include <optional>

#include "appliance/core/frame_clock.hpp"
#include "contract/messages.hpp"
#include "timeline/plan.hpp"

namespace vistter::appliance {

struct RunStart {
    std::int64_t frame = 0;      // output frame
    std::int64_t run_frame = 0;  // position shown on it
    WallTime planned_start;
};

// The time an order needs from here to the picture; nothing is promised for an earlier frame.
inline constexpr std::int64_t order_lead_ms = 200;
// A start this late is still on time (B.8.4).
inline constexpr std::int64_t late_tolerance_ms = 2'000;

// The run frame a play or seek names: cue, cue point, position or the start. TML_CUE_UNKNOWN
// (naming the cues), VAL_RANGE beyond the end, VAL_SCHEMA for more than one target.
Result<std::int64_t> target_frame(const contract::TimelineExecute& command,
                                  const timeline::Plan& plan,
                                  const std::vector<std::string>& cue_ids);

// TML_START_MISSED when start_at lies further back than the tolerance and late_policy says fail, or
// the run would already be over.
Result<RunStart> plan_start(const contract::TimelineExecute& command, std::int64_t first_run_frame,
                            std::optional<std::int64_t> length, const ProgramTick& tick,
                            const NowPair& now);

}  // namespace vistter::appliance
