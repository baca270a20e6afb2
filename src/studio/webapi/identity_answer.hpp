// What an appliance is told about itself and about Studio when it is paired or comes home (contract
// F.2, docs/decisions/0011).
#pragma once

#include <boost/json.hpp>

#include "studio/webapi/services.hpp"

namespace vistter::studio {

boost::json::object identity_json(const Services& services, const Device& device);

}  // namespace vistter::studio
