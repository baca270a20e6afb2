// One attempt to reach Studio as a person reads it: seven steps, which one failed, why, and what to
// do next (acceptance G1.5). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace vistter::appliance {

inline constexpr std::int64_t tolerated_skew_ms = 120'000;  // rulings 6

struct PairingStep {
    std::string name;   // dns, proxy, tcp, tls, pin, clock, token
    std::string state;  // ok, failed; skipped: not needed; unreached: an earlier step failed
    std::int64_t ms = 0;
    std::string cause, next;  // of a failed step
};

struct PairingReport {
    WallTime at;
    std::string studio_url;
    std::string form;  // token, code; identity: what an appliance that is paired shows
    std::vector<PairingStep> steps;
    bool good() const;
};

// What was seen on the way. Microseconds since the start, 0: not reached (net::Trace).
struct Trip {
    std::string form = "token";
    bool proxy = false;  // one is in use
    bool pinned = true;  // a pin was known beforehand
    std::int64_t resolved_us = 0, connected_us = 0, secured_us = 0, answered_us = 0;
    std::optional<std::int64_t> skew_ms;  // our clock minus Studio's
    std::optional<Error> failure;
};

// The step an error belongs to.
std::string_view failed_step(const Trip& trip);
std::vector<PairingStep> steps_of(const Trip& trip);

}  // namespace vistter::appliance
