// Cue points and the clock that stands at a pause (contract C.11).
#include "ocl/cue_points.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "ocl/document_kit.hpp"
#include "ocl/scene_clock.hpp"

namespace vistter::ocl {
namespace {

using contract::Scene;
using contract::ScenePhases;

constexpr Rate rate{10, 1};  // 100 ms a frame

Scene scene(ScenePhases phases, std::optional<std::int64_t> duration,
            std::vector<contract::CuePoint> points) {
    Scene made;
    made.duration_ms = duration;
    made.phases = std::move(phases);
    made.cue_points = std::move(points);
    return made;
}

std::string fired(const Scene& made, std::int64_t before, std::int64_t now) {
    std::string text;
    for (const PassedCue& cue : cue_points_passed(made, rate, before, now)) {
        text += (text.empty() ? "" : " ") + cue.point->cue_point_id + "@" +
                std::to_string(cue.frame) + (cue.late_ms ? "+" + std::to_string(cue.late_ms) : "");
    }
    return text;
}

TEST(CuePoints, FireOnTheFirstFrameAtOrAfterTheirTimeAndOnceOnly) {
    const Scene run = scene({0, 0, "run", {}}, {}, {{"b", 101, "emit"}, {"a", 0, "emit"}});
    EXPECT_EQ(fired(run, -1, 0), "a@0");
    EXPECT_EQ(fired(run, 0, 1), "");
    EXPECT_EQ(fired(run, 1, 2), "b@2");
    EXPECT_EQ(fired(run, 2, 100), "");
}

// A frame gap fires all that was passed, in order, and says how late.
TEST(CuePoints, AGapLeavesNoneOut) {
    const Scene run =
        scene({0, 0, "run", {}}, {}, {{"c", 900, "emit"}, {"a", 100, "emit"}, {"b", 100, "sync"}});
    EXPECT_EQ(fired(run, -1, 12), "a@1+1100 b@1+1100 c@9+300");
}

TEST(CuePoints, ALoopingBodyFiresOncePerPass) {
    const Scene loop = scene({200, 100, "loop", 700}, {},
                             {{"intro", 100, "emit"}, {"x", 300, "emit"}, {"y", 650, "emit"}});
    EXPECT_EQ(fired(loop, -1, 18),
              "intro@1+1700 x@3+1500 y@7+1100 x@8+1000 y@12+600 x@13+500 "
              "y@17+100 x@18");
    std::string one_by_one;
    for (std::int64_t n = 0; n <= 18; ++n) {
        const std::string now = fired(loop, n - 1, n);
        if (!now.empty()) one_by_one += (one_by_one.empty() ? "" : " ") + now;
    }
    EXPECT_EQ(one_by_one, "intro@1 x@3 y@7 x@8 y@12 x@13 y@17 x@18");
}

TEST(CuePoints, AHeldClockAndAnEndedSceneFireNothingMore) {
    const Scene held =
        scene({300, 100, "hold", {}}, {}, {{"at", 300, "emit"}, {"no", 301, "emit"}});
    EXPECT_EQ(fired(held, -1, 1000), "at@3+99700");
    const Scene finite =
        scene({0, 200, "run", {}}, 1000, {{"in", 999, "emit"}, {"b", 850, "emit"}});
    EXPECT_EQ(fired(finite, -1, 9), "b@9");  // 999 ms falls on frame 10, when the scene has ended
    EXPECT_EQ(fired(finite, 9, 50), "");
    const Scene looped = scene({0, 200, "loop", 300}, 1000, {{"x", 100, "emit"}});
    EXPECT_EQ(fired(looped, -1, 50), "x@1+4900 x@4+4600 x@7+4300");
}

// Any cutting of the way into gaps fires the same points on the same frames.
TEST(CuePoints, HowOftenSomebodyLooksChangesNothing) {
    const std::uint64_t seed = 11;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SeededRandom random(seed);
    for (int i = 0; i < 200; ++i) {
        const auto intro = static_cast<std::int64_t>(random.below(500));
        const auto end = intro + 1 + static_cast<std::int64_t>(random.below(900));
        Scene loop = scene({intro, 0, "loop", end}, {}, {});
        for (int k = 0; k < 4; ++k) {
            loop.cue_points.push_back({std::string(1, static_cast<char>('a' + k)),
                                       static_cast<std::int64_t>(random.below(1000)), "emit"});
        }
        const Rate odd{30000, 1001};
        const auto list = [&](std::int64_t before, std::int64_t now, std::string& text) {
            for (const PassedCue& cue : cue_points_passed(loop, odd, before, now))
                text += cue.point->cue_point_id + std::to_string(cue.frame) + " ";
        };
        std::string whole, cut;
        list(-1, 300, whole);
        for (std::int64_t before = -1; before < 300;) {
            const std::int64_t now = std::min<std::int64_t>(
                300, before + 1 + static_cast<std::int64_t>(random.below(9)));
            list(before, now, cut);
            before = now;
        }
        ASSERT_EQ(cut, whole);
    }
}

TEST(SteppedClock, StandsAtAPauseUntilItIsToldToContinue) {
    const Scene steps = scene({0, 0, "run", {}}, {}, {{"p", 200, "pause"}, {"q", 400, "pause"}});
    const auto at = [&](std::int64_t elapsed, std::vector<std::int64_t> continues) {
        const SteppedClock clock = stepped_clock(steps, rate, elapsed, continues);
        return std::to_string(clock.frame) + (clock.paused ? " paused " : " runs ") +
               std::to_string(clock.step);
    };
    EXPECT_EQ(at(1, {}), "1 runs 0");
    EXPECT_EQ(at(2, {}), "2 paused 1");
    EXPECT_EQ(at(500, {}), "2 paused 1");
    EXPECT_EQ(at(9, {10}), "2 paused 1");
    EXPECT_EQ(at(10, {10}), "2 runs 1");
    EXPECT_EQ(at(11, {10}), "3 runs 1");
    EXPECT_EQ(at(12, {10}), "4 paused 2");
    EXPECT_EQ(at(30, {10, 20}), "14 runs 2");
    EXPECT_EQ(at(30, {1, 2, 4}), "30 runs 2") << "told on the very frame: not a frame is lost";
    EXPECT_EQ(at(30, {0, 1}), "2 paused 1") << "what came while it ran is lost";
    EXPECT_EQ(at(30, {10, 11}), "4 paused 2");
}

TEST(SteppedClock, TwoPausesOnOneFrameTakeTwoContinuesAndALoopPausesEachPass) {
    const Scene both = scene({0, 0, "run", {}}, {}, {{"p", 150, "pause"}, {"q", 200, "pause"}});
    EXPECT_TRUE(stepped_clock(both, rate, 20, std::vector<std::int64_t>{5}).paused);
    EXPECT_EQ(stepped_clock(both, rate, 20, std::vector<std::int64_t>{5, 8}).frame, 14);
    const Scene loop = scene({0, 0, "loop", 500}, {}, {{"p", 200, "pause"}});
    const SteppedClock clock = stepped_clock(loop, rate, 40, std::vector<std::int64_t>{10, 20});
    EXPECT_EQ(clock.frame, 12);  // passes at 2, 7 and 12
    EXPECT_EQ(clock.step, 3);
    EXPECT_TRUE(clock.paused);
}

}  // namespace
}  // namespace vistter::ocl
