// How long our own work on a tick takes: the newest 300 ticks. Tick thread only; no allocation
// after construction.
#pragma once

#include <cstdint>
#include <vector>

namespace vistter::program {

class TickStatistics {
  public:
    TickStatistics();
    void add(std::int64_t work_ns);
    // Milliseconds below which `share` (0..1) of the kept ticks stayed; 0 before the first.
    double percentile(double share);

  private:
    std::vector<std::int64_t> newest_, sorted_;
    std::size_t count_ = 0;
};

}  // namespace vistter::program
