// Commands: asking an appliance to act, and following what became of it.
#include <fmt/format.h>
#include <utility>

#include "contract/json.hpp"
#include "contract/json_text.hpp"
#include "studio/core/command_policy.hpp"
#include "studio/webapi/audit.hpp"
#include "studio/webapi/command_desk.hpp"
#include "studio/webapi/command_rate.hpp"
#include "studio/webapi/json_body.hpp"
#include "studio/webapi/page_list.hpp"
#include "studio/webapi/sealing.hpp"

namespace vistter::studio {
namespace {

constexpr int most_commands = 1'000;
constexpr std::size_t most_requires = 16;

json::value time_or_null(const std::optional<WallTime>& time) {
    return time ? json::value(format_rfc3339(*time)) : json::value(nullptr);
}

json::object command_json(const CommandRecord& record) {
    json::array progress;
    for (const std::string& body : record.progress) progress.push_back(stored_json(body));
    return {{"message_id", record.message_id},
            {"device_id", record.device_id},
            {"correlation_id", record.correlation_id},
            {"type", record.type},
            {"state", record.state},
            {"terminal", record.terminal},
            {"stalled", record.stalled},
            {"cancelled_by",
             record.cancelled_by.empty() ? json::value(nullptr) : json::value(record.cancelled_by)},
            {"actor",
             {{"kind", record.actor.kind}, {"id", record.actor.id}, {"role", record.actor.role}}},
            {"requires", json::value_from(record.requires_features)},
            {"attempts", record.attempts},
            {"ack", stored_json(record.ack)},
            {"progress", std::move(progress)},
            {"body", stored_json(record.body)},
            {"accepted_at", format_rfc3339(record.accepted_at)},
            {"expires_at", format_rfc3339(record.expires_at)},
            {"not_before", time_or_null(record.not_before)},
            {"finished_at", time_or_null(record.finished_at)}};
}

bool carries_ocl(contract::MessageType type, const json::object& body) {
    if (type == contract::MessageType::OVERLAY_UPDATE) return true;
    return type == contract::MessageType::TIMELINE_LOAD &&
           !contract::json::array_at(body, "overlays").empty();
}

std::vector<std::string> read_requires(Members& members) {
    std::vector<std::string> features;
    const json::array* given = members.array("requires", false);
    if (!given) return features;
    for (const json::value& feature : *given) {
        if (feature.is_string()) features.emplace_back(feature.as_string());
    }
    if (features.size() != given->size() || features.size() > most_requires)
        members.fault("requires", ErrorCode::VAL_SCHEMA, "at most 16 names of features");
    return features;
}

// What every body may hold, given beside it: members to be put in front of the body's own.
std::string read_extras(const Call& call, Members& members, const json::object* body) {
    std::string text;
    for (const std::string_view name : {"dry_run", "preconditions"}) {
        members.ignore(name);
        const auto given = contract::text_at_pointer(call.request.body, fmt::format("/{}", name));
        if (!given) continue;
        if (body && body->contains(name))
            members.fault(name, ErrorCode::VAL_DUPLICATE_ID, "give it here or in the body");
        text += fmt::format("{}\"{}\":{}", text.empty() ? "" : ",", name,
                            contract::canonical_text(*given));
    }
    return text;
}

Result<CommandDraft> read_draft(const Call& call, const std::string& device_id) {
    auto body = read_object(call.request, max_document_body);
    if (!body) return body.error();
    Members members(*body);
    CommandDraft draft;
    draft.device_id = device_id;
    const std::string type_name = members.text("type", 64);
    const auto type = contract::message_type_from(type_name);
    if (!type_name.empty() && (!type || !is_plain_command(*type))) {
        members.fault("type", ErrorCode::VER_UNKNOWN_TYPE,
                      fmt::format("{} is not a command to send from here", type_name));
    }
    const json::object* command_body = members.object("body", true);
    draft.expires_in_s = members.optional_integer("expires_in_s");
    draft.not_before = members.optional_time("not_before");
    draft.ocl_version = members.optional_text("ocl_version", 16);
    draft.requires_features = read_requires(members);
    const std::string extras = read_extras(call, members, command_body);
    if (auto read = members.done(); !read) return read.error();
    draft.type = *type;
    // The body travels as it was written here: its numbers are not read and written again.
    draft.body =
        contract::canonical_text(contract::text_at_pointer(call.request.body, "/body").value());
    if (!extras.empty())
        draft.body = "{" + extras + (draft.body == "{}" ? "}" : "," + draft.body.substr(1));
    draft.camera_action = contract::json::text_at(*command_body, "action");
    if (!draft.ocl_version && carries_ocl(draft.type, *command_body)) draft.ocl_version = "1.0";
    return draft;
}

Result<net::Response> post_command(Services& services, const Call& call) {
    return idempotently(services, call, true, [&]() -> Result<net::Response> {
        auto draft = read_draft(call, call.parameter("device_id"));
        if (!draft) return draft.error();
        return submit_command(services, call, std::move(*draft));
    });
}

Result<net::Response> get_commands(Services& services, const Call& call) {
    const std::string& device_id = call.parameter("device_id");
    const auto page = read_page(call.request);
    if (!page) return page.error();
    return json_response(200, page_of<CommandRecord>(
                                  services.commands.list(device_id, most_commands), *page,
                                  [](const auto& record) { return record.message_id; },
                                  [](const auto& record) { return command_json(record); }));
}

Result<net::Response> get_command(Services& services, const Call& call) {
    const auto record = services.commands.find(call.parameter("message_id"));
    if (!record) return fail(ErrorCode::RES_NOT_FOUND, "no command has this id");
    return json_response(200, command_json(*record));
}

// Judges a command as POST would and sends nothing: 200 whatever the verdict.
Result<net::Response> validate_command(Services& services, const Call& call) {
    constexpr const char* any_device = "dev_00000000000000000000000000";
    auto draft = read_draft(call, any_device);
    Status judged = draft ? seal_for_nobody(services.random, *draft) : draft.error();
    if (judged) judged = check_draft(*draft, call.who->user, services.clock.wall());
    json::array errors;
    if (!judged) {
        for (const ErrorDetail& detail : judged.error().details) {
            errors.push_back(json::object{{"pointer", detail.pointer},
                                          {"code", to_string(detail.code)},
                                          {"detail", detail.hint}});
        }
        if (judged.error().details.empty()) return judged.error();
    }
    return json_response(200, json::object{{"valid", judged.ok()}, {"errors", std::move(errors)}});
}

// The command in the path, if the caller may order its type. Errors: RES_NOT_FOUND, API_FORBIDDEN.
Result<CommandRecord> command_to_touch(Services& services, const Call& call) {
    auto record = services.commands.find(call.parameter("message_id"));
    if (!record) return fail(ErrorCode::RES_NOT_FOUND, "no command has this id");
    const auto type = contract::message_type_from(record->type)
                          .value_or(contract::MessageType::CREDENTIAL_REFRESH);
    if (auto allowed = check_role(call.who->user, type); !allowed) return allowed.error();
    return std::move(*record);
}

Result<net::Response> cancel_command(Services& services, const Call& call) {
    return idempotently(services, call, false, [&]() -> Result<net::Response> {
        auto body = read_object(call.request);
        if (!body) return body.error();
        Members members(*body);
        const std::string reason =
            members.optional_text("reason", 200).value_or("cancelled by an operator");
        if (auto read = members.done(); !read) return read.error();
        const auto record = command_to_touch(services, call);
        if (!record) return record.error();
        if (auto refused = take_turn(services, call, record->device_id)) return std::move(*refused);
        const auto cancelled = services.commands.cancel(call.parameter("message_id"),
                                                        actor_of(call.who->user), reason);
        if (!cancelled) return cancelled.error();
        note(services, author_of(call), "command.cancel", record->message_id);
        const json::value cancel_id =
            cancelled->cancel_id.empty() ? json::value(nullptr) : json::value(cancelled->cancel_id);
        net::Response response = json_response(cancelled->finished ? 200 : 202,
                                               json::object{{"finished", cancelled->finished},
                                                            {"state", cancelled->state},
                                                            {"cancel_id", cancel_id}});
        tell_rate(services, call, record->device_id, response);
        return response;
    });
}

Result<net::Response> resend_command(Services& services, const Call& call) {
    const auto record = command_to_touch(services, call);
    if (!record) return record.error();
    if (auto refused = take_turn(services, call, record->device_id)) return std::move(*refused);
    if (auto sent = services.commands.resend(record->message_id); !sent) return sent.error();
    note(services, author_of(call), "command.resend", record->message_id);
    net::Response response = json_response(202, json::object{{"message_id", record->message_id}});
    tell_rate(services, call, record->device_id, response);
    return response;
}

json::object entry_json(const TraceEntry& entry) {
    const auto text = [](const std::string& value) {
        return value.empty() ? json::value(nullptr) : json::value(value);
    };
    return {{"at", format_rfc3339(entry.at)},
            {"direction", entry.direction},
            {"what", entry.what},
            {"message_id", text(entry.message_id)},
            {"correlation_id", text(entry.correlation_id)},
            {"session_id", text(entry.session_id)},
            {"seq", entry.seq == 0 ? json::value(nullptr) : json::value(entry.seq)},
            {"transport", text(entry.transport)},
            {"state", text(entry.state)},
            {"body", stored_json(entry.body)}};
}

// G2.3: one operator's click, followed through all its messages by one id.
Result<net::Response> get_trace(Services& services, const Call& call) {
    const auto record = services.commands.find(call.parameter("message_id"));
    if (!record) return fail(ErrorCode::RES_NOT_FOUND, "no command has this id");
    json::array entries;
    for (const TraceEntry& entry : services.commands.trace(record->message_id))
        entries.push_back(entry_json(entry));
    return json_response(
        200, json::object{{"command", command_json(*record)}, {"entries", std::move(entries)}});
}

json::value orphan_json(const Orphan& orphan) {
    return json::object{{"received_at", format_rfc3339(orphan.received_at)},
                        {"message_id", orphan.message_id},
                        {"type", orphan.type},
                        {"correlation_id", orphan.correlation_id},
                        {"command_id", orphan.command_id},
                        {"reason", orphan.reason},
                        {"body", stored_json(orphan.body)}};
}

Result<net::Response> get_orphans(Services& services, const Call& call) {
    const auto page = read_page(call.request);
    if (!page) return page.error();
    return json_response(
        200, page_of<Orphan>(
                 services.commands.orphans(call.parameter("device_id"), most_commands), *page,
                 [](const auto& orphan) { return orphan.message_id; }, orphan_json));
}

}  // namespace

std::vector<Route> command_routes() {
    return {{.method = "POST",
             .pattern = "/v1/appliances/{device_id}/commands",
             .access = Access::commander,
             .act = "command.send",
             .now = post_command},
            {.method = "GET",
             .pattern = "/v1/appliances/{device_id}/commands",
             .access = Access::signed_in,
             .now = get_commands},
            {.method = "GET",
             .pattern = "/v1/commands/{message_id}",
             .access = Access::signed_in,
             .now = get_command},
            {.method = "POST",
             .pattern = "/v1/commands:validate",
             .access = Access::signed_in,
             .act = no_act,
             .now = validate_command},
            {.method = "POST",
             .pattern = "/v1/commands/{message_id}:cancel",
             .access = Access::commander,
             .act = "command.cancel",
             .now = cancel_command},
            {.method = "POST",
             .pattern = "/v1/commands/{message_id}:resend",
             .access = Access::commander,
             .act = "command.resend",
             .now = resend_command},
            {.method = "GET",
             .pattern = "/v1/commands/{message_id}/trace",
             .access = Access::signed_in,
             .now = get_trace},
            {.method = "GET",
             .pattern = "/v1/appliances/{device_id}/orphans",
             .access = Access::signed_in,
             .now = get_orphans}};
}

}  // namespace vistter::studio
