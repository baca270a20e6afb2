// The close codes of the channel and how long each keeps an appliance away (contract B.7).
#pragma once

#include <cstdint>

namespace vistter::link {

namespace close_code {
inline constexpr int normal = 1000;
inline constexpr int bad_message = 4400;
inline constexpr int auth_failed = 4401;
inline constexpr int security_violation = 4403;
inline constexpr int unsupported_version = 4406;
inline constexpr int not_welcomed = 4407;
inline constexpr int heartbeat_lost = 4408;
inline constexpr int replaced = 4409;
inline constexpr int revoked = 4410;
inline constexpr int too_big = 4413;
inline constexpr int slow_down = 4429;
inline constexpr int internal = 4500;
inline constexpr int draining = 4503;
}  // namespace close_code

// No automatic retry sooner than this after a code that says "something must change first".
inline constexpr std::int64_t long_wait_ms = 300'000;
// A draining Studio spreads the returning appliances over this window.
inline constexpr std::int64_t draining_window_ms = 30'000;

constexpr bool needs_long_wait(int code) {
    return code == close_code::auth_failed || code == close_code::security_violation ||
           code == close_code::unsupported_version || code == close_code::replaced ||
           code == close_code::revoked;
}

}  // namespace vistter::link
