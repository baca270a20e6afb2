// Two small counters over time: failures that end a connection, and a report that is made at most
// once a minute.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/clock.hpp"

namespace vistter::link {

// Five failed signatures within 60 s end the connection (contract B.4).
class FailureMeter {
  public:
    static constexpr std::size_t limit = 5;
    static constexpr std::int64_t window_ns = 60'000'000'000;

    // Counts one failure; true when the limit is reached.
    bool note(SteadyTime now) {
        failures_.push_back(now);
        while (failures_.front().ns <= now.ns - window_ns) failures_.pop_front();
        return failures_.size() >= limit;
    }
    std::size_t count() const { return failures_.size(); }

  private:
    std::deque<SteadyTime> failures_;
};

// Lets a report out at once and then at most every 60 s, with the number of things that happened
// since the last one.
class MinuteReport {
  public:
    static constexpr std::int64_t pause_ns = 60'000'000'000;

    std::optional<int> note(SteadyTime now) {
        ++pending_;
        if (last_ && now.ns - last_->ns < pause_ns) return std::nullopt;
        last_ = now;
        const int count = pending_;
        pending_ = 0;
        return count;
    }

  private:
    std::optional<SteadyTime> last_;
    int pending_ = 0;
};

}  // namespace vistter::link
