// When cue points fire, in whole frames.
#include "ocl/cue_points.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace vistter::ocl {

namespace {

using contract::CuePoint;
using contract::Scene;

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

// The times of one point: t, and for a looping body t + pass * period.
struct Schedule {
    std::int64_t t = 0;
    std::int64_t period = 0;    // ms; 0: once
    std::int64_t last = never;  // the last frame on which it may fire
};

Schedule schedule_of(const Scene& scene, const CuePoint& point, Rate rate) {
    Schedule schedule{point.t_ms, 0, never};
    const auto& phases = scene.phases;
    if (scene.duration_ms) schedule.last = frame_at(*scene.duration_ms, rate) - 1;
    if (phases.body == "hold" && point.t_ms > phases.intro_ms) schedule.last = -1;
    if (phases.body == "loop" && phases.body_end_ms && *phases.body_end_ms > phases.intro_ms) {
        if (point.t_ms >= *phases.body_end_ms) schedule.last = -1;
        if (point.t_ms >= phases.intro_ms) schedule.period = *phases.body_end_ms - phases.intro_ms;
        // From its outro on, a finite scene's body stands.
        if (scene.duration_ms) {
            schedule.last = std::min(
                schedule.last,
                std::max<std::int64_t>(0, frame_at(*scene.duration_ms - phases.outro_ms, rate)));
        }
    }
    return schedule;
}

// The first pass whose frame is after `before`.
std::int64_t first_pass_after(const Schedule& schedule, std::int64_t before, Rate rate) {
    if (schedule.period == 0) return 0;
    std::int64_t pass =
        std::max<std::int64_t>(0, (ms_of(before, rate) - schedule.t) / schedule.period);
    while (pass > 0 && frame_at(schedule.t + (pass - 1) * schedule.period, rate) > before) --pass;
    while (frame_at(schedule.t + pass * schedule.period, rate) <= before) ++pass;
    return pass;
}

// The point's first frame after `before`, or `never`.
std::int64_t next_frame(const Schedule& schedule, std::int64_t before, Rate rate) {
    const std::int64_t pass = first_pass_after(schedule, before, rate);
    const std::int64_t frame = frame_at(schedule.t + pass * schedule.period, rate);
    return frame > before && frame <= schedule.last ? frame : never;
}

struct Passing {
    PassedCue cue;
    std::int64_t t = 0;  // on a clock that never turns back
};

}  // namespace

std::vector<PassedCue> cue_points_passed(const Scene& scene, Rate rate, std::int64_t before,
                                         std::int64_t now) {
    std::vector<Passing> passings;
    for (const CuePoint& point : scene.cue_points) {
        const Schedule schedule = schedule_of(scene, point, rate);
        for (std::int64_t pass = first_pass_after(schedule, before, rate);; ++pass) {
            const std::int64_t t = schedule.t + pass * schedule.period;
            const std::int64_t frame = frame_at(t, rate);
            if (frame > std::min(now, schedule.last)) break;
            if (frame > before) passings.push_back({{&point, frame, ms_of(now - frame, rate)}, t});
            if (schedule.period == 0) break;
        }
    }
    std::stable_sort(passings.begin(), passings.end(),
                     [](const Passing& a, const Passing& b) { return a.t < b.t; });
    std::vector<PassedCue> passed;
    passed.reserve(passings.size());
    for (const Passing& passing : passings) passed.push_back(passing.cue);
    return passed;
}

SteppedClock stepped_clock(const Scene& scene, Rate rate, std::int64_t elapsed,
                           std::span<const std::int64_t> continues) {
    std::vector<Schedule> pauses;
    for (const CuePoint& point : scene.cue_points) {
        if (point.kind == "pause") pauses.push_back(schedule_of(scene, point, rate));
    }
    SteppedClock clock;
    std::int64_t at = 0;       // the output frame on which the scene clock reads clock.frame
    std::int64_t before = -1;  // pauses up to here are behind
    auto told = continues.begin();
    for (;;) {
        std::int64_t next = never;
        for (const Schedule& pause : pauses) next = std::min(next, next_frame(pause, before, rate));
        if (next == never || at + (next - clock.frame) > elapsed) {
            clock.frame += elapsed - at;
            return clock;
        }
        at += next - clock.frame;
        clock.frame = next;
        for (const Schedule& pause : pauses) {
            if (next_frame(pause, before, rate) != next) continue;
            ++clock.step;
            while (told != continues.end() && *told < at) ++told;
            if (told == continues.end() || *told > elapsed) {
                clock.paused = true;
                return clock;
            }
            at = *told++;
        }
        before = next;
    }
}

}  // namespace vistter::ocl
