// Severity and durability of every EVENT type, from the contract's registry (contract B.9): what a
// sender fills in.
#pragma once

#include <optional>
#include <string_view>

namespace vistter::link {

struct EventRule {
    std::string_view type;
    std::string_view severity;
    bool durable;
};

std::optional<EventRule> event_rule(std::string_view type);  // nothing: a type of a later minor

}  // namespace vistter::link
