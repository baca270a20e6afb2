// What an appliance is doing now: its last STATE_REPORT, brought forward by the events that came
// after it.
#pragma once

#include <string>

#include "studio/core/telemetry.hpp"
#include "studio/webapi/json_body.hpp"

namespace vistter::studio {

// {reported_at, reason, config_revision, emergency, timelines[], overlays[], streams[], runs[],
// cameras[]}; before the first report the lists are empty and reported_at is null.
json::object live_state(const Telemetry& telemetry, const std::string& device_id);

}  // namespace vistter::studio
