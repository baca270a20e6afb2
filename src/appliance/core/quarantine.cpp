// The short list.
#include "appliance/core/quarantine.hpp"

#include <algorithm>

namespace vistter::appliance {
namespace {

bool is_of_firmware(const std::string& pointer) {
    return pointer.starts_with("/firmware/");
}

bool is_firmware_only(const contract::ConfigPatch& patch) {
    return !patch.device_name && patch.destinations.empty() && patch.encoding_profiles.empty() &&
           !patch.unsupported.empty() &&
           std::all_of(patch.unsupported.begin(), patch.unsupported.end(), is_of_firmware);
}

}  // namespace

Status permitted_in_quarantine(const contract::Body& command) {
    if (std::holds_alternative<contract::CredentialRefresh>(command)) return ok();
    const auto* config = std::get_if<contract::DeviceConfig>(&command);
    if (config != nullptr && is_firmware_only(config->config_patch)) return ok();
    return fail(ErrorCode::VER_QUARANTINED,
                "Studio holds this appliance in quarantine: it takes a firmware target and new "
                "credentials only.");
}

}  // namespace vistter::appliance
