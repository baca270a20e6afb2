// How often a source, and the world together, may try in a window of time: sign-in, setup codes,
// pairing, commands.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "base/clock.hpp"

namespace vistter::studio {

// Counts attempts in a sliding window. An attempt is counted before its outcome is known, so that
// parallel guesses cannot slip through; a success gives its count back. One thread.
class RateLimiter {
  public:
    struct Limits {
        int per_source = 10;
        int total = 100;
        std::int64_t window_ms = 60'000;
        std::size_t max_sources = 4'096;  // beyond it only the total counts for new sources
    };

    explicit RateLimiter(Limits limits) : limits_(limits) {}

    // Counts one attempt of `source`; or the milliseconds (> 0) to wait when its or the total
    // allowance is spent.
    std::optional<std::int64_t> take(const std::string& source, SteadyTime now);
    // What `source` has left of its own allowance now, and when an attempt comes free next.
    struct Standing {
        int limit = 0;
        int remaining = 0;
        std::int64_t reset_ms = 0;  // 0: all of it is left
    };
    Standing standing(const std::string& source, SteadyTime now) const;
    const Limits& limits() const { return limits_; }
    // The newest attempt of `source` was no guess after all.
    void give_back(const std::string& source);

  private:
    using Attempts = std::deque<std::int64_t>;  // steady milliseconds, rising
    void forget_old(std::int64_t now_ms);

    Limits limits_;
    std::map<std::string, Attempts> by_source_;
    Attempts all_;
};

}  // namespace vistter::studio
