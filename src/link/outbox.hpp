// What the appliance's outbox keeps and, when it is full, what it lets go first (contract B.5).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "contract/messages.hpp"

namespace vistter::link {

// Higher is dearer. Events by severity, then proof, security and audit, then the answers Studio
// waits for.
namespace keep {
inline constexpr int debug = 0, info = 1, notice = 2, warning = 3, error = 4, critical = 5,
                     evidence = 6, answer = 7;
inline constexpr int classes = 8;
}  // namespace keep

int keep_of_event(std::string_view event_type, std::string_view severity);
std::string_view keep_name(int keep_class);

// Whether a message outlives the connection: ACK, terminal PROGRESS, durable EVENT.
bool is_durable(const contract::Body& body);

struct OutboxFill {
    std::array<std::int64_t, keep::classes> messages{};
    std::int64_t bytes = 0;
    std::int64_t total() const;
};
struct OutboxLimits {
    std::int64_t messages = 100'000;
    std::int64_t bytes = 64LL * 1024 * 1024;
};

// The class whose oldest message goes next, or nothing: within the limits, or only answers are
// left, which stay whatever happens.
std::optional<int> outbox_victim(const OutboxFill& fill, const OutboxLimits& limits);

// How much of the outbox may be on its way without a receipt.
inline constexpr std::size_t outbox_window_messages = 256;
inline constexpr std::int64_t outbox_window_bytes = 1'048'576;

}  // namespace vistter::link
