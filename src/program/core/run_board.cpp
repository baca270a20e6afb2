// Runs: commands, starting, ending and what they report.
#include "program/core/run_board.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vistter::program {
namespace {

using timeline::CueEdge;
using timeline::RunState;
using timeline::RunTrigger;

Error unknown_run(const std::string& run_id) {
    return fail(ErrorCode::STA_RUN_MISMATCH, fmt::format("no run {} is on air or waiting", run_id));
}

void refuse(const std::string& run_id, const char* request, const Error& error, std::int64_t frame,
            Events& out, const std::string& state = {}) {
    ipc::RunChanged refused;
    refused.run_id = run_id;
    refused.state = state;
    refused.request = request;
    refused.error_code = to_string(error.code);
    refused.error_message = error.message;
    refused.output_frame = frame;
    out.emplace_back(std::move(refused));
}

ipc::RunChanged changed(const std::string& run_id, const Show& show, RunState state,
                        const char* request, std::int64_t frame, std::int64_t run_frame) {
    return {run_id, show.timeline_id, std::string(to_string(state)), request, {}, {},
            frame,  run_frame};
}

bool same(const CueEdge& a, const CueEdge& b) {
    return a.frame == b.frame && a.cue_id == b.cue_id;
}

bool among(const CueEdge& cue, const std::vector<CueEdge>& cues) {
    return std::any_of(cues.begin(), cues.end(),
                       [&](const CueEdge& other) { return same(cue, other); });
}

std::int64_t last_run_frame(const Show& show, std::int64_t run_frame) {
    std::optional<std::int64_t> length = show.plan.length();
    return length ? std::min(run_frame, *length) : run_frame;
}

// How long a scene takes to leave once it is told to.
std::int64_t outro_frames(const Show& show, const timeline::OverlayOnAir& overlay) {
    for (const contract::Scene& scene : show.renderers[overlay.use]->document().scenes) {
        if (scene.scene_id == overlay.scene_id)
            return ocl::frame_at(scene.phases.outro_ms, show.plan.rate());
    }
    return 0;
}

}  // namespace

void RunBoard::load(ShowPtr show) {
    auto older = std::find_if(shows_.begin(), shows_.end(), [&](const ShowPtr& each) {
        return each->timeline_id == show->timeline_id && each->revision == show->revision;
    });
    if (older == shows_.end() && shows_.size() == most_shows) older = shows_.begin();
    if (older != shows_.end()) {
        retired_.push_back(std::move(*older));
        shows_.erase(older);
    }
    shows_.push_back(std::move(show));
}

const ShowPtr* RunBoard::find_show(const std::string& timeline_id, std::int64_t revision) const {
    for (const ShowPtr& show : shows_) {
        if (show->timeline_id == timeline_id && show->revision == revision) return &show;
    }
    return nullptr;
}

RunBoard::Run* RunBoard::find(const std::string& run_id) {
    if (live_ && live_->id == run_id) return &*live_;
    for (Run& run : armed_) {
        if (run.id == run_id) return &run;
    }
    return nullptr;
}

// The run if it may take the trigger, its state moved on; otherwise the refusal is in `out`.
RunBoard::Run* RunBoard::take(const std::string& run_id, RunTrigger trigger, const char* request,
                              std::int64_t frame, Events& out) {
    Run* run = find(run_id);
    if (run == nullptr) {
        refuse(run_id, request, unknown_run(run_id), frame, out);
        return nullptr;
    }
    Result<RunState> state = timeline::next(run->state, trigger);
    if (state && run->ending && trigger != RunTrigger::stop) {
        state = fail(ErrorCode::STA_TRANSITION, fmt::format("run {} is stopping", run_id));
    }
    if (!state) {
        refuse(run_id, request, state.error(), frame, out, std::string(to_string(run->state)));
        return nullptr;
    }
    run->state = *state;
    return run;
}

