// Turns "at this time" and "at this cue" into frames.
#include "appliance/core/run_start.hpp"

#include <algorithm>

namespace vistter::appliance {
namespace {

std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (std::size_t i = 0; i < names.size() && i < 20; ++i) out += (i ? ", " : "") + names[i];
    return names.size() > 20 ? out + ", ..." : out;
}

Error unknown_cue(std::string pointer, std::string_view kind,
                  const std::vector<std::string>& cue_ids) {
    Error error = fail_at(
        ErrorCode::TML_CUE_UNKNOWN, std::move(pointer),
        "The timeline has no such " + std::string(kind) + "; its cues: " + joined(cue_ids) + ".");
    error.details[0].expected = joined(cue_ids);
    return error;
}

}  // namespace

Result<std::int64_t> target_frame(const contract::TimelineExecute& command,
                                  const timeline::Plan& plan,
                                  const std::vector<std::string>& cue_ids) {
    const int targets = command.cue_id.has_value() + command.cue_point_id.has_value() +
                        command.position_ms.has_value();
    if (targets > 1)
        return fail_at(ErrorCode::VAL_SCHEMA, "",
                       "Give one of cue_id, cue_point_id and position_ms.");
    if (command.cue_id) {
        const auto frame = plan.frame_of_cue(*command.cue_id);
        return frame ? Result<std::int64_t>(*frame) : unknown_cue("/cue_id", "cue", cue_ids);
    }
    if (command.cue_point_id) {
        const auto frame = plan.frame_of_cue_point(*command.cue_point_id);
        return frame ? Result<std::int64_t>(*frame)
                     : unknown_cue("/cue_point_id", "cue point", cue_ids);
    }
    const std::int64_t frame =
        command.position_ms ? plan.frame_of_position(*command.position_ms) : 0;
    const auto length = plan.length();
    if (length && frame >= *length)
        return fail_at(
            ErrorCode::VAL_RANGE, "/position_ms",
            "The timeline ends at " + std::to_string(plan.position_of_frame(*length)) + " ms.");
    return frame;
}

Result<RunStart> plan_start(const contract::TimelineExecute& command, std::int64_t first_run_frame,
                            std::optional<std::int64_t> length, const ProgramTick& tick,
                            const NowPair& now) {
    const SteadyTime soonest{now.steady.ns + order_lead_ms * 1'000'000};
    const std::int64_t earliest = std::max(frame_at_or_after(tick, soonest), tick.frame + 1);
    RunStart start{earliest, first_run_frame, {}};
    if (command.start_at) {
        const std::int64_t wanted = frame_at_or_after(tick, now.steady_of(*command.start_at));
        const bool missed = now.wall.ms - command.start_at->ms > late_tolerance_ms;
        if (missed && command.late_policy == "fail")
            return fail_at(ErrorCode::TML_START_MISSED, "/start_at",
                           "The start lies more than 2 s back; send a new one, or late_policy "
                           "start_now or join.");
        start.frame = std::max(wanted, earliest);
        if (missed && command.late_policy == "join") start.run_frame += start.frame - wanted;
        if (length && start.run_frame >= *length)
            return fail_at(ErrorCode::TML_START_MISSED, "/start_at",
                           "The run would already be over.");
    }
    start.planned_start = now.wall_of(due_time(tick, start.frame));
    return start;
}

}  // namespace vistter::appliance
