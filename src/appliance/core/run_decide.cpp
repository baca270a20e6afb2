// RunDesk's decisions: what a TIMELINE_EXECUTE is answered, and what is stored with the answer.
#include <algorithm>

#include "appliance/core/run_desk.hpp"
#include "base/ids.hpp"

namespace vistter::appliance {
namespace {

constexpr std::string_view bus_lane = "timeline:program";
constexpr std::string_view offered_modes = "play, pause, resume, seek, stop";

Error no_run(std::string_view mode) {
    return fail_at(ErrorCode::STA_TRANSITION, "/execution_mode",
                   "Nothing is running that could take " + std::string(mode) + ".");
}

timeline::RunTrigger trigger_of(std::string_view mode) {
    if (mode == "pause") return timeline::RunTrigger::pause;
    if (mode == "resume") return timeline::RunTrigger::resume;
    return mode == "seek" ? timeline::RunTrigger::seek : timeline::RunTrigger::stop;
}

}  // namespace

Decision RunDesk::decide(const contract::TimelineExecute& command,
                         const contract::Envelope& envelope) {
    const std::string& mode = command.execution_mode;
    if (command.bus != "program") return rejected(unsupported("/bus", command.bus, "program"));
    if (mode == "play") return play(command, envelope);
    if (mode == "pause" || mode == "resume") return hold(command);
    if (mode == "seek" || mode == "stop") return seek_or_stop(command);
    return rejected(unsupported("/execution_mode", mode, offered_modes));
}

Status RunDesk::can_take_bus(const contract::TimelineExecute& command) {
    if (command.on_conflict == "queue")
        return unsupported("/on_conflict", "queue", "preempt, reject");
    for (const StoredRun& live : shop_.runs.live()) {
        const bool outranked = command.priority < live.priority;
        if (!outranked && command.on_conflict != "reject") continue;
        Error error =
            fail_at(ErrorCode::STA_PREEMPTED, outranked ? "/priority" : "/on_conflict",
                    "Run " + live.run_id + " of " + live.timeline_id +
                        " holds the bus with priority " + std::to_string(live.priority) + ".");
        error.details[0].actual = live.run_id;
        return error;
    }
    return ok();
}

Decision RunDesk::play(const contract::TimelineExecute& command,
                       const contract::Envelope& envelope) {
    const auto show = timelines_.find(command.timeline_id, command.revision);
    if (!show) return rejected(show.error());
    const ReadyShow& ready = **show;
    if (!shop_.settings.picture || !tick_ || !shop_.program.ready())
        return rejected(fail(ErrorCode::STA_NOT_READY,
                             "The picture process is not running; try again in a moment."));
    if (const Status free = can_take_bus(command); !free) return rejected(free.error());
    const auto target = target_frame(command, ready.plan, ready.cue_ids);
    if (!target) return rejected(target.error());
    const auto start =
        plan_start(command, *target, ready.plan.length(), *tick_, read_now(shop_.clock));
    if (!start) return rejected(start.error());
    if (command.run_id && shop_.runs.find(*command.run_id))
        return rejected(fail_at(ErrorCode::STA_RUN_MISMATCH, "/run_id",
                                "This run exists; a new play needs a new id."));
    if (command.dry_run) return would_do(std::string(bus_lane));
    StoredRun run;
    run.run_id = command.run_id ? *command.run_id : make_id("run_", shop_.clock, shop_.random);
    run.command_id = envelope.message_id;
    run.correlation_id = envelope.correlation_id;
    run.timeline_id = ready.stored.timeline_id;
    run.revision = ready.stored.revision;
    run.start_frame = start->frame;
    run.first_run_frame = run.known_run_frame = start->run_frame;
    run.priority = command.priority;
    run.planned_start = run.known_at = start->planned_start;
    shop_.runs.put(run);
    contract::ObjectWriter result;
    result.text("run_id", run.run_id).integer("frame", run.start_frame);
    result.text("planned_start", format_rfc3339(run.planned_start));
    // A run keeps its lane until it ends; a lane of its own leaves the bus free for pause, seek,
    // stop and the next play.
    return accepted("run:" + run.run_id, result.str());
}

Result<StoredRun> RunDesk::running(const contract::TimelineExecute& command) {
    const auto live = shop_.runs.live();
    if (command.run_id) {
        const auto found = shop_.runs.find(*command.run_id);
        if (!found || found->timeline_id != command.timeline_id)
            return fail_at(ErrorCode::STA_RUN_MISMATCH, "/run_id",
                           "This timeline has no such run.");
        const bool alive = is_live_run(found->state);
        if (!alive && !live.empty())
            return fail_at(ErrorCode::STA_RUN_MISMATCH, "/run_id",
                           "This run is over; " + live.back().run_id + " is on.");
        if (!alive) return no_run(command.execution_mode);
        return *found;
    }
    const auto found = std::find_if(live.rbegin(), live.rend(), [&](const StoredRun& run) {
        return run.timeline_id == command.timeline_id;
    });
    if (found != live.rend()) return *found;
    if (!shop_.timelines.find(command.timeline_id))
        return fail_at(ErrorCode::RES_NOT_FOUND, "/timeline_id",
                       "The appliance holds no such timeline.");
    return no_run(command.execution_mode);
}

Decision RunDesk::hold(const contract::TimelineExecute& command) {
    auto run = running(command);
    if (!run) return rejected(run.error());
    if (!tick_ || !shop_.program.ready())
        return rejected(fail(ErrorCode::STA_NOT_READY,
                             "The picture process is not running; try again in a moment."));
    const auto state = timeline::run_state_from(run->state).value_or(timeline::RunState::failed);
    const auto to = timeline::next(state, trigger_of(command.execution_mode));
    if (!to) return rejected(to.error());
    if (command.dry_run) return would_do(std::string(bus_lane));
    const std::int64_t run_frame = position_frame(*run);
    run->state = timeline::to_string(*to);
    run->paused = command.execution_mode == "pause";
    run->known_run_frame = run_frame;
    run->known_at = shop_.clock.wall();
    shop_.runs.put(*run);
    // The order is applied on the next frame that can be made; the programme's own report follows
    // as an EVENT.
    const std::int64_t frame = frame_at_or_after(*tick_, shop_.clock.steady());
    return completed(std::string(bus_lane), frame_result(run->run_id, frame, run_frame));
}

Decision RunDesk::seek_or_stop(const contract::TimelineExecute& command) {
    const auto run = running(command);
    if (!run) return rejected(run.error());
    const auto state = timeline::run_state_from(run->state).value_or(timeline::RunState::failed);
    if (const auto to = timeline::next(state, trigger_of(command.execution_mode)); !to)
        return rejected(to.error());
    if (command.execution_mode == "seek") {
        const auto show = timelines_.find(run->timeline_id, run->revision);
        if (!show) return rejected(show.error());
        if (!command.cue_id && !command.cue_point_id && !command.position_ms)
            return rejected(fail_at(ErrorCode::VAL_SCHEMA, "",
                                    "A seek needs cue_id, cue_point_id or position_ms."));
        const auto target = target_frame(command, (*show)->plan, (*show)->cue_ids);
        if (!target) return rejected(target.error());
    }
    if (command.dry_run) return would_do(std::string(bus_lane));
    return accepted(std::string(bus_lane),
                    contract::ObjectWriter().text("run_id", run->run_id).str());
}

std::string RunDesk::frame_result(const std::string& run_id, std::int64_t output_frame,
                                  std::int64_t run_frame) {
    contract::ObjectWriter result;
    result.text("run_id", run_id).integer("frame", output_frame);
    const auto run = shop_.runs.find(run_id);
    if (run) {
        const auto show = timelines_.find(run->timeline_id, run->revision);
        if (show) result.integer("position_ms", (*show)->plan.position_of_frame(run_frame));
    }
    if (tick_) {
        const NowPair now = read_now(shop_.clock);
        result.text("at", format_rfc3339(now.wall_of(due_time(*tick_, output_frame))));
    }
    return result.str();
}

}  // namespace vistter::appliance
