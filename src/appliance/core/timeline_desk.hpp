// TIMELINE_LOAD: judge, fetch, prepare, keep (contract B.8.3). What plays is never disturbed by a
// load, good or bad.
#pragma once

#include <map>
#include <memory>

#include "appliance/core/workshop.hpp"
#include "timeline/plan.hpp"

namespace vistter::appliance {

// A ready document with its plan for the programme's rate.
struct ReadyShow {
    StoredTimeline stored;
    timeline::Plan plan;
    std::vector<std::string> cue_ids;
};

struct TimelineView {
    std::string timeline_id, name, state, doc_sha256;  // state: loading, ready
    std::int64_t revision = 0;
    double percent = 100;
};

class TimelineDesk {
  public:
    explicit TimelineDesk(Workshop& workshop) : shop_(workshop) {}
    Decision decide(const contract::TimelineLoad& command, const contract::Envelope& envelope);
    void run(const contract::TimelineLoad& command, const contract::Envelope& envelope);
    // The load has ended as cancelled: its downloads too, and nothing more is said of it.
    void cancelled(const std::string& command_id);
    void program_ready();
    void on_show(const ShowReport& report);
    // The newest ready revision, or the one asked for. RES_NOT_FOUND, STA_NOT_READY while it is
    // loading.
    Result<const ReadyShow*> find(const std::string& timeline_id,
                                  std::optional<std::int64_t> revision);
    std::vector<TimelineView> view();

  private:
    // One load between its ACK and its terminal PROGRESS.
    struct Loading {
        contract::TimelineLoad load;
        std::string command_id, correlation_id, body, state = "queued";
        std::int64_t bytes_total = 0, bytes_done = 0;
        SteadyTime last_progress;
        std::optional<Error> lost_asset;  // a required asset that was given up
        StoredTimeline result;            // from `preparing` on
    };
    void progress(Loading& loading, std::string state);
    void fetch(Loading& loading, std::vector<contract::AssetEntry> missing);
    void on_bytes(const std::string& command_id, std::int64_t done);
    void fetched(const std::string& command_id);
    void prepare(Loading& loading);
    void finish(std::string command_id);
    void give_up(std::string command_id, Error why);
    void show_to_program(const StoredTimeline& timeline);

    Workshop& shop_;
    std::map<std::string, Loading> loading_;  // by command_id
    std::map<std::pair<std::string, std::int64_t>, ReadyShow> ready_;
};

}  // namespace vistter::appliance
