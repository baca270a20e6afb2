#include "cli/sandbox/trail.hpp"

#include <fmt/format.h>

#include <set>

#include "cli/sandbox/rest.hpp"

namespace vistter::cli {
namespace json = boost::json;
namespace {

const std::set<std::string> terminal_states = {"succeeded", "failed",  "cancelled",
                                               "preempted", "expired", "rolled_back"};

void judge_progress(const std::string& id, const json::array& list, Trail& trail) {
    std::int64_t revision = 0;
    int terminal = 0;
    double percent = -1;
    for (const json::value& item : list) {
        if (item.at("revision").to_number<std::int64_t>() != ++revision) {
            trail.faults.push_back(
                fmt::format("{}: PROGRESS revisions have a gap at {}", id, revision));
        }
        if (terminal > 0)
            trail.faults.push_back(fmt::format("{}: PROGRESS after the terminal one", id));
        if (terminal_states.contains(text_of(item, "state"))) ++terminal;
        const json::value* done = item.as_object().if_contains("percent_complete");
        if (done == nullptr || !done->is_number()) continue;
        if (done->to_number<double>() < percent)
            trail.faults.push_back(fmt::format("{}: percent fell", id));
        percent = done->to_number<double>();
    }
    if (terminal != 1)
        trail.faults.push_back(fmt::format("{}: {} terminal states, not one", id, terminal));
}

}  // namespace

void judge_commands(const std::vector<json::value>& records, Trail& trail) {
    for (const json::value& record : records) {
        ++trail.commands;
        const std::string id = text_of(record, "type") + " " + text_of(record, "message_id");
        const json::value* ack = record.as_object().if_contains("ack");
        if (ack == nullptr || !ack->is_object()) {
            trail.faults.push_back(fmt::format("{}: no ACK", id));
            continue;
        }
        const std::string status = text_of(*ack, "status");
        const json::array& progress = record.at("progress").as_array();
        if (status == "accepted") {
            judge_progress(id, progress, trail);
        } else if (!progress.empty()) {
            trail.faults.push_back(fmt::format("{}: PROGRESS after ACK {}", id, status));
        }
        if (!record.at("terminal").as_bool())
            trail.faults.push_back(fmt::format("{}: not terminal", id));
    }
}

void judge_events(const std::vector<json::value>& events, const std::vector<std::string>& expected,
                  Trail& trail) {
    trail.events += static_cast<int>(events.size());
    std::size_t next = 0;
    for (const json::value& event : events) {
        if (next < expected.size() && text_of(event, "event_type") == expected[next]) ++next;
    }
    if (next < expected.size()) {
        trail.faults.push_back(fmt::format("EVENT {} is missing or out of order", expected[next]));
    }
}

}  // namespace vistter::cli
