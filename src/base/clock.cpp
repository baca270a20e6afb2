#include "base/clock.hpp"

#include <fmt/format.h>
#include <ctime>

namespace vistter {
namespace {

class MachineClock final : public Clock {
  public:
    WallTime wall() const override {
        timespec now{};
        clock_gettime(CLOCK_REALTIME, &now);
        return {std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000};
    }
    SteadyTime steady() const override {
        timespec now{};
        clock_gettime(CLOCK_MONOTONIC, &now);
        return {std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec};
    }
};

// Fixed-width decimal field, or -1.
int field(std::string_view text, std::size_t at, std::size_t width) {
    int value = 0;
    for (std::size_t i = at; i < at + width; ++i) {
        if (text[i] < '0' || text[i] > '9') return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

}  // namespace

Clock& machine_clock() {
    static MachineClock clock;
    return clock;
}

std::string format_rfc3339(WallTime time) {
    std::int64_t ms = time.ms % 1000;
    std::time_t seconds = time.ms / 1000;
    if (ms < 0) {
        ms += 1000;
        seconds -= 1;
    }
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                       ms);
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
    constexpr std::string_view shape = "0000-00-00T00:00:00.000Z";
    if (text.size() != shape.size()) return std::nullopt;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] != '0' && text[i] != shape[i]) return std::nullopt;
    }
    int year = field(text, 0, 4), month = field(text, 5, 2), day = field(text, 8, 2);
    int hour = field(text, 11, 2), minute = field(text, 14, 2), second = field(text, 17, 2);
    int ms = field(text, 20, 3);
    if (year < 1970 || month < 1 || day < 1 || hour < 0 || minute < 0 || second < 0 || ms < 0)
        return std::nullopt;
    std::tm parts{};
    parts.tm_year = year - 1900;
    parts.tm_mon = month - 1;
    parts.tm_mday = day;
    parts.tm_hour = hour;
    parts.tm_min = minute;
    parts.tm_sec = second;
    std::time_t seconds = timegm(&parts);
    WallTime time{std::int64_t{seconds} * 1000 + ms};
    // timegm normalises 2026-02-31 into March; only a text that reads back the same was a real
    // date.
    if (format_rfc3339(time) != text) return std::nullopt;
    return time;
}

}  // namespace vistter
