// When an identity needs attention, by a clock that only the test moves.
#include "appliance/core/identity_watch.hpp"

#include <gtest/gtest.h>

namespace vistter::appliance::test {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

class IdentityWatchTest : public ::testing::Test {
  protected:
    std::vector<WatchDo> look() { return watch.look(view, clock.wall(), clock.steady()); }
    // How many of `what` come up in so many minutes, looked at every second.
    int count(WatchDo what, int minutes) {
        int found = 0;
        for (int second = 0; second < minutes * 60; ++second) {
            for (const WatchDo one : look()) found += one == what;
            clock.advance_ms(1'000);
        }
        return found;
    }
    ManualClock clock{WallTime{1'800'000'000'000}};
    SeededRandom random{9};
    IdentityWatch watch{random};
    IdentityView view{true, false, true, WallTime{1'800'000'000'000 + 400 * day_ms}, "connected"};
};

TEST_F(IdentityWatchTest, AGoodIdentityIsLeftAlone) {
    EXPECT_TRUE(look().empty());
    view.link_state = "offline";
    EXPECT_TRUE(look().empty()) << "no network is no reason to ask for a certificate";
    view.paired = false;
    view.certificate_ends = WallTime{1};
    EXPECT_TRUE(look().empty());
}

TEST_F(IdentityWatchTest, TheEndIsToldOnceADayFromThirtyDaysBefore) {
    clock.advance_ms(369 * day_ms);
    EXPECT_TRUE(look().empty());
    clock.advance_ms(day_ms);
    EXPECT_EQ(count(WatchDo::tell_expiring, 60 * 24 * 3), 3);
}

TEST_F(IdentityWatchTest, ARestartTellsTheEndNoSooner) {
    clock.advance_ms(380 * day_ms);
    watch.was_told(WallTime{clock.wall().ms - day_ms / 2});
    EXPECT_TRUE(look().empty());
    clock.advance_ms(day_ms / 2);
    EXPECT_EQ(look(), std::vector{WatchDo::tell_expiring});
    // A clock that was ahead when it was told silences nobody for long.
    watch.was_told(WallTime{clock.wall().ms + 5 * day_ms});
    EXPECT_EQ(look(), std::vector{WatchDo::tell_expiring});
}

// G5.3: slept past its certificate, or turned away: it asks, seldom and ever more so.
TEST_F(IdentityWatchTest, AnEndedCertificateIsRecovered) {
    clock.advance_ms(401 * day_ms);
    view.link_state = "auth_failed";
    EXPECT_EQ(look(), std::vector{WatchDo::recover});
    EXPECT_TRUE(look().empty()) << "one attempt at a time";
    watch.not_recovered(clock.steady());
    clock.advance_ms(59'000);
    EXPECT_TRUE(look().empty());
    int attempts = 0;
    for (int minute = 0; minute < 600; ++minute) {
        clock.advance_ms(60'000);
        if (look().empty()) continue;
        ++attempts;
        watch.not_recovered(clock.steady());
    }
    EXPECT_GE(attempts, 10);
    EXPECT_LE(attempts, 60);
}

TEST_F(IdentityWatchTest, ACertificateThatStudioDoesNotKnowIsRecovered) {
    view.link_state = "auth_failed";
    EXPECT_TRUE(look().empty());
    watch.turned_away();
    EXPECT_EQ(look(), std::vector{WatchDo::recover});
    watch.start_over();
    EXPECT_TRUE(look().empty()) << "another identity was not turned away";
    watch.turned_away();
    view.can_recover = false;
    EXPECT_TRUE(look().empty()) << "Studio gave no address for it";
}

// G5.3: a revoked one stays out, says so, and may come back only by Studio's own will.
TEST_F(IdentityWatchTest, ARevokedOneDoesNotAsk) {
    view.link_state = "revoked";
    watch.turned_away();
    EXPECT_EQ(look(), std::vector{WatchDo::keep_revoked});
    view.revoked = true;
    view.link_state = "auth_failed";
    clock.advance_ms(500 * day_ms);
    EXPECT_TRUE(look().empty());
    view.link_state = "connected";
    EXPECT_EQ(look(), std::vector{WatchDo::keep_admitted});
}

}  // namespace
}  // namespace vistter::appliance::test
