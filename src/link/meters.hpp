// Small counters over time: failures that end a connection, a report that is made at most once a
// minute, commands that come too fast, and how long answers take.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

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

// At most `per_second` commands in the long run and `burst` at once (contract B.12); the receiver
// counts with this. per_second 0: no bound.
struct CommandPace {
    int per_second = 20;
    int burst = 60;
};
// What a sender keeps to: a little less, so that a delay on the way that brings commands closer
// together never makes an honest sender too fast.
inline constexpr CommandPace sender_pace{18, 40};

class CommandMeter {
  public:
    explicit CommandMeter(CommandPace pace) : pace_(pace), tokens_(pace.burst) {}

    // Counts one command; false, and nothing counted, when it comes too early.
    bool take(SteadyTime now) {
        if (pace_.per_second == 0) return true;
        if (last_) {
            const double seconds = static_cast<double>(now.ns - last_->ns) / 1e9;
            tokens_ = std::min<double>(pace_.burst, tokens_ + seconds * pace_.per_second);
        }
        last_ = now;
        if (tokens_ < 1) return false;
        tokens_ -= 1;
        return true;
    }
    // When the next one may come; nothing: at once.
    std::optional<SteadyTime> ready_at() const {
        if (pace_.per_second == 0 || !last_ || tokens_ >= 1) return std::nullopt;
        const auto wait = static_cast<std::int64_t>((1 - tokens_) * 1e9 / pace_.per_second) + 1;
        return SteadyTime{last_->ns + wait};
    }

  private:
    CommandPace pace_;
    double tokens_;
    std::optional<SteadyTime> last_;
};

// The last 256 durations.
class LatencyMeter {
  public:
    void note(std::int64_t ns) {
        if (times_.size() < size) times_.resize(times_.size() + 1);
        times_[next_ % size] = ns;
        ++next_;
    }
    double p95_ms() const {
        if (times_.empty()) return 0;
        std::vector<std::int64_t> sorted = times_;
        const auto at =
            sorted.begin() + static_cast<std::ptrdiff_t>((sorted.size() - 1) * 95 / 100);
        std::nth_element(sorted.begin(), at, sorted.end());
        return static_cast<double>(*at) / 1e6;
    }

  private:
    static constexpr std::size_t size = 256;
    std::vector<std::int64_t> times_;
    std::size_t next_ = 0;
};

}  // namespace vistter::link
