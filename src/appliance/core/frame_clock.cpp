// Frame arithmetic in 128 bits: nanoseconds times a rate's numerator outgrows 64 bits within a day.
#include "appliance/core/frame_clock.hpp"

namespace vistter::appliance {
namespace {

__extension__ using Wide = __int128;
constexpr Wide ns_per_s = 1'000'000'000;

std::int64_t ceil_div(Wide a, Wide b) {
    const Wide q = a / b;
    return static_cast<std::int64_t>(a % b > 0 ? q + 1 : q);
}

}  // namespace

std::int64_t frame_at_or_after(const ProgramTick& tick, SteadyTime moment) {
    const Wide ns = Wide{moment.ns} - tick.due.ns;
    return tick.frame + ceil_div(ns * tick.rate.num, ns_per_s * tick.rate.den);
}

SteadyTime due_time(const ProgramTick& tick, std::int64_t frame) {
    const Wide ns = Wide{frame - tick.frame} * ns_per_s * tick.rate.den / tick.rate.num;
    return {tick.due.ns + static_cast<std::int64_t>(ns)};
}

std::int64_t frames_in(std::int64_t ms, ocl::Rate rate) {
    return ceil_div(Wide{ms} * rate.num, Wide{1000} * rate.den);
}

WallTime NowPair::wall_of(SteadyTime moment) const {
    const std::int64_t ns = moment.ns - steady.ns;
    const std::int64_t half = ns >= 0 ? 500'000 : -500'000;
    return {wall.ms + (ns + half) / 1'000'000};
}

NowPair read_now(const Clock& clock) {
    return {clock.wall(), clock.steady()};
}

}  // namespace vistter::appliance
