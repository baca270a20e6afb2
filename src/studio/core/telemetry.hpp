// What devices told Studio, for reading (implemented, with Projection, in adapters/projection).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace vistter::studio {

inline constexpr int events_kept_per_device = 10'000;
// Every measurement of the newest hour and the first of each minute of the newest day.
inline constexpr std::int64_t metrics_dense_ms = 3'600'000, metrics_kept_ms = 24 * 3'600'000,
                              metrics_thin_ms = 60'000;
// More than a day ago nothing is told afterwards; from the future nothing is.
inline constexpr std::int64_t metrics_late_ms = metrics_kept_ms + 3'600'000;

struct EventRecord {
    std::int64_t n = 0;  // rises over all devices; the stream's event id
    std::string device_id, event_id, event_type, severity;
    WallTime occurred_at, received_at;
    std::string body;  // JSON text as received
};
struct MetricsSample {
    WallTime at;
    std::string body;
};
struct StateSnapshot {
    WallTime received_at;
    std::int64_t last_event = 0;  // n of the newest event when the report came
    std::string body;
};

// A DEVICE_CONFIG an appliance was sent, and how far it has come (as CommandRecord says it).
struct ConfigOrder {
    std::string state;
    bool terminal = false;
    std::string body;  // JSON text
};

// Loop's thread only. Storage failures are thrown.
class Telemetry {
  public:
    virtual ~Telemetry() = default;
    virtual std::vector<EventRecord> events_before(const std::string& device_id, std::int64_t n,
                                                   int limit) const = 0;
    virtual std::vector<EventRecord> events_after(const std::string& device_id, std::int64_t n,
                                                  int limit) const = 0;
    virtual std::int64_t newest_event(const std::string& device_id) const = 0;  // 0: none
    // The newest `limit` with from <= at < to, oldest first.
    virtual std::vector<MetricsSample> metrics(const std::string& device_id, WallTime from,
                                               WallTime to, int limit) const = 0;
    virtual std::optional<StateSnapshot> state(const std::string& device_id) const = 0;
    virtual std::vector<ConfigOrder> config_orders(
        const std::string& device_id) const = 0;  // all there were, oldest first
    // The body of the last HELLO without its session token; empty before the first.
    virtual std::string last_hello(const std::string& device_id) const = 0;
};

}  // namespace vistter::studio
