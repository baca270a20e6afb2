// Two timers.
#include "appliance/app/telemetry_timer.hpp"

#include "appliance/app/guarded_reports.hpp"

namespace vistter::appliance {
namespace {

constexpr int metrics_every_s = 10;  // the registry's default; WELCOME may not ask for less than 2
constexpr std::int64_t look_every_ms = 500;

}  // namespace

TelemetryTimer::TelemetryTimer(async::Loop& loop, Appliance& appliance, Reports& reports,
                               SystemProbe& probe, std::function<LinkStatus()> link)
    : loop_(loop),
      appliance_(appliance),
      reports_(reports),
      probe_(probe),
      link_(std::move(link)) {}

void TelemetryTimer::start() {
    metrics_ = loop_.every(metrics_every_s * 1000,
                           [this] { guarded("metrics", [&] { send_metrics(); }); });
    state_ = loop_.every(look_every_ms,
                         [this] { guarded("state report", [&] { send_state_if_changed(); }); });
}

void TelemetryTimer::stop() {
    metrics_.reset();
    state_.reset();
}

void TelemetryTimer::send_metrics() {
    const LinkStatus link = link_();
    const SystemFigures system = probe_.read();
    if (link.state == "connected")
        reports_.metrics(appliance_.metrics(system, link, metrics_every_s));
}

void TelemetryTimer::send_state_if_changed() {
    if (link_().state != "connected") {
        last_state_.clear();
        return;
    }
    contract::StateReport report = appliance_.state_report();
    report.reason = "change";
    contract::StateReport still = report;
    for (auto& run : still.runs) run.position_ms = 0;  // a position moves by itself
    std::string state = contract::write_body(still);
    const bool first = last_state_.empty();  // the report after WELCOME has just said it
    if (state == last_state_) return;
    last_state_ = std::move(state);
    if (!first) reports_.state_report(std::move(report));
}

}  // namespace vistter::appliance
