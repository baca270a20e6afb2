// The machine's own figures, as the core asks for them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace vistter::appliance {

struct SystemFigures {
    double cpu_percent = 0, load1 = 0;
    int cores = 1;
    std::optional<double> temp_c;      // the hottest sensor; nothing: the machine has none
    std::optional<bool> throttled;     // the processor was slowed by heat since the call before
    std::optional<bool> clock_synced;  // the kernel says that somebody keeps its clock
    std::int64_t memory_used_mb = 0, memory_total_mb = 0;
    std::int64_t disk_used_bytes = 0, disk_total_bytes = 0;
    std::string network_interface;
    double tx_kbps = 0, rx_kbps = 0;
    std::int64_t uptime_s = 0;
    std::string boot_id;
    std::string model, arch;
};

class SystemProbe {
  public:
    virtual ~SystemProbe() = default;
    // Rates are means since the call before.
    virtual SystemFigures read() = 0;
};

}  // namespace vistter::appliance
