// How a device signs its messages by name.
#include "studio/core/registry.hpp"

namespace vistter::studio {

std::string signing_kid(const Device& device) {
    return device.device_id + "#" + std::to_string(device.key_number);
}

}  // namespace vistter::studio
