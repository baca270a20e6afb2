// The last day of METRICS, kept on the appliance whatever the link does (G2.34). Samples that were
// measured while no session was open are told afterwards, oldest first.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace vistter::appliance {

inline constexpr std::int64_t metrics_kept_ms = 24 * 3'600'000;
inline constexpr std::size_t most_metrics_samples = 20'000;  // a bound should the clock stand still

struct MetricsSample {
    std::int64_t n = 0;
    WallTime at;  // the end of its window
    int window_s = 0;
    std::string body;  // the METRICS body, JSON text
};

// Loop's thread. Storage failures are thrown.
class MetricsHistory {
  public:
    virtual ~MetricsHistory() = default;
    // Keeps one more and drops what has become too old. `told`: a session carried it.
    virtual void add(WallTime at, int window_s, const std::string& body, bool told) = 0;
    // Oldest first, at most `limit`, with from <= at < to.
    virtual std::vector<MetricsSample> between(WallTime from, WallTime to, int limit) = 0;
    virtual std::vector<MetricsSample> untold(int limit) = 0;
    virtual void mark_told(std::int64_t up_to_n) = 0;
};

}  // namespace vistter::appliance
