// Studio's time as the appliance knows it (contract B.6): set by WELCOME, then carried by the
// steady clock, so that a jump of the local wall clock changes neither stamps nor expiry.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace vistter::link {

inline constexpr std::int64_t clock_step_ms = 500;  // beyond it EVENT clock.stepped

class StudioClock {
  public:
    explicit StudioClock(const Clock& clock) : clock_(clock) {}

    // WELCOME arrived `rtt_ms` after HELLO left and said `server_time`. Answers how far our idea of
    // Studio's time was moved, in milliseconds; nothing at the first WELCOME since the process
    // started.
    std::optional<std::int64_t> set(WallTime server_time, std::int64_t rtt_ms) {
        const std::int64_t target = server_time.ms + rtt_ms / 2;
        std::optional<std::int64_t> moved;
        if (anchored_) moved = target - now().ms;
        wall_ms_ = target;
        steady_ns_ = clock_.steady().ns;
        anchored_ = true;
        return moved;
    }
    // Before the first WELCOME: the local wall clock.
    WallTime now() const {
        if (!anchored_) return clock_.wall();
        return {wall_ms_ + (clock_.steady().ns - steady_ns_) / 1'000'000};
    }
    std::int64_t offset_ms() const { return now().ms - clock_.wall().ms; }

  private:
    const Clock& clock_;
    bool anchored_ = false;
    std::int64_t wall_ms_ = 0;
    std::int64_t steady_ns_ = 0;
};

}  // namespace vistter::link
