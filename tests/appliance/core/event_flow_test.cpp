// EVENTs thinned: repeats coalesce, changes do not wait, storms are limited and told.
#include "appliance/core/event_flow.hpp"

#include <gtest/gtest.h>

namespace vistter::appliance {
namespace {

FlowingEvent event(const std::string& type, const std::string& severity, const std::string& context,
                   std::int64_t at_ms = 0) {
    contract::Event made;
    made.event_type = type;
    made.severity = severity;
    made.occurred_at = WallTime{at_ms};
    made.context.text = context;
    return {made, {}};
}

SteadyTime at(std::int64_t ms) {
    return SteadyTime{ms * 1'000'000};
}

TEST(EventFlow, RepeatsWithinTenSecondsBecomeOneEventWithACount) {  // G2.30, contract B.9
    EventFlow flow;
    const auto stalled = [](std::int64_t ms) {
        return event("camera.frames_stalled", "warning", R"({"camera_id":"a"})", ms);
    };
    EXPECT_EQ(flow.offer(stalled(0), at(0)).size(), 1U);
    for (std::int64_t ms = 1'000; ms <= 5'000; ms += 1'000)
        EXPECT_TRUE(flow.offer(stalled(ms), at(ms)).empty());
    EXPECT_TRUE(flow.due(at(9'999)).empty());
    const auto due = flow.due(at(10'000));
    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(due[0].event.count, 5);
    EXPECT_EQ(due[0].event.first_at, WallTime{1'000});
    EXPECT_EQ(due[0].event.occurred_at, WallTime{5'000});
    EXPECT_TRUE(flow.due(at(20'000)).empty()) << "nothing came since";
    EXPECT_EQ(flow.offer(stalled(21'000), at(21'000)).size(), 1U) << "a new one goes at once";
}

TEST(EventFlow, AChangeOfStateIsNeverHeldBack) {
    EventFlow flow;
    const auto online = event("camera.online", "notice", R"({"camera_id":"a","error":""})");
    const auto offline = event("camera.offline", "error", R"({"camera_id":"a","error":""})");
    EXPECT_EQ(flow.offer(online, at(0)).size(), 1U);
    EXPECT_EQ(flow.offer(offline, at(1)).size(), 1U);
    EXPECT_EQ(flow.offer(online, at(2)).size(), 1U);
    EXPECT_TRUE(flow.offer(online, at(3)).empty());
    const auto out = flow.offer(offline, at(4));
    ASSERT_EQ(out.size(), 2U) << "what was held goes first, so the order stays";
    EXPECT_EQ(out[0].event.event_type, "camera.online");
    EXPECT_EQ(out[1].event.event_type, "camera.offline");
}

TEST(EventFlow, OtherCamerasAndOtherCommandsAreOtherEvents) {
    EventFlow flow;
    EXPECT_EQ(flow.offer(event("camera.offline", "error", R"({"camera_id":"a"})"), at(0)).size(),
              1U);
    EXPECT_EQ(flow.offer(event("camera.offline", "error", R"({"camera_id":"b"})"), at(0)).size(),
              1U);
    FlowingEvent caused = event("camera.offline", "error", R"({"camera_id":"a"})");
    caused.correlation_id = "command";
    EXPECT_EQ(flow.offer(caused, at(1)).size(), 1U);
}

// G2.32: a thousand a second.
TEST(EventFlow, AStormIsLimitedAndToldAndNothingCriticalIsLost) {
    EventFlow flow;
    std::int64_t warnings = 0, critical = 0;
    constexpr std::int64_t seconds = 10, each = 1'000;
    for (std::int64_t n = 0; n < seconds * each; ++n) {
        const std::string context = R"({"n":)" + std::to_string(n) + "}";
        for (const auto& sent : flow.offer(event("stream.bitrate_low", "warning", context), at(n)))
            warnings += sent.event.count;
        for (const auto& sent : flow.offer(event("emergency.engaged", "critical", context), at(n)))
            critical += sent.event.count;
    }
    for (const auto& sent : flow.due(at(30'000)))
        (sent.event.severity == "critical" ? critical : warnings) += sent.event.count;
    EXPECT_EQ(critical, seconds * each);
    EXPECT_LE(warnings, 400);
    EXPECT_GE(warnings, 395);
    const auto left_out = flow.left_out(at(30'000));
    ASSERT_TRUE(left_out);
    EXPECT_EQ(left_out->at("warning"), seconds * each - warnings);
    EXPECT_FALSE(flow.left_out(at(30'001))) << "told once";
}

}  // namespace
}  // namespace vistter::appliance
