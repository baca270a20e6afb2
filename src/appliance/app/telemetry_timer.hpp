// The beat of the telemetry desk, and a STATE_REPORT whenever something in it changed.
#pragma once

#include <string>

#include "appliance/core/telemetry_desk.hpp"
#include "async/loop.hpp"

namespace vistter::appliance {

class TelemetryTimer {
  public:
    TelemetryTimer(async::Loop& loop, TelemetryParts parts)
        : loop_(loop), parts_(parts), desk_(std::move(parts)) {}
    void start();
    void stop();

  private:
    void send_state_if_changed();

    async::Loop& loop_;
    TelemetryParts parts_;
    TelemetryDesk desk_;
    std::string last_state_;
    async::Handle beat_, state_;
};

}  // namespace vistter::appliance