void RunBoard::play(const ipc::Play& play, std::int64_t frame, Events& out) {
    const ShowPtr* show = find_show(play.timeline_id, play.revision);
    std::optional<Error> error;
    if (find(play.run_id) != nullptr) {
        error = fail(ErrorCode::STA_TRANSITION, fmt::format("run {} is here already", play.run_id));
    } else if (show == nullptr) {
        error = fail(ErrorCode::STA_NOT_READY, fmt::format("timeline {} revision {} is not loaded",
                                                           play.timeline_id, play.revision));
    } else if (play.run_frame < 0 ||
               last_run_frame(**show, play.run_frame + 1) != play.run_frame + 1) {
        error = fail(ErrorCode::VAL_RANGE,
                     fmt::format("run frame {} is outside the timeline", play.run_frame));
    } else if (armed_.size() == most_armed) {
        error = fail(ErrorCode::LIM_CAPACITY, fmt::format("{} runs wait already", most_armed));
    }
    if (error) return refuse(play.run_id, "play", *error, frame, out);
    std::int64_t start = std::max(play.start_frame, frame);
    Run run{.id = play.run_id,
            .show = *show,
            .clock = timeline::RunClock(start, play.run_frame),
            .state = RunState::arming,
            .first_run_frame = play.run_frame,
            .reported = -1,
            .ending = {},
            .shown = {}};
    auto later = std::find_if(armed_.begin(), armed_.end(),
                              [&](const Run& other) { return other.clock.start_frame() > start; });
    if (start == frame) return this->start(std::move(run), frame, out);
    out.emplace_back(changed(run.id, *run.show, run.state, "play", start, play.run_frame));
    armed_.insert(later, std::move(run));
}

void RunBoard::pause(const ipc::Pause& pause, std::int64_t frame, Events& out) {
    Run* run = take(pause.run_id, RunTrigger::pause, "pause", frame, out);
    if (run == nullptr) return;
    run->clock.pause(frame);
    out.emplace_back(
        changed(run->id, *run->show, run->state, "pause", frame, run->clock.run_frame(frame)));
}

void RunBoard::resume(const ipc::Resume& resume, std::int64_t frame, Events& out) {
    Run* run = take(resume.run_id, RunTrigger::resume, "resume", frame, out);
    if (run == nullptr) return;
    run->clock.resume(frame);
    out.emplace_back(
        changed(run->id, *run->show, run->state, "resume", frame, run->clock.run_frame(frame)));
}

void RunBoard::seek(const ipc::Seek& seek, std::int64_t frame, Events& out) {
    Run* run = find(seek.run_id);
    if (run != nullptr && (seek.run_frame < 0 ||
                           last_run_frame(*run->show, seek.run_frame + 1) != seek.run_frame + 1)) {
        Error error = fail(ErrorCode::VAL_RANGE,
                           fmt::format("run frame {} is outside the timeline", seek.run_frame));
        return refuse(seek.run_id, "seek", error, frame, out, std::string(to_string(run->state)));
    }
    run = take(seek.run_id, RunTrigger::seek, "seek", frame, out);
    if (run == nullptr) return;
    run->clock.seek(frame, seek.run_frame);
    out.emplace_back(changed(run->id, *run->show, run->state, "seek", frame, seek.run_frame));
    move_to(*run, seek.run_frame, frame, out);
}

void RunBoard::stop(const ipc::StopRun& stop, std::int64_t frame, Events& out) {
    Run* run = find(stop.run_id);
    if (run == nullptr) return refuse(stop.run_id, "stop", unknown_run(stop.run_id), frame, out);
    if (!live_ || run != &*live_) {
        end(*run, RunState::stopped, "stop", frame, out);
        armed_.erase(armed_.begin() + (run - armed_.data()));
        return;
    }
    if (stop.mode == "outro") {
        run->ending = plan_outro(*run, frame);
        if (run->ending->at_output_frame > frame) return;
    } else if (stop.mode == "end_of_segment" && run->state == RunState::playing) {
        run->ending =
            Ending{run->show->plan.end_of_segment(run->clock.run_frame(frame)), frame, frame, {}};
        return;
    }
    end_live(RunState::stopped, "stop", frame, out);
}

void RunBoard::set_tokens(Show& show, std::size_t use, ocl::Tokens tokens, std::int64_t frame,
                          Events& out) {
    std::swap(show.tokens[use], tokens);
    if (!live_ || live_->show.get() != &show) return;
    for (const timeline::OverlayOnAir& overlay : on_air_.state.overlays) {
        if (overlay.use != use) continue;
        out.emplace_back(ipc::OverlayChanged{std::string(overlay.overlay_id),
                                             std::string(overlay.scene_id),
                                             std::string(overlay.slot),
                                             live_->id,
                                             std::string(overlay.cue_id),
                                             "updated",
                                             {},
                                             {},
                                             frame});
    }
}

