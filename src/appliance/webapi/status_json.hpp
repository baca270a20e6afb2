// The appliance's state as the local API tells it.
#pragma once

#include <boost/json.hpp>

#include "appliance/core/appliance.hpp"

namespace vistter::appliance {

boost::json::object link_json(const LinkStatus& link);
boost::json::array cameras_json(Appliance& appliance);
boost::json::array streams_json(Appliance& appliance);
boost::json::array timelines_json(Appliance& appliance);
boost::json::array runs_json(Appliance& appliance);
boost::json::array overlays_json(Appliance& appliance);
boost::json::array events_json(const Reports& reports, std::size_t limit);
// One object with all of it: link, program, cameras, streams, timelines, overlays.
boost::json::object status_json(Appliance& appliance, const LinkStatus& link);

}  // namespace vistter::appliance
