// Every trigger in every state of a run, and the run's clock against a frame-by-frame model.
#include <gtest/gtest.h>

#include <map>

#include "base/random.hpp"
#include "timeline/run.hpp"

namespace vistter::timeline {
namespace {

using S = RunState;
using T = RunTrigger;

// Contract B.10, Run: what is listed here is allowed, every other pair is STA_TRANSITION.
const std::map<std::pair<S, T>, S> allowed{
    {{S::arming, T::start_reached}, S::playing},  {{S::arming, T::stop}, S::stopped},
    {{S::arming, T::preempt}, S::preempted},      {{S::arming, T::unrecoverable}, S::failed},
    {{S::playing, T::pause}, S::paused},          {{S::playing, T::seek}, S::playing},
    {{S::playing, T::end_reached}, S::completed}, {{S::playing, T::stop}, S::stopped},
    {{S::playing, T::preempt}, S::preempted},     {{S::playing, T::unrecoverable}, S::failed},
    {{S::paused, T::resume}, S::playing},         {{S::paused, T::seek}, S::paused},
    {{S::paused, T::stop}, S::stopped},           {{S::paused, T::preempt}, S::preempted},
    {{S::paused, T::unrecoverable}, S::failed}};

TEST(RunTable, EveryStateAnswersEveryTrigger) {
    for (S state : all_run_states) {
        for (T trigger : all_run_triggers) {
            auto expected = allowed.find({state, trigger});
            Result<S> got = next(state, trigger);
            SCOPED_TRACE(std::string(to_string(state)) + " " + std::string(to_string(trigger)));
            ASSERT_EQ(got.ok(), expected != allowed.end());
            if (got) {
                EXPECT_EQ(*got, expected->second);
            } else {
                EXPECT_EQ(got.error().code, ErrorCode::STA_TRANSITION);
                EXPECT_NE(got.error().message.find(to_string(state)), std::string::npos);
                EXPECT_NE(got.error().message.find(to_string(trigger)), std::string::npos);
            }
        }
    }
}

TEST(RunTable, NamesReadBackAndEndsAreEnds) {
    for (S state : all_run_states) {
        EXPECT_EQ(run_state_from(to_string(state)), state);
        bool end = state == S::preempted || state == S::completed || state == S::stopped ||
                   state == S::failed;
        EXPECT_EQ(is_terminal(state), end) << to_string(state);
    }
    EXPECT_FALSE(run_state_from("Playing"));
    EXPECT_FALSE(run_state_from(""));
}

TEST(RunClock, CountsFromTheStartFrame) {
    RunClock clock(100, 7);
    EXPECT_LT(clock.run_frame(99), 0);
    EXPECT_EQ(clock.run_frame(100), 7);
    EXPECT_EQ(clock.run_frame(130), 37);
    EXPECT_EQ(clock.output_frame(37), 130);
}

TEST(RunClock, PauseHoldsTheFrameBeforeAndResumeGoesOn) {  // G2.18
    RunClock clock(100, 0);
    clock.pause(110);
    EXPECT_EQ(clock.run_frame(110), 9);
    EXPECT_EQ(clock.run_frame(500), 9);
    clock.resume(500);
    EXPECT_EQ(clock.run_frame(500), 10);
    EXPECT_EQ(clock.run_frame(501), 11);
    EXPECT_EQ(clock.output_frame(20), 510);
}

TEST(RunClock, SeekShowsThatFrameAtOnce) {  // G2.19
    RunClock clock(0, 0);
    clock.seek(50, 200);
    EXPECT_EQ(clock.run_frame(50), 200);
    clock.pause(60);
    clock.seek(70, 30);
    EXPECT_EQ(clock.run_frame(75), 30);
    clock.resume(75);
    EXPECT_EQ(clock.run_frame(75), 31);
}

TEST(RunClock, ASeekAndResumeOnOneFrameShowsTheFrameSought) {
    RunClock clock(0, 0);
    clock.pause(10);
    clock.seek(20, 100);
    clock.resume(20);
    EXPECT_EQ(clock.run_frame(20), 100);
}

// The model steps one frame at a time: paused frames repeat the one before, a sought frame is shown
// as asked.
TEST(RunClock, AgreesWithAFrameByFrameModel) {
    constexpr std::uint64_t seed = 20260;
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    for (int round = 0; round < 200; ++round) {
        std::int64_t start = static_cast<std::int64_t>(random.below(50));
        std::int64_t shown = static_cast<std::int64_t>(random.below(50));
        RunClock clock(start, shown);
        bool paused = false;
        for (std::int64_t frame = start; frame < start + 300; ++frame) {
            std::optional<std::int64_t> sought;
            for (std::uint64_t acts = random.below(12) == 0 ? random.below(4) : 0; acts > 0;
                 --acts) {
                switch (random.below(3)) {
                    case 0:
                        if (!paused) clock.pause(frame);
                        paused = true;
                        break;
                    case 1:
                        if (paused) clock.resume(frame);
                        paused = false;
                        break;
                    default:
                        sought = static_cast<std::int64_t>(random.below(1000));
                        clock.seek(frame, *sought);
                }
            }
            if (sought) {
                shown = *sought;
            } else if (!paused && frame > start) {
                shown += 1;
            }
            ASSERT_EQ(clock.run_frame(frame), shown) << "round " << round << " frame " << frame;
            ASSERT_EQ(clock.paused(), paused);
        }
    }
}

}  // namespace
}  // namespace vistter::timeline
