// A command without an expiry gets the one its type deserves (contract B.2).
#include "studio/core/command_policy.hpp"

#include <gtest/gtest.h>

namespace vistter::studio {
namespace {

using contract::MessageType;
constexpr WallTime now{1'800'000'000'000};
constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t day_ms = 86'400'000;

std::int64_t default_after_ms(MessageType type, std::string_view camera_action = {}) {
    const auto timing = command_timing(type, camera_action, std::nullopt, std::nullopt, now);
    return timing.value().expires_at.ms - now.ms;
}

TEST(CommandPolicyTest, LiveActsLastAMinute) {
    for (const MessageType type : {MessageType::TIMELINE_EXECUTE, MessageType::STREAM_CONTROL,
                                   MessageType::OVERLAY_UPDATE}) {
        EXPECT_EQ(default_after_ms(type), minute_ms) << to_string(type);
    }
    EXPECT_EQ(default_after_ms(MessageType::CAMERA_ACTION, "ptz_goto"), minute_ms);
}

TEST(CommandPolicyTest, LoadsAndSettingsWaitForAnApplianceThatIsAway) {
    EXPECT_EQ(default_after_ms(MessageType::TIMELINE_LOAD), day_ms);
    EXPECT_EQ(default_after_ms(MessageType::DEVICE_CONFIG), 7 * day_ms);
    EXPECT_EQ(default_after_ms(MessageType::CAMERA_ACTION, "add"), day_ms);
}

TEST(CommandPolicyTest, TheSendersOwnExpiryWins) {
    const auto timing = command_timing(MessageType::DEVICE_CONFIG, {}, 5, std::nullopt, now);
    EXPECT_EQ(timing.value().expires_at.ms, now.ms + 5'000);
}

TEST(CommandPolicyTest, TheDefaultCountsFromNotBefore) {
    const WallTime tomorrow{now.ms + day_ms};
    const auto timing =
        command_timing(MessageType::STREAM_CONTROL, {}, std::nullopt, tomorrow, now);
    EXPECT_EQ(timing.value().expires_at.ms, tomorrow.ms + minute_ms);
    EXPECT_EQ(timing.value().not_before, tomorrow);
}

TEST(CommandPolicyTest, RefusesTimesThatCannotBeKept) {
    for (const std::int64_t seconds :
         {std::int64_t{0}, std::int64_t{-1}, max_command_lifetime_s + 1}) {
        const auto timing =
            command_timing(MessageType::STREAM_CONTROL, {}, seconds, std::nullopt, now);
        ASSERT_FALSE(timing) << seconds;
        EXPECT_EQ(timing.error().code, ErrorCode::VAL_RANGE);
        EXPECT_EQ(timing.error().details.at(0).pointer, "/expires_in_s");
    }
    const auto never =
        command_timing(MessageType::STREAM_CONTROL, {}, 60, WallTime{now.ms + 60'000}, now);
    ASSERT_FALSE(never) << "it would expire at the moment it may start";
    EXPECT_EQ(never.error().details.at(0).pointer, "/not_before");
}

}  // namespace
}  // namespace vistter::studio
