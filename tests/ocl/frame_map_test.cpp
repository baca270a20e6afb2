// Milliseconds and frames (contract C.3): nothing early, nothing later than one frame, nothing lost
// on the way back.
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "ocl/evaluate.hpp"
#include "ocl/scene_clock.hpp"

namespace vistter::ocl {
namespace {

constexpr Rate rates[] = {{24, 1},       {24000, 1001}, {25, 1},       {30, 1},
                          {30000, 1001}, {50, 1},       {60000, 1001}, {60, 1}};
constexpr std::int64_t seven_days_ms = 7LL * 24 * 3600 * 1000;

// G3.11: an instant takes effect on the first frame at or after it.
TEST(FrameMap, AnInstantFallsOnTheFirstFrameAtOrAfterIt) {
    const std::uint64_t seed = 7;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SeededRandom random(seed);
    for (const Rate rate : rates) {
        for (int i = 0; i < 20'000; ++i) {
            const auto t = static_cast<std::int64_t>(random.below(seven_days_ms));
            const std::int64_t n = frame_at(t, rate);
            ASSERT_GE(n * 1000 * rate.den, t * rate.num) << t;
            ASSERT_LT((n - 1) * 1000 * rate.den, t * rate.num) << t;
        }
    }
}

// Sanitizers are several times slower; a day has every remainder of every rate too.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::int64_t walked_ms = seven_days_ms / 7;
#else
constexpr std::int64_t walked_ms = seven_days_ms;
#endif

class FrameMapOverAWeek : public testing::TestWithParam<Rate> {};

// Every single frame: its millisecond is the floor of its time, kept beside by additions only, and
// reads back as the same frame.
TEST_P(FrameMapOverAWeek, EveryFrameSurvivesTheWayThroughMilliseconds) {
    const Rate rate = GetParam();
    const std::int64_t whole = 1000 * rate.den / rate.num, rest = 1000 * rate.den % rate.num;
    const std::int64_t frames = frame_at(walked_ms, rate);
    std::int64_t ms = 0, carry = 0, wrong = 0;
    for (std::int64_t n = 0; n < frames; ++n) {
        wrong += ms_of(n, rate) != ms;
        wrong += frame_at(ms, rate) != n;
        carry += rest;
        ms += whole + (carry >= rate.num ? 1 : 0);
        carry -= carry >= rate.num ? rate.num : 0;
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(frame_at(walked_ms, rate), frames);
    EXPECT_GE(ms, walked_ms);
}

INSTANTIATE_TEST_SUITE_P(EighteenRates, FrameMapOverAWeek,
                         testing::Values(Rate{12, 1}, Rate{25, 2}, Rate{15, 1}, Rate{24000, 1001},
                                         Rate{24, 1}, Rate{25, 1}, Rate{30000, 1001}, Rate{30, 1},
                                         Rate{48000, 1001}, Rate{48, 1}, Rate{50, 1},
                                         Rate{60000, 1001}, Rate{60, 1}, Rate{72, 1}, Rate{90, 1},
                                         Rate{100, 1}, Rate{120000, 1001}, Rate{120, 1}),
                         [](const auto& test) {
                             return std::to_string(test.param.num) + "_over_" +
                                    std::to_string(test.param.den);
                         });

TEST(FrameMap, TimesBeforeZeroRoundTheSameWay) {
    EXPECT_EQ(frame_at(-1, Rate{30, 1}), 0);
    EXPECT_EQ(frame_at(-34, Rate{30, 1}), -1);
    EXPECT_EQ(ms_of(-1, Rate{30, 1}), -34);
}

// Contiguous intervals share no frame and leave none out, at every rate.
TEST(FrameMap, ContiguousHalfOpenIntervalsCoverEveryFrameOnce) {
    const std::int64_t cuts[] = {0, 1, 33, 34, 67, 500, 501, 1001, 4004, 4005, 10'000};
    for (const Rate rate : rates) {
        for (std::int64_t n = 0; n < frame_at(10'000, rate); ++n) {
            int inside = 0;
            for (std::size_t i = 0; i + 1 < std::size(cuts); ++i) {
                inside += frame_at(cuts[i], rate) <= n && n < frame_at(cuts[i + 1], rate);
            }
            ASSERT_EQ(inside, 1) << n;
        }
    }
}

TEST(FrameMap, RepeatIsExactOverAWeek) {
    const Rate rate{30000, 1001};
    // A loop of 1001 ms is 30 frames exactly; a week later it still is.
    for (const std::int64_t n : {0LL, 29LL, 30LL, 18'125'970LL, 18'125'999LL}) {
        const std::int64_t mapped = map_repeat(n * 1000 * rate.den, 0, 1001, rate.num);
        EXPECT_EQ(mapped, n % 30 * 1000 * rate.den);
    }
}

TEST(FrameMap, PingPongTurnsAtBothEnds) {
    const std::int64_t num = 30;
    const auto at = [&](std::int64_t ms) { return map_ping_pong(ms * num, 100, 400, num) / num; };
    EXPECT_EQ(at(50), 50);  // before the loop: untouched
    EXPECT_EQ(at(100), 100);
    EXPECT_EQ(at(399), 399);
    EXPECT_EQ(at(400), 400);
    EXPECT_EQ(at(401), 399);
    EXPECT_EQ(at(700), 100);
    EXPECT_EQ(at(701), 101);
}

}  // namespace
}  // namespace vistter::ocl
