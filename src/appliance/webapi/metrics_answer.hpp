// GET /local/v1/metrics/history: the last day of METRICS.
#pragma once

#include "appliance/webapi/call.hpp"
#include "appliance/webapi/local_services.hpp"

namespace vistter::appliance {

// Query: from, to (RFC 3339; by default the last hour), limit (1 to 2000, by default 400); oldest
// first. VAL_RANGE for anything else.
net::Response metrics_answer(LocalServices& services, const Call& call);

}  // namespace vistter::appliance
