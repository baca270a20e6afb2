// From wall clock to output frame and back (contract D.3).
#include "appliance/core/frame_clock.hpp"

#include <gtest/gtest.h>

namespace vistter::appliance {
namespace {

TEST(FrameClock, FirstFrameAtOrAfterAMoment) {
    const ProgramTick tick{100, {1'000'000'000}, {25, 1}};
    EXPECT_EQ(frame_at_or_after(tick, {1'000'000'000}), 100);
    EXPECT_EQ(frame_at_or_after(tick, {1'000'000'001}), 101);
    EXPECT_EQ(frame_at_or_after(tick, {1'040'000'000}), 101);
    EXPECT_EQ(frame_at_or_after(tick, {960'000'000}), 99);
    EXPECT_EQ(frame_at_or_after(tick, {960'000'001}), 100);
}

TEST(FrameClock, RoundTripHoldsForAWeekOfNtscFrames) {
    const ProgramTick tick{0, {5}, {30'000, 1'001}};
    for (std::int64_t frame = 0; frame < 7LL * 24 * 3600 * 30; frame += 9'973) {
        // A due time is rounded down to a nanosecond, so it may fall just before its frame, never
        // after it.
        EXPECT_EQ(frame_at_or_after(tick, due_time(tick, frame)), frame);
        EXPECT_EQ(frame_at_or_after(tick, {due_time(tick, frame).ns + 2}), frame + 1);
    }
}

TEST(FrameClock, WallAndSteadyArePaired) {
    const NowPair now{{1'000'000}, {7'000'000'000}};
    EXPECT_EQ(now.steady_of({1'000'250}).ns, 7'250'000'000);
    EXPECT_EQ(now.wall_of({7'250'400'000}).ms, 1'000'250);
    EXPECT_EQ(now.wall_of({6'999'400'000}).ms, 999'999);
}

TEST(FrameClock, FramesInADurationRoundUp) {
    EXPECT_EQ(frames_in(0, {30, 1}), 0);
    EXPECT_EQ(frames_in(1, {30, 1}), 1);
    EXPECT_EQ(frames_in(1'000, {30, 1}), 30);
    EXPECT_EQ(frames_in(1'001, {30'000, 1'001}), 30);
}

}  // namespace
}  // namespace vistter::appliance
