// From a request to a command in the ledger: judged by the contract first, so that what is accepted
// is also sendable.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "studio/webapi/route.hpp"

namespace vistter::studio {

struct CommandDraft {
    std::string device_id;
    contract::MessageType type = contract::MessageType::DEVICE_CONFIG;
    std::string body;           // JSON text
    std::string camera_action;  // a CAMERA_ACTION's `action`
    std::optional<std::int64_t> expires_in_s;
    std::optional<WallTime> not_before;
    std::optional<std::string> ocl_version;
    std::vector<std::string> requires_features;
};

contract::Actor actor_of(const User& user);
// Studio's half of "roles at both ends": the appliance judges by the same table. Errors:
// API_FORBIDDEN.
Status check_role(const User& user, contract::MessageType type);

// Every fault of the message this draft would become, by the contract's writer schema and rules.
// The pointers are into
// {"type", "body", ...}. Errors: the first fault's code; VAL_TOO_BIG when the signed message would
// pass the limit.
Status check_draft(const CommandDraft& draft, const User& user, WallTime now);

// Checks, journals and answers 202 with the message_id and its Location; or 429 when commands come
// too fast. The request's correlation id becomes the command's. Errors: as check_draft,
// API_FORBIDDEN (the caller's role may not order this type), RES_NOT_FOUND (device), SEC_REVOKED,
// those of command_timing and of the ledger.
Result<net::Response> submit_command(Services& services, const Call& call, CommandDraft draft);

// Runs `act` once for each Idempotency-Key of a user: the same request again gets the first answer,
// another request under that key 422 (contract F.1). Without a key: API_PRECONDITION if `required`,
// else it simply acts.
Result<net::Response> idempotently(Services& services, const Call& call, bool required,
                                   const std::function<Result<net::Response>()>& act);

}  // namespace vistter::studio
