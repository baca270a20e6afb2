// Who may order a command, and how long it stays worth running when its sender does not say
// (contract B.2, `expires_at`).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "contract/envelope.hpp"

namespace vistter::studio {

inline constexpr std::int64_t max_command_lifetime_s = 30LL * 86'400;

// Milliseconds after which a command of that type is of no use. `camera_action` is the body's
// `action` of a CAMERA_ACTION and ignored otherwise: moving a camera is a live act, changing the
// list of cameras is not.
std::int64_t default_lifetime_ms(contract::MessageType type, std::string_view camera_action);

// Whether a person of that role may order it, by the table the appliance judges by too.
bool may_command(std::string_view role, contract::MessageType type);
// The six that act on the show. COMMAND_CANCEL and CREDENTIAL_REFRESH have doors of their own.
bool is_plain_command(contract::MessageType type);

struct CommandTiming {
    WallTime expires_at;
    std::optional<WallTime> not_before;
};

// Settles when a command may start. Without `expires_in_s` the default counts from `not_before` if
// that lies ahead. Errors: VAL_RANGE at /expires_in_s (1 s to 30 days) or at /not_before (at or
// after the expiry).
Result<CommandTiming> command_timing(contract::MessageType type, std::string_view camera_action,
                                     std::optional<std::int64_t> expires_in_s,
                                     std::optional<WallTime> not_before, WallTime now);

}  // namespace vistter::studio
