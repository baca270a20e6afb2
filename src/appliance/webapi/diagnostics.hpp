// POST /local/v1/diagnostics: everything somebody who helps would ask for, in one JSON file. It is
// the only way operational logs leave the appliance (G5.8): an admin's own act, bounded, without
// secrets, and told by an audit EVENT.
#pragma once

#include "appliance/webapi/call.hpp"
#include "appliance/webapi/local_services.hpp"

namespace vistter::appliance {

// At most about 8 MiB: the state, the newest 200 events, an hour of METRICS, the end of each log.
net::Response diagnostics_answer(LocalServices& services, const Call& call);

}  // namespace vistter::appliance
