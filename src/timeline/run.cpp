// The run's transition table and its clock.
#include "timeline/run.hpp"

#include <fmt/format.h>

namespace vistter::timeline {
namespace {

constexpr std::size_t state_count = all_run_states.size();
constexpr std::size_t trigger_count = all_run_triggers.size();
constexpr std::array<std::string_view, state_count> state_names{
    "arming", "playing", "paused", "preempted", "completed", "stopped", "failed"};
constexpr std::array<std::string_view, trigger_count> trigger_names{
    "start_reached", "pause", "resume", "seek", "end_reached", "stop", "preempt", "unrecoverable"};

using Row = std::array<std::optional<RunState>, trigger_count>;
constexpr std::nullopt_t no = std::nullopt;
constexpr RunState play = RunState::playing, hold = RunState::paused, lost = RunState::preempted,
                   done = RunState::completed, stop = RunState::stopped, bad = RunState::failed;

// Rows in the order of RunState, columns in the order of RunTrigger; `no` is STA_TRANSITION.
constexpr std::array<Row, state_count> table{{
    //  start  pause resume seek  end   stop  preempt unrecoverable
    Row{play, no, no, no, no, stop, lost, bad},      // arming
    Row{no, hold, no, play, done, stop, lost, bad},  // playing
    Row{no, no, play, hold, no, stop, lost, bad},    // paused
    Row{no, no, no, no, no, no, no, no},             // preempted
    Row{no, no, no, no, no, no, no, no},             // completed
    Row{no, no, no, no, no, no, no, no},             // stopped
    Row{no, no, no, no, no, no, no, no},             // failed
}};

constexpr std::size_t index(auto value) {
    return static_cast<std::size_t>(value);
}

}  // namespace

std::string_view to_string(RunState state) {
    return state_names[index(state)];
}
std::string_view to_string(RunTrigger trigger) {
    return trigger_names[index(trigger)];
}

std::optional<RunState> run_state_from(std::string_view name) {
    for (RunState state : all_run_states) {
        if (to_string(state) == name) return state;
    }
    return std::nullopt;
}

bool is_terminal(RunState state) {
    for (const std::optional<RunState>& to : table[index(state)]) {
        if (to) return false;
    }
    return true;
}

Result<RunState> next(RunState state, RunTrigger trigger) {
    if (std::optional<RunState> to = table[index(state)][index(trigger)]) return *to;
    return fail(ErrorCode::STA_TRANSITION, fmt::format("a run that is {} does not take {}",
                                                       to_string(state), to_string(trigger)));
}

RunClock::RunClock(std::int64_t start_frame, std::int64_t first_run_frame)
    : start_(start_frame), anchor_output_(start_frame), anchor_run_(first_run_frame) {}

std::int64_t RunClock::run_frame(std::int64_t output_frame) const {
    if (output_frame < start_) return output_frame - start_;
    return paused_ ? anchor_run_ : run_frame_playing(output_frame);
}

std::int64_t RunClock::run_frame_playing(std::int64_t output_frame) const {
    return anchor_run_ + (output_frame - anchor_output_);
}

std::int64_t RunClock::output_frame(std::int64_t run_frame) const {
    return anchor_output_ + (run_frame - anchor_run_);
}

void RunClock::pause(std::int64_t output_frame) {
    if (paused_) return;
    paused_ = true;
    if (output_frame > anchor_output_) {
        anchor_run_ = run_frame_playing(output_frame - 1);
        anchor_output_ = output_frame - 1;
    } else if (resumed_here_) {  // resumed and paused again before the frame was shown
        anchor_run_ -= 1;
        anchor_output_ -= 1;
    }
    resumed_here_ = false;
}

void RunClock::resume(std::int64_t output_frame) {
    if (paused_ && output_frame > anchor_output_) {
        anchor_run_ += 1;
        anchor_output_ = output_frame;
        resumed_here_ = true;
    }
    paused_ = false;
}

void RunClock::seek(std::int64_t output_frame, std::int64_t run_frame) {
    anchor_output_ = output_frame;
    anchor_run_ = run_frame;
    resumed_here_ = false;
}

}  // namespace vistter::timeline
