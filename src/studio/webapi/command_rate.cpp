// Two sliding windows, and the headers that tell of them.
#include "studio/webapi/command_rate.hpp"

#include <fmt/format.h>

#include "studio/webapi/problem.hpp"

namespace vistter::studio {
namespace {

std::int64_t whole_seconds(std::int64_t ms) {
    return (ms + 999) / 1'000;
}

std::string policy_of(std::string_view name, const RateLimiter& limiter) {
    return fmt::format("\"{}\";q={};w={}", name, limiter.limits().per_source,
                       whole_seconds(limiter.limits().window_ms));
}

std::string standing_of(std::string_view name, const RateLimiter& limiter,
                        const std::string& source, SteadyTime now) {
    const auto standing = limiter.standing(source, now);
    return fmt::format("\"{}\";r={};t={}", name, standing.remaining,
                       whole_seconds(standing.reset_ms));
}

}  // namespace

std::optional<net::Response> take_turn(Services& services, const Call& call,
                                       const std::string& device_id) {
    Guards& guards = services.guards;
    const std::string& caller = call.who->user.user_id;
    const SteadyTime now = services.clock.steady();
    auto wait_ms = guards.user_commands.take(caller, now);
    if (!wait_ms) {
        wait_ms = guards.appliance_commands.take(device_id, now);
        if (!wait_ms) return std::nullopt;
        guards.user_commands.give_back(caller);
    }
    net::Response refusal = too_many(*wait_ms, call.correlation_id, "commands");
    tell_rate(services, call, device_id, refusal);
    return refusal;
}

void tell_rate(const Services& services, const Call& call, const std::string& device_id,
               net::Response& response) {
    const Guards& guards = services.guards;
    const SteadyTime now = services.clock.steady();
    response.headers.emplace_back("RateLimit-Policy",
                                  policy_of("user", guards.user_commands) + ", " +
                                      policy_of("appliance", guards.appliance_commands));
    response.headers.emplace_back(
        "RateLimit", standing_of("user", guards.user_commands, call.who->user.user_id, now) + ", " +
                         standing_of("appliance", guards.appliance_commands, device_id, now));
}

}  // namespace vistter::studio
