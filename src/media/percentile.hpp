// The 95th percentile of the last 256 durations.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vistter::media {

class RecentDurations {
  public:
    void add(std::int64_t ns) { ring_[count_++ % ring_.size()] = ns; }
    // In milliseconds; 0 while there is none.
    double p95_ms() const {
        std::size_t filled = std::min(count_, ring_.size());
        if (filled == 0) return 0;
        std::vector<std::int64_t> sorted(ring_.begin(),
                                         ring_.begin() + static_cast<std::ptrdiff_t>(filled));
        auto at = sorted.begin() + static_cast<std::ptrdiff_t>(filled * 95 / 100);
        std::nth_element(sorted.begin(), at, sorted.end());
        return static_cast<double>(*at) / 1e6;
    }

  private:
    std::array<std::int64_t, 256> ring_{};
    std::size_t count_ = 0;
};

}  // namespace vistter::media
