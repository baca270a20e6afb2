// Measures, keeps, tells.
#include "appliance/core/telemetry_desk.hpp"

#include <utility>

namespace vistter::appliance {
namespace {

constexpr int metrics_every_s = 10;  // until a WELCOME has asked for another interval
// METRICS of a gap follow at one a second; of a long gap every sixth, so that a day is told in less
// than half an hour.
constexpr int long_gap = 60, of_a_long_gap = 6;

std::optional<contract::Metrics> read_back(const MetricsSample& sample) {
    contract::Envelope envelope;
    envelope.type = contract::MessageType::METRICS;
    envelope.body = sample.body;
    auto parsed = contract::parse_body(envelope);
    if (!parsed) return std::nullopt;
    auto metrics = std::get<contract::Metrics>(std::move(parsed->body));
    metrics.measured_at = sample.at;
    return metrics;
}

}  // namespace

void TelemetryDesk::measure() {
    const LinkStatus link = parts_.link();
    const auto every_s = static_cast<int>(link.metrics_interval_s.value_or(metrics_every_s));
    if (++seconds_ < every_s) return;
    const int window_s = std::exchange(seconds_, 0);
    const SystemFigures figures = parts_.probe.read();
    for (const HealthEvent& event : health_.look(figures))
        parts_.reports.event(event.type, event.context);
    const contract::Metrics metrics = parts_.appliance.metrics(figures, link, window_s);
    const bool told = !link.session_id.empty() && parts_.reports.metrics(metrics);
    parts_.history.add(parts_.clock.wall(), window_s, contract::write_body(metrics), told);
}

void TelemetryDesk::tell_late() {
    if (parts_.link().session_id.empty()) return;
    const auto waiting = parts_.history.untold(long_gap);
    if (waiting.empty()) return;
    const bool many = waiting.size() == long_gap;
    const MetricsSample& sample = waiting[many ? of_a_long_gap - 1 : 0];
    const auto metrics = read_back(sample);
    if (!metrics || parts_.reports.metrics(*metrics)) parts_.history.mark_told(sample.n);
}

}  // namespace vistter::appliance
