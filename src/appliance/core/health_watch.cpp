// One row a trouble; each with the threshold that raises it and the one that ends it.
#include "appliance/core/health_watch.hpp"

#include <algorithm>
#include <optional>

namespace vistter::appliance {
namespace {

struct Reading {
    std::string_view type, name, unit;
    std::optional<double> value;
    double high, low;
};

std::optional<double> percent(std::int64_t used, std::int64_t total) {
    if (total <= 0) return std::nullopt;
    return 100.0 * static_cast<double>(used) / static_cast<double>(total);
}

contract::ObjectWriter begun(const Reading& reading) {
    contract::ObjectWriter out;
    if (reading.type == "clock.unsynced") return out.null("delta_ms").text("source", "kernel");
    return out.number("value", *reading.value)
        .number("threshold", reading.high)
        .text("unit", reading.unit);
}

contract::ObjectWriter ended(const Reading& reading, const SystemFigures& figures) {
    contract::ObjectWriter out;
    return out.text("boot_id", figures.boot_id)
        .text("reason", reading.name)
        .text("from", "raised")
        .text("to", "ended");
}

}  // namespace

std::vector<HealthEvent> HealthWatch::look(const SystemFigures& figures) {
    const auto switched = [](std::optional<bool> on) {
        return on ? std::optional<double>(*on ? 1 : 0) : std::nullopt;
    };
    const std::optional<bool> unsynced =
        figures.clock_synced ? std::optional<bool>(!*figures.clock_synced) : std::nullopt;
    const std::array<Reading, troubles> readings{{
        {"device.disk_low", "disk_low", "%",
         percent(figures.disk_used_bytes, figures.disk_total_bytes), disk_high_percent,
         disk_low_percent},
        {"device.memory_low", "memory_low", "%",
         percent(figures.memory_used_mb, figures.memory_total_mb), memory_high_percent,
         memory_low_percent},
        {"device.temp_high", "temp_high", "C", figures.temp_c, temp_high_c, temp_low_c},
        {"device.throttled", "throttled", "", switched(figures.throttled), 1, 0.5},
        {"clock.unsynced", "clock_unsynced", "", switched(unsynced), 1, 0.5},
    }};
    std::vector<HealthEvent> events;
    for (std::size_t i = 0; i < troubles; ++i) {
        const Reading& reading = readings[i];
        if (!reading.value) continue;
        if (!raised_[i] && *reading.value >= reading.high) {
            raised_[i] = true;
            events.push_back({reading.type, begun(reading)});
        } else if (raised_[i] && *reading.value < reading.low) {
            raised_[i] = false;
            events.push_back({"device.health_changed", ended(reading, figures)});
        }
    }
    return events;
}

bool HealthWatch::is_healthy() const {
    return std::none_of(raised_.begin(), raised_.end(), [](bool on) { return on; });
}

}  // namespace vistter::appliance
