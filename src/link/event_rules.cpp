#include "link/event_rules.hpp"

#include "contract/registry.hpp"

namespace vistter::link {

std::optional<EventRule> event_rule(std::string_view type) {
    const contract::EventType* row = contract::find_event_type(type);
    if (row == nullptr) return std::nullopt;
    return EventRule{row->type, row->severity, row->durable};
}

}  // namespace vistter::link
