// What an appliance that Studio holds in quarantine still takes (contract B.7): what makes it well
// again, and nothing else. What plays goes on. Pure.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "contract/messages.hpp"

namespace vistter::appliance {

inline constexpr std::string_view quarantine_verdict = "quarantine";  // of WELCOME

// VER_QUARANTINED for a command that has to wait until the quarantine is over. A DEVICE_CONFIG may
// change the firmware's part and no other.
Status permitted_in_quarantine(const contract::Body& command);

}  // namespace vistter::appliance
