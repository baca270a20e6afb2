// The machine's own troubles: full disk, full memory, heat, a throttled processor, a clock nobody
// keeps. Each is raised once and ended by device.health_changed (G2.30); between the two thresholds
// nothing changes. Pure.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "appliance/core/system_probe.hpp"
#include "contract/object_writer.hpp"

namespace vistter::appliance {

struct HealthEvent {
    std::string_view type;  // contract/registries/events.json
    contract::ObjectWriter context;
};

class HealthWatch {
  public:
    static constexpr double disk_high_percent = 90, disk_low_percent = 85;
    static constexpr double memory_high_percent = 95, memory_low_percent = 90;
    static constexpr double temp_high_c = 85, temp_low_c = 75;

    // What has begun or ended since the figures before. A figure the machine does not give changes
    // nothing.
    std::vector<HealthEvent> look(const SystemFigures& figures);
    bool is_healthy() const;

  private:
    enum Trouble { disk, memory, heat, throttle, clock, troubles };
    std::array<bool, troubles> raised_{};
};

}  // namespace vistter::appliance
