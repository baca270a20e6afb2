// Full-jitter exponential backoff (contract B.5): random(0, min(cap, base * 2^n)), reset only after
// health.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/random.hpp"

namespace vistter {

class Backoff {
  public:
    struct Limits {
        std::int64_t base_ms = 1'000;
        std::int64_t cap_ms = 60'000;
    };

    explicit Backoff(Limits limits) : limits_(limits) {}

    // The wait before the next attempt, in milliseconds; each call widens the window until the cap.
    std::int64_t next_ms(Random& random) {
        std::int64_t window = limits_.cap_ms;
        if (attempt_ < 40) window = std::min(limits_.cap_ms, limits_.base_ms << attempt_);
        ++attempt_;
        return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(window) + 1));
    }
    // To be called once the connection has been healthy for 30 s.
    void reset() { attempt_ = 0; }
    int attempts() const { return attempt_; }

  private:
    Limits limits_;
    int attempt_ = 0;
};

}  // namespace vistter
