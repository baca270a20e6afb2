// Whose a resource is. What belongs to another organisation does not exist for its caller: the
// answer is the very one for an id that nobody has.
#pragma once

#include <optional>
#include <string>

#include "net/router.hpp"
#include "studio/webapi/services.hpp"

namespace vistter::studio {

// The appliance with this id, if it belongs to the person's organisation.
std::optional<Device> owned_device(const Services& services, const SignIn& who,
                                   const std::string& device_id);
// The command with this id, if its appliance belongs to the person's organisation.
std::optional<CommandRecord> owned_command(const Services& services, const SignIn& who,
                                           const std::string& message_id);

// Asked for every signed-in request before its handler runs: that each {device_id}, {message_id},
// {org_id} and {user_id} of the path is the caller's own. {timeline_id}, {asset_id} and {token_id}
// name something within the caller's organisation only, so that their handlers cannot meet
// another's. Errors: RES_NOT_FOUND.
Status check_ownership(const Services& services, const SignIn& who,
                       const net::PathParams& parameters);

}  // namespace vistter::studio
