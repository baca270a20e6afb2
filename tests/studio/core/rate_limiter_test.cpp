// Guesses are bounded per source and in total, and a window forgets them again (G1.3).
#include "studio/core/rate_limiter.hpp"

#include <gtest/gtest.h>

namespace vistter::studio {
namespace {

class RateLimiterTest : public testing::Test {
  protected:
    ManualClock clock{WallTime{1'000'000}};
    RateLimiter limiter{{.per_source = 3, .total = 5, .window_ms = 60'000, .max_sources = 2}};

    std::optional<std::int64_t> take(const std::string& source) {
        return limiter.take(source, clock.steady());
    }
};

TEST_F(RateLimiterTest, RefusesTheFourthGuessOfOneSourceAndSaysHowLong) {
    for (int n = 0; n < 3; ++n) EXPECT_FALSE(take("one")) << "guess " << n;
    clock.advance_ms(10'000);
    EXPECT_EQ(take("one"), 50'000);
    EXPECT_FALSE(take("other")) << "another source is not affected";
}

TEST_F(RateLimiterTest, AllowsAgainWhenTheWindowHasPassed) {
    for (int n = 0; n < 3; ++n) EXPECT_FALSE(take("one"));
    clock.advance_ms(59'999);
    EXPECT_EQ(take("one"), 1);
    clock.advance_ms(1);
    EXPECT_FALSE(take("one"));
}

TEST_F(RateLimiterTest, BoundsAllSourcesTogether) {
    for (const char* source : {"a", "b", "c", "d", "e"}) EXPECT_FALSE(take(source)) << source;
    EXPECT_TRUE(take("f")) << "the sixth guess in a minute, whoever makes it";
}

TEST_F(RateLimiterTest, CountsTheTotalForSourcesItHasNoRoomFor) {
    for (int n = 0; n < 5; ++n) EXPECT_FALSE(take("source " + std::to_string(n)));
    EXPECT_TRUE(take("source 9"));
}

TEST_F(RateLimiterTest, GivesAnAttemptBackAfterSuccess) {
    for (int n = 0; n < 50; ++n) {
        EXPECT_FALSE(take("one")) << "attempt " << n;
        limiter.give_back("one");
    }
}

TEST_F(RateLimiterTest, SaysWhatIsLeftAndWhenMoreComesFree) {
    EXPECT_EQ(limiter.standing("one", clock.steady()).remaining, 3);
    EXPECT_EQ(limiter.standing("one", clock.steady()).reset_ms, 0);
    take("one");
    clock.advance_ms(20'000);
    take("one");
    EXPECT_EQ(limiter.standing("one", clock.steady()).remaining, 1);
    EXPECT_EQ(limiter.standing("one", clock.steady()).reset_ms, 40'000) << "the oldest leaves first";
    clock.advance_ms(40'000);
    EXPECT_EQ(limiter.standing("one", clock.steady()).remaining, 2);
    EXPECT_EQ(limiter.standing("other", clock.steady()).remaining, 3);
}

TEST_F(RateLimiterTest, IsNotFooledByAWallClockSetBack) {
    for (int n = 0; n < 3; ++n) EXPECT_FALSE(take("one"));
    clock.step_wall_ms(3'600'000);
    EXPECT_TRUE(take("one")) << "only steady time passes";
}

}  // namespace
}  // namespace vistter::studio
