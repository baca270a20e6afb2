#include "link/outbox.hpp"

#include <numeric>

namespace vistter::link {
namespace {

constexpr std::array<std::string_view, keep::classes> names = {
    "debug", "info", "notice", "warning", "error", "critical", "evidence", "answer"};

}  // namespace

int keep_of_event(std::string_view event_type, std::string_view severity) {
    for (const std::string_view family : {"proof.", "security.", "audit."}) {
        if (event_type.starts_with(family)) return keep::evidence;
    }
    for (int i = keep::debug; i <= keep::critical; ++i) {
        if (names[static_cast<std::size_t>(i)] == severity) return i;
    }
    return keep::info;
}

std::string_view keep_name(int keep_class) {
    return names[static_cast<std::size_t>(keep_class)];
}

bool is_durable(const contract::Body& body) {
    if (std::holds_alternative<contract::Ack>(body)) return true;
    if (const auto* progress = std::get_if<contract::Progress>(&body)) {
        return contract::is_terminal_progress(progress->state);
    }
    if (const auto* event = std::get_if<contract::Event>(&body)) return event->durable;
    return false;
}

std::int64_t OutboxFill::total() const {
    return std::accumulate(messages.begin(), messages.end(), std::int64_t{0});
}

std::optional<int> outbox_victim(const OutboxFill& fill, const OutboxLimits& limits) {
    if (fill.total() <= limits.messages && fill.bytes <= limits.bytes) return std::nullopt;
    for (int i = keep::debug; i < keep::answer; ++i) {
        if (fill.messages[static_cast<std::size_t>(i)] > 0) return i;
    }
    return std::nullopt;
}

}  // namespace vistter::link
