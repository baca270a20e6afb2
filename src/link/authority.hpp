// Who may order what, as the appliance checks it again for itself (contract B.4 "actor
// authorised").
#pragma once

#include <optional>
#include <string_view>

#include "contract/envelope.hpp"

namespace vistter::link {

// viewer: nothing; operator and emergency: what happens on air; producer: also loads timelines;
// admin and system: all.
bool may_order(std::string_view role, contract::MessageType command);

// Whether a refusal speaks of this one copy of a command (its session, clock, address, or a journal
// that could not be written) and not of the command: the sender keeps the command and sends it
// again. See docs/decisions/0001.
bool is_about_the_copy(ErrorCode code);

}  // namespace vistter::link
