// One playing of a timeline (contract B.10, Run): maps output frames to run frames through holds, and answers every
// trigger in every state. Pure: the program process applies it frame by frame, control mirrors it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace vistter::timeline {

enum class RunState { arming, playing, paused, completed, stopped, failed };
enum class RunTrigger { start_reached, pause, resume, seek, end_reached, stop, unrecoverable };

std::string_view to_string(RunState state);
std::optional<RunState> run_state_from(std::string_view name);
bool is_terminal(RunState state);
// The one transition table: the next state, or STA_TRANSITION naming state and trigger.
Result<RunState> next(RunState state, RunTrigger trigger);

class RunClock {
  public:
    // `start_frame`: the output frame of run frame `first_run_frame`.
    RunClock(std::int64_t start_frame, std::int64_t first_run_frame);
    // The run frame shown on `output_frame`; negative before the start.
    std::int64_t run_frame(std::int64_t output_frame) const;
    void pause(std::int64_t output_frame);   // from this frame on the position stands still
    void resume(std::int64_t output_frame);  // this frame advances again
    void seek(std::int64_t output_frame, std::int64_t run_frame);  // keeps paused or playing
    bool paused() const { return paused_; }
    std::int64_t start_frame() const { return start_; }

  private:
    std::int64_t start_;
    std::int64_t anchor_output_, anchor_run_;
    bool paused_ = false;
};

}  // namespace vistter::timeline
