// What an appliance's configuration should be and what it is known to be, told from the
// DEVICE_CONFIG commands it was sent (contract F.2).
#pragma once

#include <string>
#include <vector>

#include "studio/core/telemetry.hpp"
#include "studio/webapi/json_body.hpp"

namespace vistter::studio {

// RFC 7396.
void apply_merge_patch(json::value& target, const json::value& patch);

struct ConfigView {
    json::object desired;   // every patch that is in effect or still under way
    json::object reported;  // every patch the appliance said is in effect
    // {pointer, desired, reported} of each member that differs, absent ones as null.
    json::array diff;
};

// `orders`: oldest first. Dry runs change nothing.
ConfigView view_config(const std::vector<ConfigOrder>& orders);

}  // namespace vistter::studio
