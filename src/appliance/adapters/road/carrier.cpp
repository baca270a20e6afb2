// Chooses the carrier an address names.
#include "appliance/adapters/road/carrier_kinds.hpp"

namespace vistter::appliance {

async::Handle open_carrier(async::Loop& loop, Random& random, CarrierOptions options,
                           CarrierEvents events) {
    const ChannelAddress& address = options.address;
    const bool secure = address.url.starts_with(address.transport + "://");
    if (secure && address.transport == "wss")
        return open_wss(loop, std::move(options), std::move(events));
    if (secure && address.transport == "mqtts")
        return open_mqtt(loop, random, std::move(options), std::move(events));
    // Said from the loop, like every other end of a dial.
    return loop.after(0, [failed = std::move(events.failed)] {
        failed(fail(ErrorCode::CFG_INVALID,
                    "insecure endpoint: a channel's address must begin with wss:// or mqtts://"));
    });
}

}  // namespace vistter::appliance
