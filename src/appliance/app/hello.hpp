// What the appliance tells Studio about itself when a session opens (contract B.7).
#pragma once

#include "appliance/core/appliance.hpp"

namespace vistter::appliance {

inline constexpr const char* firmware_version = "0.1.0";

contract::Hello make_hello(Appliance& appliance, SystemProbe& probe, const Clock& clock);

}  // namespace vistter::appliance
