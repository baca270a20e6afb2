// Inside road: the two carriers open_carrier() chooses from; parameters as there.
#pragma once

#include "appliance/adapters/road/carrier.hpp"

namespace vistter::appliance {

async::Handle open_wss(async::Loop& loop, CarrierOptions options, CarrierEvents events);
async::Handle open_mqtt(async::Loop& loop, Random& random, CarrierOptions options,
                        CarrierEvents events);

}  // namespace vistter::appliance
