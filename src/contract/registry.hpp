// The registries of contract/registries as look-ups: what an event type's severity and durability
// are, which OCL features exist and which of them this source tree draws.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vistter::contract {

struct EventType {
    std::string type;                  // "camera.offline"
    std::string severity;              // debug, info, notice, warning, error, critical
    std::vector<std::string> also;     // further severities a sender may use (rare)
    bool durable = false;              // kept in the outbox until Studio's RECEIPT
    bool high_volume = false;          // sent only when subscribed
    std::vector<std::string> context;  // the keys its context may hold
};

struct Feature {
    std::string id;      // "layer.svg"
    std::string family;  // ocl, segment
    bool implemented = false;
};

// The row of that type, valid for ever; nullptr when the registry has none. Thread-safe.
const EventType* find_event_type(std::string_view type);
const std::vector<EventType>& all_event_types();

const Feature* find_feature(std::string_view id);
// What an appliance of this source tree advertises in HELLO `ocl.features`.
const std::vector<std::string>& supported_ocl_features();

}  // namespace vistter::contract
