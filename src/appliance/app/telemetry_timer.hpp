// METRICS on a fixed beat, and a STATE_REPORT whenever something in it changed.
#pragma once

#include <functional>
#include <string>

#include "appliance/core/appliance.hpp"
#include "async/loop.hpp"

namespace vistter::appliance {

class TelemetryTimer {
  public:
    TelemetryTimer(async::Loop& loop, Appliance& appliance, Reports& reports, SystemProbe& probe,
                   std::function<LinkStatus()> link);
    void start();
    void stop();

  private:
    void send_metrics();
    void send_state_if_changed();
    async::Loop& loop_;
    Appliance& appliance_;
    Reports& reports_;
    SystemProbe& probe_;
    std::function<LinkStatus()> link_;
    int seconds_ = 0;  // since the last METRICS
    std::string last_state_;
    async::Handle metrics_, state_;
};

}  // namespace vistter::appliance
