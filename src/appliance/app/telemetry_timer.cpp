// Two timers: one a second, one twice a second.
#include "appliance/app/telemetry_timer.hpp"

#include <utility>

#include "appliance/app/guarded_reports.hpp"

namespace vistter::appliance {
namespace {

constexpr std::int64_t look_every_ms = 500;

}  // namespace

void TelemetryTimer::start() {
    beat_ = loop_.every(1'000, [this] {
        guarded("held events", [&] { parts_.reports.tick(); });
        guarded("metrics", [&] { desk_.measure(); });
        guarded("late metrics", [&] { desk_.tell_late(); });
    });
    state_ = loop_.every(look_every_ms,
                         [this] { guarded("state report", [&] { send_state_if_changed(); }); });
}

void TelemetryTimer::stop() {
    beat_.reset();
    state_.reset();
}

void TelemetryTimer::send_state_if_changed() {
    if (parts_.link().session_id.empty()) {
        last_state_.clear();
        return;
    }
    contract::StateReport report = parts_.appliance.state_report();
    report.reason = "change";
    contract::StateReport still = report;
    for (auto& run : still.runs) run.position_ms = 0;  // a position moves by itself
    std::string state = contract::write_body(still);
    const bool first = last_state_.empty();  // the report after WELCOME has just said it
    if (state == last_state_) return;
    last_state_ = std::move(state);
    if (!first) parts_.reports.state_report(std::move(report));
}

}  // namespace vistter::appliance
