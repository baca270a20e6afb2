// Time comes in from outside: wall time for stamps and validity, steady time for every timer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vistter {

// Milliseconds since 1970-01-01T00:00:00Z. Only for stamps, expiry and start times.
struct WallTime {
    std::int64_t ms = 0;
    friend auto operator<=>(const WallTime&, const WallTime&) = default;
};

// Nanoseconds of CLOCK_MONOTONIC. Never set back; meaningless across a reboot, equal across
// processes.
struct SteadyTime {
    std::int64_t ns = 0;
    friend auto operator<=>(const SteadyTime&, const SteadyTime&) = default;
};

class Clock {
  public:
    virtual ~Clock() = default;
    virtual WallTime wall() const = 0;
    virtual SteadyTime steady() const = 0;
};

// The machine's clocks. Thread-safe, lives for ever.
Clock& machine_clock();

// A clock that a test moves by hand. Not thread-safe.
class ManualClock final : public Clock {
  public:
    explicit ManualClock(WallTime start) : wall_(start) {}
    WallTime wall() const override { return wall_; }
    SteadyTime steady() const override { return steady_; }
    void advance_ms(std::int64_t ms) {
        wall_.ms += ms;
        steady_.ns += ms * 1'000'000;
    }
    void step_wall_ms(std::int64_t ms) { wall_.ms += ms; }

  private:
    WallTime wall_;
    SteadyTime steady_{1'000'000'000};
};

// RFC 3339 UTC with exactly three decimals, "2026-11-22T08:01:00.123Z" (contract B.2).
std::string format_rfc3339(WallTime time);
// Reads that form only; an impossible date is nothing.
std::optional<WallTime> parse_rfc3339(std::string_view text);

}  // namespace vistter
