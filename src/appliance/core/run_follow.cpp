// RunDesk's other half: orders to the programme, and what its reports mean for runs and their
// commands.
#include <algorithm>

#include "appliance/core/run_desk.hpp"
#include "base/log.hpp"

namespace vistter::appliance {
namespace {

constexpr std::int64_t progress_every_ns = 2'000'000'000;

ErrorCode code_of(const std::string& name) {
    return error_code_from(name).value_or(ErrorCode::SYS_INTERNAL);
}

}  // namespace

void RunDesk::run(const contract::TimelineExecute& command, const contract::Envelope& envelope) {
    const std::string& id = envelope.message_id;
    shop_.reports.begin(id);
    if (command.execution_mode == "play") return run_play(id);
    const auto run = running(command);
    if (!run) {  // it ended between decision and turn: a stop has nothing left to do, a seek has
        if (command.execution_mode == "stop") return shop_.reports.succeeded(id, {});
        return shop_.reports.failed(id, run.error());
    }
    Pending pending{run->run_id, command.execution_mode, 0, command.stop_mode};
    shop_.reports.progress(id, {.state = "running",
                                .percent = {},
                                .stage = {},
                                .bytes_done = {},
                                .bytes_total = {},
                                .result = {},
                                .error = {}});
    if (command.execution_mode == "seek") {
        const auto show = timelines_.find(run->timeline_id, run->revision);
        if (!show) return shop_.reports.failed(id, show.error());
        const auto target = target_frame(command, (*show)->plan, (*show)->cue_ids);
        if (!target) return shop_.reports.failed(id, target.error());
        pending.run_frame = *target;
    }
    pending_[id] = pending;
    send(pending);
}

// Dropped while the programme is away; program_ready() sends it again.
void RunDesk::send(const Pending& pending) {
    if (pending.request == "stop")
        shop_.program.stop(pending.run_id, pending.stop_mode);
    else
        shop_.program.seek(pending.run_id, pending.run_frame);
}

void RunDesk::run_play(const std::string& command_id) {
    const auto run = shop_.runs.find_by_command(command_id);
    if (!run)
        return shop_.reports.failed(command_id,
                                    fail(ErrorCode::SYS_INTERNAL, "The run was not stored."));
    if (!is_live_run(run->state)) return close(*run, "resumed");
    shop_.reports.progress(command_id, {.state = "scheduled",
                                        .percent = 0,
                                        .stage = {},
                                        .bytes_done = {},
                                        .bytes_total = {},
                                        .result = {},
                                        .error = {}});
    const bool known = told_.contains(run->run_id) || waiting_.contains(run->run_id);
    if (!known && shop_.program.ready()) order(*run);
}

void RunDesk::order(StoredRun run) {
    told_.insert(run.run_id);
    shop_.program.play(run);
}

// A new programme process counts frames from 0 and knows no run: the run is taken up where it would
// be by now.
void RunDesk::rejoin(StoredRun run) {
    if (!tick_) return;
    const NowPair now = read_now(shop_.clock);
    const auto show = timelines_.find(run.timeline_id, run.revision);
    const std::int64_t wanted = frame_at_or_after(*tick_, now.steady_of(run.known_at));
    const SteadyTime soonest{now.steady.ns + order_lead_ms * 1'000'000};
    run.start_frame = std::max({wanted, frame_at_or_after(*tick_, soonest), tick_->frame + 1});
    run.first_run_frame = run.known_run_frame + (run.paused ? 0 : run.start_frame - wanted);
    const auto length = show ? (*show)->plan.length() : std::optional<std::int64_t>(0);
    if (length && run.first_run_frame >= *length) {
        run.state = "failed";
        shop_.runs.put(run);
        return close(run, "the programme was restarted and the run's end passed meanwhile");
    }
    shop_.runs.put(run);
    announce(run, run.state, run.state, "programme restarted");
    order(run);
    if (run.paused) shop_.program.pause(run.run_id);
}

void RunDesk::committed(const contract::TimelineExecute& command) {
    if (command.dry_run) return;
    for (const StoredRun& run : shop_.runs.live()) {
        if (run.timeline_id != command.timeline_id || !told_.contains(run.run_id)) continue;
        const auto mirror = mirrors_.find(run.run_id);
        const bool is_paused = mirror != mirrors_.end() && mirror->second.state == "paused";
        if (run.paused && !is_paused) shop_.program.pause(run.run_id);
        if (!run.paused && command.execution_mode == "resume") shop_.program.resume(run.run_id);
    }
}

void RunDesk::program_lost() {
    for (StoredRun run :
         shop_.runs.live()) {  // what is known of each run must outlive its programme
        if (!mirrors_.contains(run.run_id)) continue;
        run.known_run_frame = position_frame(run);
        run.known_at = shop_.clock.wall();
        shop_.runs.put(run);
    }
    tick_.reset();
    mirrors_.clear();
    told_.clear();
    waiting_.clear();
}

void RunDesk::program_ready(bool adopted) {
    for (const StoredRun& run : shop_.runs.live()) {
        if (told_.contains(
                run.run_id)) {  // adopted: the programme has it; what was asked last must hold
            const Mirror& mirror = mirrors_[run.run_id];
            if (run.paused && mirror.state == "playing") shop_.program.pause(run.run_id);
            if (!run.paused && mirror.state == "paused") shop_.program.resume(run.run_id);
        } else if (stop_wanted(run.run_id)) {
            follow_stop_without_program(run);
        } else {
            waiting_[run.run_id] =
                adopted && run.state == "arming";  // until its show is loaded there
        }
    }
    for (const auto& [command_id, pending] : pending_) send(pending);
}

void RunDesk::on_show(const ShowReport& report) {
    for (auto it = waiting_.begin(); it != waiting_.end();) {
        const auto run = shop_.runs.find(it->first);
        const bool its_show =
            run && run->timeline_id == report.timeline_id && run->revision == report.revision;
        if (!its_show) {
            ++it;
            continue;
        }
        const bool never_ordered =
            it->second;  // decided, and this process fell before the order went out
        it = waiting_.erase(it);
        if (!is_live_run(run->state)) continue;
        if (!report.error_code.empty())
            lose(*run, report.error_code, report.error_message);
        else if (never_ordered)
            order(*run);
        else
            rejoin(*run);
    }
}

bool RunDesk::stop_wanted(const std::string& run_id) const {
    return std::any_of(pending_.begin(), pending_.end(), [&](const auto& entry) {
        return entry.second.run_id == run_id && entry.second.request == "stop";
    });
}

// The programme that played the run is gone, and the run was to be stopped: nothing is taken up
// again.
void RunDesk::follow_stop_without_program(StoredRun run) {
    RunReport report;
    report.run_id = run.run_id;
    report.timeline_id = run.timeline_id;
    report.state = "stopped";
    report.request = "stop";
    report.run_frame = run.known_run_frame;
    report.output_frame = tick_ ? tick_->frame : 0;
    follow(run, report);
}

void RunDesk::on_tick(const ProgramTick& tick) {
    tick_ = tick;
    for (auto& [run_id, mirror] : mirrors_) {
        if (mirror.state != "playing" ||
            shop_.clock.steady().ns - mirror.last_progress.ns < progress_every_ns)
            continue;
        const auto run = shop_.runs.find(run_id);
        if (!run) continue;
        mirror.last_progress = shop_.clock.steady();
        shop_.reports.progress(run->command_id, {.state = "running",
                                                 .percent = percent(*run),
                                                 .stage = mirror.cue_id,
                                                 .bytes_done = {},
                                                 .bytes_total = {},
                                                 .result = {},
                                                 .error = {}});
    }
}

void RunDesk::on_run(const RunReport& report) {
    if (!report.error_code.empty()) return refused(report);
    auto run = shop_.runs.find(report.run_id);
    if (!run) return;
    follow(*run, report);
}

void RunDesk::refused(const RunReport& report) {
    log::warning("The programme refused {} for {}: {}", report.request, report.run_id,
                 report.error_message);
    answer_pending(report);
    auto run = shop_.runs.find(report.run_id);
    if (!run || !is_live_run(run->state)) return;
    if (report.request == "play") return lose(*run, report.error_code, report.error_message);
    const auto mirror = mirrors_.find(report.run_id);
    if (mirror == mirrors_.end()) return;
    run->state = mirror->second.state;
    run->paused = run->state == "paused";
    shop_.runs.put(*run);
}

// The programme cannot play it.
void RunDesk::lose(StoredRun run, const std::string& code, const std::string& message) {
    const std::string from = std::exchange(run.state, "failed");
    shop_.runs.put(run);
    announce(run, from, "failed", code);
    shop_.reports.failed(run.command_id, fail(code_of(code), message));
}

void RunDesk::follow(StoredRun& run, const RunReport& report) {
    told_.insert(run.run_id);
    Mirror& mirror = mirrors_[run.run_id];
    const std::string from = mirror.state.empty() ? run.state : mirror.state;
    const bool moved = from != report.state;
    const bool preempted = report.state == "stopped" && !stop_wanted(run.run_id);
    mirror.state = report.state;
    mirror.output_frame = report.output_frame;
    mirror.run_frame = report.run_frame;
    mirror.last_progress = shop_.clock.steady();
    if (!is_live_run(run.state)) return;
    run.state = preempted ? "preempted" : report.state;
    run.known_run_frame = report.run_frame;
    const NowPair now = read_now(shop_.clock);
    run.known_at = tick_ ? now.wall_of(due_time(*tick_, report.output_frame)) : now.wall;
    shop_.runs.put(run);
    if (moved && (run.state != "arming")) announce(run, from, run.state, report.request);
    answer_pending(report);
    if (!is_live_run(run.state)) {
        mirrors_.erase(run.run_id);
        return close(run, report.request);
    }
    if (run.state == "arming") return;
    shop_.reports.progress(run.command_id, {.state = run.state == "paused" ? "paused" : "running",
                                            .percent = percent(run),
                                            .stage = {},
                                            .bytes_done = {},
                                            .bytes_total = {},
                                            .result = {},
                                            .error = {}});
}

// The one terminal PROGRESS of a run's play command.
void RunDesk::close(const StoredRun& run, const std::string& reason) {
    const auto show = timelines_.find(run.timeline_id, run.revision);
    const std::int64_t position = show ? (*show)->plan.position_of_frame(run.known_run_frame) : 0;
    contract::ObjectWriter result;
    result.text("run_id", run.run_id).text("state", run.state).integer("position_ms", position);
    if (run.state == "completed") return shop_.reports.succeeded(run.command_id, result.str());
    ProgressNote note;
    note.state = run.state == "preempted" ? "preempted"
                 : run.state == "stopped" ? "cancelled"
                                          : "failed";
    note.result = result.str();
    if (note.state == "failed")
        note.error = fail(ErrorCode::SYS_INTERNAL, "The run could not go on: " + reason + ".");
    if (note.state == "preempted")
        note.error = fail(ErrorCode::STA_PREEMPTED, "Another run took the bus.");
    shop_.reports.progress(run.command_id, note);
}

void RunDesk::answer_pending(const RunReport& report) {
    const bool refused = !report.error_code.empty();
    const bool over = !refused && !is_live_run(report.state);
    for (auto it = pending_.begin(); it != pending_.end();) {
        const auto [command_id, pending] = *it;
        const bool answered = over || report.request == pending.request;
        if (pending.run_id != report.run_id || !answered ||
            (pending.request == "stop" && !over && !refused)) {
            ++it;
            continue;
        }
        it = pending_.erase(it);
        if (refused)
            shop_.reports.failed(command_id,
                                 fail(code_of(report.error_code), report.error_message));
        else if (over && pending.request == "seek")
            shop_.reports.failed(command_id,
                                 fail(ErrorCode::STA_TRANSITION, "The run ended before the seek."));
        else
            shop_.reports.succeeded(
                command_id, frame_result(report.run_id, report.output_frame, report.run_frame));
    }
}

void RunDesk::on_cue(const CueReport& report) {
    if (report.actual_frame != report.planned_frame) ++late_cues_;
    if (auto mirror = mirrors_.find(report.run_id); mirror != mirrors_.end() && report.started)
        mirror->second.cue_id = report.cue_id;
    const auto run = shop_.runs.find(report.run_id);
    contract::ObjectWriter context;
    context.text("run_id", report.run_id)
        .text("segment_id", report.segment_id)
        .text("cue_id", report.cue_id);
    context.integer("planned_frame", report.planned_frame)
        .integer("actual_frame", report.actual_frame);
    const ocl::Rate rate = tick_ ? tick_->rate : ocl::Rate{};
    context.integer("late_ms", ocl::ms_of(report.actual_frame - report.planned_frame, rate));
    shop_.reports.event(report.started ? "timeline.cue_started" : "timeline.cue_ended", context,
                        run ? run->correlation_id : std::string{});
}

void RunDesk::announce(const StoredRun& run, const std::string& from, const std::string& to,
                       const std::string& reason) {
    const auto show = timelines_.find(run.timeline_id, run.revision);
    contract::ObjectWriter context;
    context.text("timeline_id", run.timeline_id)
        .text("run_id", run.run_id)
        .text("from", from)
        .text("to", to);
    context.text("reason", reason).integer("revision", run.revision);
    context.integer("position_ms", show ? (*show)->plan.position_of_frame(run.known_run_frame) : 0);
    if (const auto mirror = mirrors_.find(run.run_id); mirror != mirrors_.end())
        context.integer("frame", mirror->second.output_frame);
    shop_.reports.event("timeline.state", context, run.correlation_id);
}

}  // namespace vistter::appliance
