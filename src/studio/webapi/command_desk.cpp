// Judging, journaling and remembering commands.
#include "studio/webapi/command_desk.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <utility>

#include "base/ids.hpp"
#include "contract/json_text.hpp"
#include "contract/secrets.hpp"
#include "contract/validate.hpp"
#include "crypto/digest.hpp"
#include "studio/core/command_policy.hpp"
#include "studio/webapi/audit.hpp"
#include "studio/webapi/command_rate.hpp"
#include "studio/webapi/json_body.hpp"
#include "studio/webapi/ownership.hpp"
#include "studio/webapi/sealing.hpp"

namespace vistter::studio {
namespace {

// A body of this size still fits max_message_bytes after envelope, base64url and signature.
constexpr std::size_t max_body_text = 190'000;

// The message as it would look, with stand-ins for what only a session knows.
contract::Envelope stand_in(const CommandDraft& draft, const User& user, WallTime now) {
    contract::Envelope envelope;
    envelope.message_id = "00000000-0000-7000-8000-000000000000";
    envelope.correlation_id = envelope.message_id;
    envelope.timestamp = now;
    envelope.device_id = draft.device_id;
    envelope.type = draft.type;
    envelope.session_id = "ses_" + std::string(26, '0');
    envelope.seq = 1;
    envelope.nonce = std::string(22, 'A');
    envelope.expires_at = WallTime{now.ms + 60'000};
    envelope.actor = actor_of(user);
    envelope.ocl_version = draft.ocl_version;
    envelope.requires_features = draft.requires_features;
    envelope.body = draft.body;
    return envelope;
}

Result<std::string> read_key(const net::Request& request, bool required) {
    const std::string key = request.header("idempotency-key");
    const bool printable =
        std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7F; });
    if (key.size() > 128 || !printable) {
        return fail(ErrorCode::VAL_SCHEMA,
                    "an Idempotency-Key has 1 to 128 visible ASCII characters");
    }
    if (key.empty() && required) {
        return fail(ErrorCode::API_PRECONDITION,
                    "send an Idempotency-Key header, new for each act, so that a repeated "
                    "request acts once");
    }
    return key;
}

net::Response repeat_answer(const Answer& answer) {
    net::Response response;
    response.status = answer.status;
    response.headers = {{"Content-Type", "application/json"}, {"Idempotent-Replay", "true"}};
    if (!answer.location.empty()) response.headers.emplace_back("Location", answer.location);
    response.body = answer.body;
    return response;
}

std::string location_of(const net::Response& response) {
    for (const auto& [name, value] : response.headers) {
        if (name == "Location") return value;
    }
    return {};
}

}  // namespace

contract::Actor actor_of(const User& user) {
    // Keys have ids of their own kind.
    const bool is_key = user.user_id.starts_with("key_");
    return {is_key ? "api" : "user", user.user_id, user.role};
}

Status check_role(const User& user, contract::MessageType type) {
    if (may_command(user.role, type)) return ok();
    return fail(ErrorCode::API_FORBIDDEN,
                fmt::format("the role {} may not order {}", user.role, to_string(type)));
}

Status check_draft(const CommandDraft& draft, const User& user, WallTime now) {
    if (draft.body.size() > max_body_text) {
        return fail_at(ErrorCode::VAL_TOO_BIG, "/body",
                       fmt::format("the command has {} bytes, {} fit one message",
                                   draft.body.size(), max_body_text));
    }
    auto findings = contract::validate_file(contract::write_envelope(stand_in(draft, user, now)));
    if (findings.empty()) return ok();
    // A secret in the open is the gravest fault: it names the answer (rulings 24).
    std::stable_partition(findings.begin(), findings.end(), [](const contract::Finding& finding) {
        return finding.code == ErrorCode::VAL_INLINE_SECRET;
    });
    Error error{findings.front().code, findings.front().reason, {}};
    for (const contract::Finding& finding : findings) {
        error.details.push_back({.pointer = finding.pointer,
                                 .keyword = finding.keyword,
                                 .expected = {},
                                 .actual = {},
                                 .hint = finding.reason,
                                 .code = finding.code});
    }
    return error;
}

Result<net::Response> submit_command(Services& services, const Call& call, CommandDraft draft) {
    const auto device = owned_device(services, *call.who, draft.device_id);
    if (!device) return fail(ErrorCode::RES_NOT_FOUND, "no appliance has this id");
    if (device->revoked())
        return fail(ErrorCode::SEC_REVOKED,
                    "this appliance's credentials are revoked; pair it again");
    const User& user = call.who->user;
    if (auto allowed = check_role(user, draft.type); !allowed) return allowed.error();
    if (auto refused = take_turn(services, call, draft.device_id)) return std::move(*refused);
    if (auto sealed = seal_draft(*device, services.random, draft); !sealed) return sealed.error();
    if (auto checked = check_draft(draft, user, services.clock.wall()); !checked)
        return checked.error();
    const WallTime now = services.clock.wall();
    const auto timing =
        command_timing(draft.type, draft.camera_action, draft.expires_in_s, draft.not_before, now);
    if (!timing) return timing.error();
    NewCommand command;
    command.device_id = draft.device_id;
    command.type = draft.type;
    command.body = std::move(draft.body);
    command.actor = actor_of(user);
    command.correlation_id = call.correlation_id;
    command.requires_features = std::move(draft.requires_features);
    command.expires_at = timing->expires_at;
    command.not_before = timing->not_before;
    command.ocl_version = draft.ocl_version;
    Result<std::string> message_id = std::string();
    services.work.atomically([&] {
        message_id = services.commands.submit(command);
        if (message_id)
            note(services, author_of(call), fmt::format("command.{}", to_string(draft.type)),
                 *message_id);
    });
    if (!message_id) return message_id.error();
    net::Response response = json_response(202, json::object{{"message_id", *message_id}});
    response.headers.emplace_back("Location", "/v1/commands/" + *message_id);
    tell_rate(services, call, command.device_id, response);
    return response;
}

Result<net::Response> idempotently(Services& services, const Call& call, bool required,
                                   const std::function<Result<net::Response>()>& act) {
    const auto key = read_key(call.request, required);
    if (!key) return key.error();
    if (key->empty()) return act();
    const std::string& user_id = call.who->user.user_id;
    const WallTime now = services.clock.wall();
    // A hash would let whoever has the database guess at a secret: none goes into it.
    const std::string request_hash =
        crypto::sha256_hex(fmt::format("{}\n{}\n{}", call.request.method, call.request.path,
                                       contract::without_secrets(call.request.body)));
    const auto known = services.answers.find(user_id, *key, now);
    switch (judge_repeat(known, request_hash)) {
        case Repeat::same:
            return repeat_answer(*known);
        case Repeat::different:
            return Error{ErrorCode::VAL_SCHEMA,
                         "this Idempotency-Key was used for another request; use a new one",
                         {}};
        case Repeat::first:
            break;
    }
    // The act and the memory of it are one: a crash leaves both or neither, and the request may be
    // repeated.
    std::optional<Result<net::Response>> answer;
    services.work.atomically([&] {
        answer = act();
        if (!*answer || (*answer)->status >= 300) return;
        services.answers.remember(
            user_id, *key,
            {request_hash, (*answer)->status, location_of(**answer), (*answer)->body}, now);
    });
    return std::move(*answer);
}

}  // namespace vistter::studio
