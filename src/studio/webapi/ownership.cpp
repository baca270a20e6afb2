// One look-up a kind of id.
#include "studio/webapi/ownership.hpp"

namespace vistter::studio {

std::optional<Device> owned_device(const Services& services, const SignIn& who,
                                   const std::string& device_id) {
    auto device = services.registry.find_device(device_id);
    if (device && device->tenant != who.user.tenant) device.reset();
    return device;
}

std::optional<CommandRecord> owned_command(const Services& services, const SignIn& who,
                                           const std::string& message_id) {
    auto command = services.commands.find(message_id);
    if (command && !owned_device(services, who, command->device_id)) command.reset();
    return command;
}

Status check_ownership(const Services& services, const SignIn& who,
                       const net::PathParams& parameters) {
    for (const auto& [name, value] : parameters) {
        if (name == "device_id" && !owned_device(services, who, value))
            return fail(ErrorCode::RES_NOT_FOUND, "no appliance has this id");
        if (name == "message_id" && !owned_command(services, who, value))
            return fail(ErrorCode::RES_NOT_FOUND, "no command has this id");
        if (name == "org_id" && value != who.user.tenant)
            return fail(ErrorCode::RES_NOT_FOUND, "no organisation has this id");
        if (name == "user_id" && !services.accounts.member(who.user.tenant, value))
            return fail(ErrorCode::RES_NOT_FOUND, "no member has this id");
    }
    return ok();
}

}  // namespace vistter::studio
