// Where runs stand, for PROGRESS, METRICS and the local page.
#include "appliance/core/run_desk.hpp"

namespace vistter::appliance {

std::int64_t RunDesk::position_frame(const StoredRun& run) const {
    const auto found = mirrors_.find(run.run_id);
    if (found == mirrors_.end()) return run.known_run_frame;
    const Mirror& mirror = found->second;
    if (mirror.state != "playing" || !tick_) return mirror.run_frame;
    return mirror.run_frame + std::max<std::int64_t>(0, tick_->frame - mirror.output_frame);
}

std::optional<double> RunDesk::percent(const StoredRun& run) {
    const auto show = timelines_.find(run.timeline_id, run.revision);
    if (!show || !(*show)->plan.length()) return std::nullopt;
    return 100.0 * static_cast<double>(position_frame(run)) /
           static_cast<double>(*(*show)->plan.length());
}

RunView RunDesk::view_of(const StoredRun& run) {
    RunView view;
    view.run_id = run.run_id;
    view.timeline_id = run.timeline_id;
    view.state = run.state;
    view.revision = run.revision;
    view.start_frame = run.start_frame;
    view.planned_start = run.planned_start;
    view.run_frame = position_frame(run);
    if (const auto mirror = mirrors_.find(run.run_id); mirror != mirrors_.end())
        view.cue_id = mirror->second.cue_id;
    const auto show = timelines_.find(run.timeline_id, run.revision);
    if (!show) return view;
    view.name = (*show)->stored.name;
    view.position_ms = (*show)->plan.position_of_frame(view.run_frame);
    if (const auto length = (*show)->plan.length())
        view.length_ms = (*show)->plan.position_of_frame(*length);
    return view;
}

std::vector<RunView> RunDesk::view(int limit) {
    std::vector<RunView> out;
    for (const StoredRun& run : shop_.runs.newest(limit)) out.push_back(view_of(run));
    return out;
}

std::optional<RunView> RunDesk::on_air() {
    std::optional<RunView> best;
    for (const StoredRun& run : shop_.runs.live()) {
        const auto mirror = mirrors_.find(run.run_id);
        const bool shown = mirror != mirrors_.end() && mirror->second.state != "arming";
        if (shown || !best) best = view_of(run);
    }
    return best;
}

}  // namespace vistter::appliance
