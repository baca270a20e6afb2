// What every part of the road's bench shares: waiting times as percentiles, and the parts
// themselves.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "net/websocket_client.hpp"
#include "sim/fleet/trust.hpp"

namespace vistter::bench {

struct Waits {
    double p50_ms = 0, p99_ms = 0, per_second = 0;
};

// Times of single rounds in nanoseconds, and how long all of them took together.
inline Waits waits_of(std::vector<std::int64_t> rounds, std::int64_t all_ns) {
    if (rounds.empty() || all_ns <= 0) return {};
    std::sort(rounds.begin(), rounds.end());
    const auto at = [&](double share) {
        const auto index = static_cast<std::size_t>(share * static_cast<double>(rounds.size()));
        return static_cast<double>(rounds[std::min(index, rounds.size() - 1)]) / 1e6;
    };
    return {at(0.5), at(0.99),
            static_cast<double>(rounds.size()) * 1e9 / static_cast<double>(all_ns)};
}

inline std::int64_t now_ns() {
    return machine_clock().steady().ns;
}

struct Crypto {
    double sign_us = 0, verify_us = 0;
};
Crypto measure_crypto(std::size_t payload_bytes);

// Messages of these sizes there and back, no envelope: over `connections` connections to one
// server, `in_flight` rounds at a time.
Waits measure_echo(int connections, int in_flight, int rounds, std::size_t there_bytes,
                   std::size_t back_bytes);

// The echo's two ends, for whoever wants only its connections. On the loops' threads.
std::unique_ptr<net::Server> start_echo(async::Loop& loop, const sim::FleetTrust& trust,
                                        std::size_t back_bytes);
async::Handle dial_echo(async::Loop& loop, const sim::FleetTrust& trust, std::uint16_t port,
                        std::function<void(std::shared_ptr<net::WebSocket>)> opened,
                        std::function<void()> answered);  // shared: net/server.hpp

struct Commands {
    Waits waits;        // from the order at Studio to the ACK that was durable on both ends
    double cpu_us = 0;  // of both ends and their messages, a command
};
// `folder`: where the databases lie; on a disk it has to sync, in memory it does not.
Commands measure_commands(int appliances, int in_flight, int rounds, const std::string& folder);

struct Memory {
    double appliance_kb = 0;  // an idle appliance at Studio
    double echo_kb = 0;       // an idle connection of the same transport without an appliance
};
Memory measure_memory(int connections, const std::string& folder);

struct Sizes {
    std::size_t command_json = 0, command = 0, ack_json = 0, ack = 0;
};
Sizes message_sizes();

}  // namespace vistter::bench
