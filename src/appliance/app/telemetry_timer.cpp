// Two timers.
#include "appliance/app/telemetry_timer.hpp"

#include <utility>

#include "appliance/app/guarded_reports.hpp"

namespace vistter::appliance {
namespace {

constexpr int metrics_every_s = 10;  // until a WELCOME has asked for another interval
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
    metrics_ = loop_.every(1'000, [this] { guarded("metrics", [&] { send_metrics(); }); });
    state_ = loop_.every(look_every_ms,
                         [this] { guarded("state report", [&] { send_state_if_changed(); }); });
}

void TelemetryTimer::stop() {
    metrics_.reset();
    state_.reset();
}

void TelemetryTimer::send_metrics() {
    const LinkStatus link = link_();
    const auto every_s = static_cast<int>(link.metrics_interval_s.value_or(metrics_every_s));
    if (++seconds_ < every_s) return;
    const int window_s = std::exchange(seconds_, 0);
    if (!link.session_id.empty())
        reports_.metrics(appliance_.metrics(probe_.read(), link, window_s));
}

void TelemetryTimer::send_state_if_changed() {
    if (link_().session_id.empty()) {
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