RunBoard::Ending RunBoard::plan_outro(const Run& run, std::int64_t frame) const {
    Ending ending{std::nullopt, frame, frame, {}};
    timeline::FrameState state = run.show->plan.at(run.clock.run_frame(frame));
    for (timeline::OverlayOnAir& overlay : state.overlays) {
        std::int64_t gone =
            frame + outro_frames(*run.show, overlay) - overlay.clock.outro_frame.value_or(0);
        if (gone <= frame) continue;
        ending.at_output_frame = std::max(ending.at_output_frame, gone);
        ending.overlays.push_back({overlay, gone});
    }
    return ending;
}

void RunBoard::start(Run run, std::int64_t frame, Events& out) {
    if (live_) end_live(RunState::preempted, "preempt", frame, out);
    run.state = RunState::playing;
    live_ = std::move(run);
    std::int64_t run_frame = live_->clock.run_frame(frame);
    out.emplace_back(changed(live_->id, *live_->show, live_->state, "play", frame, run_frame));
    // A run that starts in the middle enters what covers its first frame; from the top its edges
    // come by themselves.
    if (live_->first_run_frame > 0) move_to(*live_, live_->first_run_frame, frame, out);
}

void RunBoard::end_live(RunState state, const char* request, std::int64_t frame, Events& out) {
    end(*live_, state, request, frame, out);
    live_.reset();
}

void RunBoard::end(Run& run, RunState state, const char* request, std::int64_t frame, Events& out) {
    if (run.state != RunState::arming && state != RunState::completed) {
        for (const CueEdge& cue : run.show->plan.cues_at(run.reported))
            report_cue(run, cue, false, frame, frame, out);
    }
    report_overlays(run, {}, frame, out);
    run.state = state;
    ipc::RunChanged over =
        changed(run.id, *run.show, state, request, frame,
                last_run_frame(*run.show, std::max<std::int64_t>(run.clock.run_frame(frame), 0)));
    if (ended_.size() == ended_kept) ended_.erase(ended_.begin());
    ended_.push_back(over);
    out.emplace_back(std::move(over));
    retired_.push_back(std::move(run.show));
}

bool RunBoard::end_if_over(std::int64_t frame, std::int64_t run_frame, Events& out) {
    std::optional<std::int64_t> length = live_->show->plan.length();
    bool played_out = length && run_frame >= *length;
    bool stopped =
        live_->ending && (live_->ending->at_run_frame ? run_frame >= *live_->ending->at_run_frame
                                                      : frame >= live_->ending->at_output_frame);
    if (!played_out && !stopped) return false;
    if (played_out && !live_->ending) {
        report_edges(*live_, *length, frame, out);
        end_live(RunState::completed, "end", frame, out);
    } else {
        end_live(RunState::stopped, "stop", frame, out);
    }
    return true;
}

const OnAir* RunBoard::step(std::int64_t frame, const std::vector<std::string_view>& claimed,
                            Events& out) {
    while (!armed_.empty() && armed_.front().clock.start_frame() <= frame) {
        Run due = std::move(armed_.front());
        armed_.erase(armed_.begin());
        start(std::move(due), frame, out);
    }
    if (!live_) return nullptr;
    std::int64_t run_frame = live_->clock.run_frame(frame);
    if (end_if_over(frame, run_frame, out)) return nullptr;
    report_edges(*live_, run_frame, frame, out);
    fill_state(frame, run_frame);
    std::erase_if(on_air_.state.overlays, [&](const timeline::OverlayOnAir& overlay) {
        return std::find(claimed.begin(), claimed.end(), overlay.slot) != claimed.end();
    });
    report_overlays(*live_, on_air_.state.overlays, frame, out);
    return &on_air_;
}

