// Severity and durability of every EVENT type (contract B.9): what a sender fills in. The same rows
// stand in contract/registries/events.json; a test compares them.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace vistter::link {

struct EventRule {
    std::string_view type;
    std::string_view severity;
    bool durable;
};

std::span<const EventRule> event_rules();
std::optional<EventRule> event_rule(std::string_view type);  // nothing: a type of a later minor

}  // namespace vistter::link
