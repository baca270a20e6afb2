// One playing of a timeline (contract B.10, Run): maps output frames to run frames through holds,
// and answers every trigger in every state. Pure: the program process applies it frame by frame,
// control mirrors it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace vistter::timeline {

// `preempted`: another run took the bus. At this size a preempted run does not come back, so it is
// an end like the three after it.
enum class RunState { arming, playing, paused, preempted, completed, stopped, failed };
enum class RunTrigger {
    start_reached,
    pause,
    resume,
    seek,
    end_reached,
    stop,
    preempt,
    unrecoverable
};

inline constexpr std::array all_run_states{
    RunState::arming,    RunState::playing, RunState::paused, RunState::preempted,
    RunState::completed, RunState::stopped, RunState::failed};
inline constexpr std::array all_run_triggers{
    RunTrigger::start_reached, RunTrigger::pause, RunTrigger::resume,  RunTrigger::seek,
    RunTrigger::end_reached,   RunTrigger::stop,  RunTrigger::preempt, RunTrigger::unrecoverable};

std::string_view to_string(RunState state);
std::string_view to_string(RunTrigger trigger);
std::optional<RunState> run_state_from(std::string_view name);
bool is_terminal(RunState state);
// The one transition table: the next state, or STA_TRANSITION naming state and trigger.
Result<RunState> next(RunState state, RunTrigger trigger);

class RunClock {
  public:
    // `start_frame`: the output frame of run frame `first_run_frame`.
    RunClock(std::int64_t start_frame, std::int64_t first_run_frame);
    // The run frame shown on `output_frame`; negative before the start. Asked of the past before
    // the last pause, resume or seek it answers as if that had always been so.
    std::int64_t run_frame(std::int64_t output_frame) const;
    // The output frame on which `run_frame` is due if nothing holds the run any more.
    std::int64_t output_frame(std::int64_t run_frame) const;
    // From this frame on the position stands still: it is that of the frame before, or the one
    // sought on this frame.
    void pause(std::int64_t output_frame);
    // This frame advances again: it shows the position after the held one, or the one sought on
    // this very frame.
    void resume(std::int64_t output_frame);
    // This frame shows `run_frame`; keeps paused or playing.
    void seek(std::int64_t output_frame, std::int64_t run_frame);
    bool paused() const { return paused_; }
    std::int64_t start_frame() const { return start_; }

  private:
    std::int64_t run_frame_playing(std::int64_t output_frame) const;
    std::int64_t start_;
    // The newest known point: output frame `anchor_output_` shows `anchor_run_`, which is where a
    // paused run stays.
    std::int64_t anchor_output_, anchor_run_;
    bool paused_ = false;
    bool resumed_here_ = false;  // the anchor is the frame a resume advanced to
};

}  // namespace vistter::timeline
