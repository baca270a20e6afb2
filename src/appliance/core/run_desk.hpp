// TIMELINE_EXECUTE: runs on the programme bus (contract B.8.4, B.10). Decides from what is stored,
// orders the programme, and follows each run through the programme's reports to its one terminal
// PROGRESS.
#pragma once

#include <map>
#include <set>

#include "appliance/core/run_start.hpp"
#include "appliance/core/timeline_desk.hpp"
#include "appliance/core/workshop.hpp"
#include "timeline/run.hpp"

namespace vistter::appliance {

struct RunView {
    std::string run_id, timeline_id, name, state, cue_id;
    std::int64_t revision = 0, start_frame = 0, run_frame = 0, position_ms = 0;
    std::optional<std::int64_t> length_ms;
    WallTime planned_start;
};

class RunDesk {
  public:
    RunDesk(Workshop& workshop, TimelineDesk& timelines) : shop_(workshop), timelines_(timelines) {}
    Decision decide(const contract::TimelineExecute& command, const contract::Envelope& envelope);
    void run(const contract::TimelineExecute& command, const contract::Envelope& envelope);
    void committed(const contract::TimelineExecute& command);

    void program_lost();
    void program_ready(bool adopted);
    void on_tick(const ProgramTick& tick);
    void on_show(const ShowReport& report);
    void on_run(const RunReport& report);
    void on_cue(const CueReport& report);

    std::optional<ProgramTick> tick() const { return tick_; }
    std::vector<RunView> view(int limit);
    std::optional<RunView> on_air();
    std::int64_t late_cues() const { return late_cues_; }

  private:
    // Where the programme said a run is; between reports a playing run moves with the output frame.
    struct Mirror {
        std::string state;
        std::int64_t output_frame = 0, run_frame = 0;
        SteadyTime last_progress;
        std::string cue_id;
    };
    struct Pending {  // a seek or stop between its ACK and its terminal PROGRESS
        std::string run_id, request;
        std::int64_t run_frame = 0;  // seek
        std::string stop_mode;       // stop
    };
    Decision play(const contract::TimelineExecute& command, const contract::Envelope& envelope);
    Decision hold(const contract::TimelineExecute& command);  // pause, resume
    Decision seek_or_stop(const contract::TimelineExecute& command);
    Result<StoredRun> running(const contract::TimelineExecute& command);
    Status can_take_bus(const contract::TimelineExecute& command);
    void run_play(const std::string& command_id);
    void order(StoredRun run);
    void rejoin(StoredRun run);
    void refused(const RunReport& report);
    void lose(StoredRun run, const std::string& code, const std::string& message);
    void follow(StoredRun& run, const RunReport& report);
    void close(const StoredRun& run, const std::string& reason);
    void send(const Pending& pending);
    bool stop_wanted(const std::string& run_id) const;
    void follow_stop_without_program(StoredRun run);
    void answer_pending(const RunReport& report);
    void announce(const StoredRun& run, const std::string& from, const std::string& to,
                  const std::string& reason);
    std::int64_t position_frame(const StoredRun& run) const;
    std::optional<double> percent(const StoredRun& run);
    std::string frame_result(const std::string& run_id, std::int64_t output_frame,
                             std::int64_t run_frame);
    RunView view_of(const StoredRun& run);

    Workshop& shop_;
    TimelineDesk& timelines_;
    std::optional<ProgramTick> tick_;
    std::map<std::string, Mirror> mirrors_;   // by run_id
    std::map<std::string, Pending> pending_;  // by command_id
    std::set<std::string> told_;              // run_ids this programme process has been given
    std::map<std::string, bool>
        waiting_;  // run_ids to be given once their show is loaded; true: as first planned
    std::int64_t late_cues_ = 0;
};

}  // namespace vistter::appliance
