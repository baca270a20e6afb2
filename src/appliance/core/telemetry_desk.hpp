// What the appliance tells by itself once a second: METRICS, those of a gap afterwards, the
// machine's troubles, EVENTs that were held back. Loop's thread.
#pragma once

#include <functional>

#include "appliance/core/appliance.hpp"
#include "appliance/core/health_watch.hpp"
#include "appliance/core/metrics_history.hpp"

namespace vistter::appliance {

struct TelemetryParts {
    const Clock& clock;
    Appliance& appliance;
    Reports& reports;
    SystemProbe& probe;
    MetricsHistory& history;
    std::function<LinkStatus()> link;
};

class TelemetryDesk {
  public:
    explicit TelemetryDesk(TelemetryParts parts) : parts_(std::move(parts)) {}
    // METRICS every WELCOME.metrics_interval_s, kept for a day in any case; without a session they
    // wait. To be called once a second.
    void measure();
    // One sample that waits, with its own time; of a long gap every sixth. To be called once a
    // second.
    void tell_late();

  private:
    TelemetryParts parts_;
    HealthWatch health_;
    int seconds_ = 0;  // since the last METRICS
};

}  // namespace vistter::appliance
