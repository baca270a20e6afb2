// How the appliance's road to Studio stands, for the local page, METRICS and EVENTs (acceptance
// G1.11).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"

namespace vistter::appliance {

struct LinkStatus {
    std::string state =
        "unpaired";  // unpaired, connecting, connected, degraded, offline, auth_failed, revoked
    WallTime since;
    std::string last_error;  // empty: none
    std::optional<WallTime> next_retry_at;
    std::string session_id;
    std::optional<std::int64_t> rtt_ms;
    std::int64_t outbox = 0, journal = 0, dup_dropped = 0;
    std::string device_id, tenant, studio_url;
    std::optional<WallTime> certificate_expires_at;
};

}  // namespace vistter::appliance
