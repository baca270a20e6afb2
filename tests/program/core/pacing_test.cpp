// Due times that never drift, catching up in bursts, and skipping only beyond half a second
// (rulings 20).
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "program/core/pacing.hpp"

namespace vistter::program {
namespace {

constexpr std::int64_t ms = 1'000'000;

TEST(Pacer, DueTimesAreExactAtAnyRateAndAge) {
    __extension__ using Wide = __int128;
    for (ocl::Rate rate : {ocl::Rate{30, 1}, {30000, 1001}, {60000, 1001}, {24, 1}, {7, 3}}) {
        Pacer pacer(5'000, rate);
        for (std::int64_t frame : {0LL, 1LL, 29LL, 30'000LL, 9'999'999LL, 3'000'000'000LL}) {
            std::int64_t exact =
                static_cast<std::int64_t>(Wide{frame} * 1'000'000'000 * rate.den / rate.num);
            EXPECT_EQ(pacer.due(frame), 5'000 + exact)
                << frame << " at " << rate.num << "/" << rate.den;
        }
    }
}

TEST(Pacer, WaitsForTheDueTimeAndMakesEachFrameOnce) {
    Pacer pacer(0, {25, 1});
    std::int64_t now = 0;
    for (std::int64_t frame = 0; frame < 100; ++frame) {
        Pacer::Step step = pacer.next(now);
        ASSERT_TRUE(step.make);
        ASSERT_EQ(step.frame, frame);
        pacer.made(now + 3 * ms);
        step = pacer.next(now + 3 * ms);
        ASSERT_FALSE(step.make);
        ASSERT_EQ(step.wait_until_ns, (frame + 1) * 40 * ms);
        now = step.wait_until_ns;
    }
    EXPECT_EQ(pacer.late_ticks(), 0);
    EXPECT_EQ(pacer.missed_frames(), 0);
}

TEST(Pacer, ALateTickCatchesUpWithoutMissingAFrame) {
    Pacer pacer(0, {30, 1});
    ASSERT_TRUE(pacer.next(0).make);
    pacer.made(400 * ms);  // one tick took 400 ms
    for (std::int64_t frame = 1; frame <= 12; ++frame) {
        Pacer::Step step = pacer.next(400 * ms + frame * ms);
        ASSERT_TRUE(step.make) << frame;
        ASSERT_EQ(step.frame, frame);
        pacer.made(400 * ms + frame * ms);
    }
    EXPECT_FALSE(pacer.next(413 * ms).make);
    EXPECT_EQ(pacer.missed_frames(), 0);
    EXPECT_GT(pacer.late_ticks(), 0);
}

TEST(Pacer, ABurstIsAtMostFifteenThenTheLoopBreathes) {
    Pacer pacer(0, {60, 1});
    ASSERT_TRUE(pacer.next(0).make);
    pacer.made(480 * ms);
    int burst = 0;
    Pacer::Step step = pacer.next(480 * ms);
    while (step.make) {
        ++burst;
        pacer.made(480 * ms);
        step = pacer.next(480 * ms);
    }
    EXPECT_LE(burst, Pacer::longest_burst);
    EXPECT_GT(burst, 10);
    EXPECT_GT(step.wait_until_ns, 480 * ms);
    EXPECT_LE(step.wait_until_ns, 480 * ms + 17 * ms);
    EXPECT_TRUE(pacer.next(step.wait_until_ns).make);
    EXPECT_EQ(pacer.missed_frames(), 0);
}

TEST(Pacer, OnlyBeyondHalfASecondAreFramesSkippedAndCounted) {
    Pacer pacer(0, {30, 1});
    pacer.next(0);
    pacer.made(ms);
    Pacer::Step step = pacer.next(533 * ms);  // frame 1 was due at 33.3 ms: 499.7 ms late
    EXPECT_TRUE(step.make);
    EXPECT_EQ(step.frame, 1);
    step = pacer.next(534 * ms);
    EXPECT_EQ(step.frame, 16);
    EXPECT_EQ(step.skipped, 15);
    EXPECT_EQ(pacer.missed_frames(), 15);
}

TEST(Pacer, FramesRiseByOneOrByWhatWasCountedWhateverTheLoad) {
    constexpr std::uint64_t seed = 44;
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    Pacer pacer(1'000, {30000, 1001});
    std::int64_t now = 1'000, last = -1, missed = 0;
    for (int i = 0; i < 20'000; ++i) {
        Pacer::Step step = pacer.next(now);
        if (!step.make) {
            ASSERT_GT(step.wait_until_ns, now);
            now = step.wait_until_ns + static_cast<std::int64_t>(random.below(3 * ms));
            continue;
        }
        ASSERT_EQ(step.frame, last + 1 + step.skipped);
        ASSERT_GE(now, pacer.due(step.frame));
        ASSERT_LE(now - pacer.due(step.frame), Pacer::most_late_ns);
        missed += step.skipped;
        last = step.frame;
        bool stall = random.below(200) == 0;
        now += static_cast<std::int64_t>(stall ? random.below(1500 * ms) : random.below(40 * ms));
        pacer.made(now);
    }
    EXPECT_EQ(pacer.missed_frames(), missed);
    EXPECT_GT(missed, 0);
}

}  // namespace
}  // namespace vistter::program
