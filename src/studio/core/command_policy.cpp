// Default lifetimes of commands, and whose they are.
#include "studio/core/command_policy.hpp"

#include <algorithm>

#include "link/authority.hpp"

namespace vistter::studio {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t day_ms = 86'400'000;

bool changes_camera_list(std::string_view action) {
    return action == "add" || action == "update" || action == "remove" || action == "ptz_save" ||
           action == "ptz_delete";
}

}  // namespace

std::int64_t default_lifetime_ms(contract::MessageType type, std::string_view camera_action) {
    switch (type) {
        case contract::MessageType::DEVICE_CONFIG:
            return 7 * day_ms;
        case contract::MessageType::TIMELINE_LOAD:
            return day_ms;
        case contract::MessageType::CAMERA_ACTION:
            return changes_camera_list(camera_action) ? day_ms : minute_ms;
        default:
            return minute_ms;
    }
}

bool may_command(std::string_view role, contract::MessageType type) {
    return link::may_order(role, type);
}

bool is_plain_command(contract::MessageType type) {
    return contract::is_command(type) && type != contract::MessageType::COMMAND_CANCEL &&
           type != contract::MessageType::CREDENTIAL_REFRESH;
}

Result<CommandTiming> command_timing(contract::MessageType type, std::string_view camera_action,
                                     std::optional<std::int64_t> expires_in_s,
                                     std::optional<WallTime> not_before, WallTime now) {
    if (expires_in_s && (*expires_in_s < 1 || *expires_in_s > max_command_lifetime_s)) {
        return fail_at(ErrorCode::VAL_RANGE, "/expires_in_s",
                       "expires_in_s must be from 1 to 2592000 seconds");
    }
    CommandTiming timing{.expires_at = {}, .not_before = not_before};
    if (expires_in_s) {
        timing.expires_at.ms = now.ms + *expires_in_s * 1'000;
    } else {
        const std::int64_t from = std::max(now.ms, not_before.value_or(now).ms);
        timing.expires_at.ms = from + default_lifetime_ms(type, camera_action);
    }
    const WallTime latest{now.ms + max_command_lifetime_s * 1'000};
    if (not_before && (*not_before >= timing.expires_at || *not_before > latest)) {
        return fail_at(ErrorCode::VAL_RANGE, "/not_before",
                       "not_before must lie before the command's expiry and within 30 days");
    }
    return timing;
}

}  // namespace vistter::studio
