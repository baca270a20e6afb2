// Numbers and stamps what the core reports.
#include "appliance/core/reports.hpp"

#include <algorithm>
#include <cassert>

#include "base/ids.hpp"
#include "contract/registry.hpp"

namespace vistter::appliance {
namespace {

constexpr std::size_t kept_events = 200;
constexpr std::int64_t update_promise_ms = 60'000;
// A command begun again after a restart goes on far above what its first attempt can have sent.
constexpr std::int64_t revisions_per_attempt = 100'000;

}  // namespace

void Reports::begin(const std::string& command_id) {
    if (open_.contains(command_id)) return;
    const int attempt = attempts_.begin(command_id);
    open_[command_id] = {.attempt = attempt,
                         .revision = (attempt - 1) * revisions_per_attempt,
                         .percent = 0,
                         .state = {}};
}

void Reports::progress(const std::string& command_id, const ProgressNote& note) {
    const auto found = open_.find(command_id);
    if (found == open_.end()) return;  // answered already; terminal PROGRESS is unique
    Open& open = found->second;
    contract::Progress out;
    out.message_id = command_id;
    out.state = note.state;
    if (note.percent) {
        open.percent = std::clamp(*note.percent, open.percent, 100.0);
        out.percent_complete = open.percent;
    }
    out.revision = ++open.revision;
    out.attempt = open.attempt;
    out.stage = note.stage;
    out.bytes_done = note.bytes_done;
    out.bytes_total = note.bytes_total;
    out.result.text = note.result;
    out.error = note.error;
    open.state = note.state;
    if (contract::is_terminal_progress(note.state)) {
        open_.erase(found);
        if (road_ != nullptr) road_->progress(command_id, std::move(out));
        attempts_.forget(command_id);
        return;
    }
    out.next_update_by = WallTime{clock_.wall().ms + update_promise_ms};
    if (road_ != nullptr) road_->progress(command_id, std::move(out));
}

void Reports::succeeded(const std::string& command_id, std::string result) {
    progress(command_id, {.state = "succeeded",
                          .percent = 100,
                          .stage = {},
                          .bytes_done = {},
                          .bytes_total = {},
                          .result = std::move(result),
                          .error = {}});
}

void Reports::failed(const std::string& command_id, const Error& error) {
    progress(command_id, {.state = "failed",
                          .percent = {},
                          .stage = {},
                          .bytes_done = {},
                          .bytes_total = {},
                          .result = {},
                          .error = error});
}

contract::Event Reports::made(std::string_view type, const contract::ObjectWriter& context) {
    contract::Event event;
    event.event_id = make_uuid7(clock_, random_);
    event.event_type = type;
    event.occurred_at = clock_.wall();
    const contract::EventType* registered = contract::find_event_type(type);
    assert(registered != nullptr);
    if (registered != nullptr) {
        event.severity = registered->severity;
        event.durable = registered->durable;
    }
    event.context.text = context.str();
    return event;
}

void Reports::send(FlowingEvent event) {
    const contract::Event& told = event.event;
    recent_.push_front({told.occurred_at, told.event_type, told.context.text});
    if (recent_.size() > kept_events) recent_.pop_back();
    if (road_ != nullptr) road_->event(std::move(event.event), event.correlation_id);
}

void Reports::event(std::string_view type, const contract::ObjectWriter& context,
                    const std::string& correlation_id) {
    for (FlowingEvent& event : flow_.offer({made(type, context), correlation_id}, clock_.steady()))
        send(std::move(event));
}

void Reports::tick() {
    const SteadyTime now = clock_.steady();
    for (FlowingEvent& event : flow_.due(now)) send(std::move(event));
    const auto left_out = flow_.left_out(now);
    if (!left_out) return;
    contract::ObjectWriter by_severity;
    for (const auto& [severity, count] : *left_out) by_severity.integer(severity, count);
    send({made("telemetry.gap",
               contract::ObjectWriter().raw("dropped_by_severity", by_severity.str())),
          {}});
}

bool Reports::metrics(contract::Metrics metrics) {
    return road_ != nullptr && road_->metrics(std::move(metrics));
}

void Reports::state_report(contract::StateReport report) {
    if (road_ != nullptr) road_->state_report(std::move(report));
}

}  // namespace vistter::appliance
