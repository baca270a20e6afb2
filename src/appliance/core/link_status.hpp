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
    std::string last_error;              // empty: none
    std::string transport, channel_url;  // of the carrier in use or tried last: "wss", "mqtts"
    // While on a fallback: which port the preferred channel could not be reached at, and why.
    std::string blocked;
    std::int64_t reconnects = 0;  // sessions after the first since the process started
    // The last time without a session: its ends and what ended the one before. `gap_end` is absent
    // while it lasts.
    std::optional<WallTime> gap_start, gap_end;
    std::string gap_cause;
    std::string verdict;  // of WELCOME: ok, degraded, quarantine
    std::optional<WallTime> next_retry_at;
    std::string session_id;
    std::optional<std::int64_t> rtt_ms;
    std::optional<WallTime> heard_at;  // the last HEARTBEAT of Studio
    std::optional<WallTime> token_expires_at;
    double ack_ms_p95 = 0;                           // from a command's arrival to its durable ACK
    std::optional<std::int64_t> metrics_interval_s;  // as WELCOME asked for
    std::int64_t outbox = 0, journal = 0, dup_dropped = 0;
    std::string device_id, tenant, studio_url;
    std::optional<WallTime> certificate_expires_at;
};

}  // namespace vistter::appliance