void RunBoard::fill_state(std::int64_t frame, std::int64_t run_frame) {
    on_air_.show = live_->show.get();
    on_air_.run_id = &live_->id;
    on_air_.show->plan.at(run_frame, on_air_.state);
    if (!live_->ending || live_->ending->at_run_frame) return;
    on_air_.state.overlays.clear();
    for (const Leaving& leaving : live_->ending->overlays) {
        if (frame >= leaving.gone_at) continue;
        timeline::OverlayOnAir overlay = leaving.overlay;
        overlay.clock.outro_frame =
            overlay.clock.outro_frame.value_or(0) + frame - live_->ending->from;
        on_air_.state.overlays.push_back(overlay);
    }
}

// Leaves the cues that cover the old position and enters those that cover the new one (contract
// D.5.3).
void RunBoard::move_to(Run& run, std::int64_t run_frame, std::int64_t frame, Events& out) {
    std::vector<CueEdge> before = run.show->plan.cues_at(run.reported),
                         now = run.show->plan.cues_at(run_frame);
    for (const CueEdge& cue : before) {
        if (!among(cue, now)) report_cue(run, cue, false, frame, frame, out);
    }
    for (const CueEdge& cue : now) {
        if (!among(cue, before)) report_cue(run, cue, true, frame, frame, out);
    }
    run.reported = run_frame;
}

void RunBoard::report_edges(Run& run, std::int64_t run_frame, std::int64_t frame, Events& out) {
    if (run_frame <= run.reported) return;
    for (const CueEdge& edge : run.show->plan.edges(run.reported + 1, run_frame + 1)) {
        report_cue(run, edge, edge.started, run.clock.output_frame(edge.frame), frame, out);
    }
    run.reported = run_frame;
}

void RunBoard::report_cue(const Run& run, const CueEdge& edge, bool started, std::int64_t planned,
                          std::int64_t frame, Events& out) {
    out.emplace_back(ipc::CueChanged{run.id, std::string(edge.segment_id), std::string(edge.cue_id),
                                     started, planned, frame});
}

void RunBoard::report_overlays(Run& run, const std::vector<timeline::OverlayOnAir>& now,
                               std::int64_t frame, Events& out) {
    auto is = [](const Shown& shown, const timeline::OverlayOnAir& overlay) {
        return shown.show_frame == overlay.show_frame && shown.cue_id == overlay.cue_id;
    };
    auto report = [&](const auto& overlay, const char* state) {
        out.emplace_back(ipc::OverlayChanged{std::string(overlay.overlay_id),
                                             std::string(overlay.scene_id),
                                             std::string(overlay.slot),
                                             run.id,
                                             std::string(overlay.cue_id),
                                             state,
                                             {},
                                             {},
                                             frame});
    };
    for (const Shown& shown : run.shown) {
        if (std::none_of(now.begin(), now.end(),
                         [&](const auto& each) { return is(shown, each); })) {
            report(shown, "hidden");
        }
    }
    for (const timeline::OverlayOnAir& each : now) {
        if (std::none_of(run.shown.begin(), run.shown.end(),
                         [&](const Shown& shown) { return is(shown, each); })) {
            report(each, "shown");
        }
    }
    run.shown.clear();  // keeps its capacity: no allocation on later frames
    for (const timeline::OverlayOnAir& each : now) {
        run.shown.push_back(
            {each.overlay_id, each.scene_id, each.slot, each.cue_id, each.show_frame});
    }
}

void RunBoard::status(std::int64_t frame, Events& out) const {
    for (const ShowPtr& show : shows_) {
        out.emplace_back(ipc::ShowLoaded{show->timeline_id, show->revision, {}, {}});
    }
    for (const ipc::RunChanged& over : ended_) {
        out.emplace_back(over);
        std::get<ipc::RunChanged>(out.back()).request = "status";
    }
    for (const Run& run : armed_) {
        out.emplace_back(changed(run.id, *run.show, run.state, "status", run.clock.start_frame(),
                                 run.first_run_frame));
    }
    if (live_) {
        out.emplace_back(changed(live_->id, *live_->show, live_->state, "status", frame,
                                 live_->clock.run_frame(frame)));
        for (const Shown& shown : live_->shown) {
            out.emplace_back(ipc::OverlayChanged{std::string(shown.overlay_id),
                                                 std::string(shown.scene_id),
                                                 std::string(shown.slot),
                                                 live_->id,
                                                 std::string(shown.cue_id),
                                                 "shown",
                                                 {},
                                                 {},
                                                 frame});
        }
    }
}

}  // namespace vistter::program
