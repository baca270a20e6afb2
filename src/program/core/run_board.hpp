// The runs of the programme bus: which waits, which is on air, and what each command does to it on
// which output frame. Pure decisions; the tick thread owns it and calls it in frame order.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ipc/messages.hpp"
#include "program/core/show.hpp"
#include "timeline/run.hpp"

namespace vistter::program {

// What there is to tell control, in order. Grows only on frames where something changes.
using Events = std::vector<ipc::Message>;

struct OnAir {
    const Show* show = nullptr;
    const std::string* run_id = nullptr;
    timeline::FrameState state;
};

// Every command takes effect on `frame`, the next output frame to be made, and is answered by one
// RunChanged: with the new state, or with an error code and the state unchanged (STA_RUN_MISMATCH
// for a run that is not here, STA_NOT_READY for a show that is not loaded, STA_TRANSITION,
// VAL_RANGE, LIM_CAPACITY).
class RunBoard {
  public:
    static constexpr std::size_t most_shows = 16, most_armed = 8, ended_kept = 16;

    // Lists a show under its timeline and revision; of more than `most_shows` the oldest goes.
    void load(ShowPtr show);

    void play(const ipc::Play& play, std::int64_t frame, Events& out);
    void pause(const ipc::Pause& pause, std::int64_t frame, Events& out);
    void resume(const ipc::Resume& resume, std::int64_t frame, Events& out);
    void seek(const ipc::Seek& seek, std::int64_t frame, Events& out);
    // cut: at once. outro: its overlays play their outros over the running picture first.
    // end_of_segment: when the pass of the segment is over; at once if paused. The answer to the
    // last two comes when the run has stopped.
    void stop(const ipc::StopRun& stop, std::int64_t frame, Events& out);
    // New tokens of one overlay use, already prepared. "updated" is reported if the run on air
    // shows it now.
    void set_tokens(Show& show, std::size_t use, ocl::Tokens tokens, std::int64_t frame,
                    Events& out);

    // Once for every frame made, after that frame's commands: starts what is due, reports edges,
    // ends what is over. Frames may be left out; edges in the gap are reported late. Overlays in
    // `claimed` slots are off air meanwhile. Null when nothing runs; the answer lives until the
    // next call.
    const OnAir* step(std::int64_t frame, const std::vector<std::string_view>& claimed,
                      Events& out);

    // Everything current: shows, live runs, and the newest ended ones.
    void status(std::int64_t frame, Events& out) const;
    const ShowPtr* find_show(const std::string& timeline_id, std::int64_t revision) const;
    // Shows and runs that are over, to be destroyed on another thread.
    std::vector<ShowPtr> take_retired() { return std::move(retired_); }
    bool has_retired() const { return !retired_.empty(); }

  private:
    struct Shown {  // an overlay instance that was on air on the last frame
        std::string_view overlay_id, scene_id, slot, cue_id;
        std::int64_t show_frame;
    };
    struct Leaving {                     // an overlay in the outro of a stopping run
        timeline::OverlayOnAir overlay;  // as it stood on `Ending::from`
        std::int64_t gone_at = 0;        // first output frame without it
    };
    struct Ending {
        std::optional<std::int64_t> at_run_frame;  // end of segment; otherwise outro:
        std::int64_t from = 0;  // the output frame its overlays were told to hide
        std::int64_t at_output_frame = 0;
        std::vector<Leaving> overlays;
    };
    struct Run {
        std::string id;
        ShowPtr show;
        timeline::RunClock clock;
        timeline::RunState state = timeline::RunState::arming;
        std::int64_t first_run_frame = 0;
        std::int64_t reported = -1;  // every edge up to this run frame has been reported
        std::optional<Ending> ending;
        std::vector<Shown> shown;
    };

    Run* find(const std::string& run_id);
    Run* take(const std::string& run_id, timeline::RunTrigger trigger, const char* request,
              std::int64_t frame, Events& out);
    void start(Run run, std::int64_t frame, Events& out);
    void end(Run& run, timeline::RunState state, const char* request, std::int64_t frame,
             Events& out);
    void end_live(timeline::RunState state, const char* request, std::int64_t frame, Events& out);
    bool end_if_over(std::int64_t frame, std::int64_t run_frame, Events& out);
    void move_to(Run& run, std::int64_t run_frame, std::int64_t frame, Events& out);
    void report_edges(Run& run, std::int64_t run_frame, std::int64_t frame, Events& out);
    void report_overlays(Run& run, const std::vector<timeline::OverlayOnAir>& now,
                         std::int64_t frame, Events& out);
    void report_cue(const Run& run, const timeline::CueEdge& edge, bool started,
                    std::int64_t planned, std::int64_t frame, Events& out);
    void fill_state(std::int64_t frame, std::int64_t run_frame);
    Ending plan_outro(const Run& run, std::int64_t frame) const;

    std::vector<ShowPtr> shows_;  // oldest first
    std::vector<Run> armed_;
    std::optional<Run> live_;
    OnAir on_air_;
    std::vector<ipc::RunChanged> ended_;
    std::vector<ShowPtr> retired_;
};

}  // namespace vistter::program
