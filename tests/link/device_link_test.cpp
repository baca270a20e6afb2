// The appliance's connection, scripted: feed an event, expect the actions (contract B.5, B.7;
// G1.9, G1.11).
#include "link/device_link.hpp"

#include <gtest/gtest.h>

#include "link/close_code.hpp"

namespace vistter::link {
namespace {

using E = LinkEvent;

std::vector<LinkDo> kinds(const std::vector<LinkAction>& actions) {
    std::vector<LinkDo> list;
    for (const auto& action : actions) list.push_back(action.what);
    return list;
}

class DeviceLinkScript : public ::testing::Test {
  protected:
    void up() {
        if (link_.state() == LinkState::idle) (void)link_.resume(E::start);
        if (link_.state() == LinkState::waiting) (void)link_.resume(E::retry_due);
        (void)link_.resume(E::token_ready);
        (void)link_.resume(E::opened);
        (void)link_.resume(E::welcomed);
    }
    SeededRandom random_{11};
    DeviceLink link_{random_};
};

TEST_F(DeviceLinkScript, OpensInTheOrderOfTheContract) {
    EXPECT_EQ(kinds(link_.resume(E::start)),
              (std::vector{LinkDo::cancel_timers, LinkDo::fetch_token}));
    EXPECT_EQ(link_.shown_state(), "connecting");
    EXPECT_EQ(kinds(link_.resume(E::token_ready)), (std::vector{LinkDo::dial}));
    const auto greeting = link_.resume(E::opened);
    EXPECT_EQ(kinds(greeting), (std::vector{LinkDo::say_hello, LinkDo::arm_welcome}));
    EXPECT_EQ(greeting[1].ms, 10'000);
    const auto live = link_.resume(E::welcomed);
    EXPECT_EQ(kinds(live),
              (std::vector{LinkDo::cancel_timers, LinkDo::arm_health, LinkDo::enter_session}));
    EXPECT_EQ(live[1].ms, 30'000);
    EXPECT_EQ(link_.shown_state(), "connected");
}

// Those whose turn came while Studio was still down must not return in a clump.
TEST_F(DeviceLinkScript, AfterADrainEveryTryIsDrawnFromTheWholeWindowUntilStudioIsBack) {
    int late = 0;
    for (int n = 0; n < 100; ++n) {
        up();
        (void)link_.resume(E::healthy);
        (void)link_.resume(E::closed,
                           {.code = close_code::draining, .retry_after_s = {}, .reason = {}});
        (void)link_.resume(E::retry_due);
        const std::int64_t again = link_.resume(E::token_failed).back().ms;
        EXPECT_LE(again, 30'000);
        late += again > 10'000 ? 1 : 0;
    }
    EXPECT_GT(late, 40) << "of a hundred even draws about 66 are";
    up();
    (void)link_.resume(E::healthy);
    EXPECT_LE(link_.resume(E::closed).back().ms, 1'000) << "a plain loss begins anew";
}

TEST_F(DeviceLinkScript, WaitsFullJitterAndWidensTheWindow) {
    std::int64_t widest = 0;
    (void)link_.resume(E::start);
    for (int n = 0; n < 200; ++n) {
        const auto actions = link_.resume(E::token_failed);
        ASSERT_EQ(actions.back().what, LinkDo::arm_retry);
        const std::int64_t window = std::min<std::int64_t>(60'000, 1'000LL << std::min(n, 10));
        EXPECT_GE(actions.back().ms, 0);
        EXPECT_LE(actions.back().ms, window) << "try " << n;
        widest = std::max(widest, actions.back().ms);
        EXPECT_EQ(link_.shown_state(), "offline");
        ASSERT_EQ(kinds(link_.resume(E::retry_due)).back(), LinkDo::fetch_token)
            << "it never gives up";
    }
    EXPECT_GT(widest, 30'000);
}

TEST_F(DeviceLinkScript, OnlyHealthResetsTheBackoff) {
    (void)link_.resume(E::start);
    for (int n = 0; n < 12; ++n) {
        (void)link_.resume(E::token_failed);
        (void)link_.resume(E::retry_due);
    }
    const auto wait_after_loss = [&](bool healthy) {
        std::int64_t widest = 0;
        for (int n = 0; n < 30; ++n) {
            up();
            if (healthy) (void)link_.resume(E::healthy);
            (void)link_.resume(E::closed, {.code = 1006, .retry_after_s = {}, .reason = {}});
            widest = std::max(widest, link_.wait_ms());
        }
        return widest;
    };
    EXPECT_GT(wait_after_loss(false), 10'000);
    EXPECT_LE(wait_after_loss(true), 1'000);
}

TEST_F(DeviceLinkScript, CodesThatNeedAChangeWaitFiveMinutes) {
    for (const int code : {4401, 4403, 4406, 4409, 4410}) {
        up();
        const auto actions =
            link_.resume(E::closed, {.code = code, .retry_after_s = {}, .reason = {}});
        EXPECT_GE(actions.back().ms, long_wait_ms) << code;
        EXPECT_LT(actions.back().ms, long_wait_ms + long_wait_spread_ms) << code;
    }
    for (const int code : {1000, 1006, 4400, 4407, 4408, 4413, 4429, 4500}) {
        up();
        (void)link_.resume(E::healthy);
        const auto actions =
            link_.resume(E::closed, {.code = code, .retry_after_s = {}, .reason = {}});
        EXPECT_LE(actions.back().ms, 1'000) << code;
    }
    up();
    EXPECT_LE(link_.resume(E::closed, {.code = 4503, .retry_after_s = {}, .reason = {}}).back().ms,
              30'000);
}

TEST_F(DeviceLinkScript, ShowsRevokedAndAuthFailedUntilItIsBack) {
    up();
    (void)link_.resume(E::closed, {.code = close_code::revoked, .retry_after_s = {}, .reason = {}});
    EXPECT_EQ(link_.shown_state(), "revoked");
    (void)link_.resume(E::retry_due);
    (void)link_.resume(E::token_refused, {.code = 0, .retry_after_s = {}, .reason = "403"});
    EXPECT_EQ(link_.shown_state(), "auth_failed");
    EXPECT_EQ(link_.last_error(), "403");
    up();
    EXPECT_EQ(link_.shown_state(), "connected");
    EXPECT_EQ(link_.last_error(), "");
}

TEST_F(DeviceLinkScript, NoWelcomeInTimeDropsTheSocket) {
    (void)link_.resume(E::start);
    (void)link_.resume(E::token_ready);
    (void)link_.resume(E::opened);
    EXPECT_EQ(kinds(link_.resume(E::overdue)),
              (std::vector{LinkDo::cancel_timers, LinkDo::drop_socket, LinkDo::arm_retry}));
}

TEST_F(DeviceLinkScript, ARefusalIsObeyed) {
    (void)link_.resume(E::start);
    (void)link_.resume(E::token_ready);
    (void)link_.resume(E::opened);
    EXPECT_EQ(link_.resume(E::refused, {.code = 0, .retry_after_s = 7, .reason = {}}).back().ms,
              7'000);
    (void)link_.resume(E::retry_due);
    (void)link_.resume(E::token_ready);
    (void)link_.resume(E::opened);
    EXPECT_GE(link_.resume(E::refused).back().ms, long_wait_ms);
}

TEST_F(DeviceLinkScript, MovesToABetterAddressAtOnceAndSaysGoodbye) {
    up();
    const auto actions = link_.resume(E::moved);
    EXPECT_EQ(actions[1].what, LinkDo::say_goodbye);
    EXPECT_EQ(actions.back().what, LinkDo::arm_retry);
    EXPECT_EQ(actions.back().ms, 0);
}

TEST_F(DeviceLinkScript, AViolationClosesWithItsCode) {
    up();
    const auto actions =
        link_.resume(E::violated, {.code = 4403, .retry_after_s = {}, .reason = {}});
    EXPECT_EQ(kinds(actions),
              (std::vector{LinkDo::cancel_timers, LinkDo::leave_session, LinkDo::close_socket,
                           LinkDo::drop_socket, LinkDo::arm_retry}));
    EXPECT_EQ(actions[2].code, 4403);
}

TEST_F(DeviceLinkScript, StopSaysGoodbyeAndStaysDown) {
    up();
    EXPECT_EQ(kinds(link_.resume(E::stop)),
              (std::vector{LinkDo::cancel_timers, LinkDo::say_goodbye, LinkDo::leave_session,
                           LinkDo::drop_socket}));
    EXPECT_TRUE(link_.resume(E::closed).empty());
    EXPECT_TRUE(link_.resume(E::retry_due).empty());
    EXPECT_EQ(link_.shown_state(), "offline");
}

}  // namespace
}  // namespace vistter::link
