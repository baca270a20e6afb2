// Commands: asking an appliance to act, and following what became of it.
#include <fmt/format.h>
#include <utility>

#include "contract/json.hpp"
#include "contract/json_text.hpp"
#include "studio/webapi/command_desk.hpp"
#include "studio/webapi/json_body.hpp"
#include "studio/webapi/page_list.hpp"

namespace vistter::studio {
namespace {

constexpr int most_commands = 1'000;

json::object command_json(const CommandRecord& record) {
    json::array progress;
    for (const std::string& body : record.progress) progress.push_back(stored_json(body));
    return {{"message_id", record.message_id},
            {"device_id", record.device_id},
            {"correlation_id", record.correlation_id},
            {"type", record.type},
            {"state", record.state},
            {"terminal", record.terminal},
            {"attempts", record.attempts},
            {"ack", stored_json(record.ack)},
            {"progress", std::move(progress)},
            {"body", stored_json(record.body)},
            {"accepted_at", format_rfc3339(record.accepted_at)},
            {"expires_at", format_rfc3339(record.expires_at)}};
}

bool carries_ocl(contract::MessageType type, const json::object& body) {
    if (type == contract::MessageType::OVERLAY_UPDATE) return true;
    return type == contract::MessageType::TIMELINE_LOAD &&
           !contract::json::array_at(body, "overlays").empty();
}

Result<CommandDraft> read_draft(const Call& call) {
    auto body = read_object(call.request, max_document_body);
    if (!body) return body.error();
    Members members(*body);
    CommandDraft draft;
    draft.device_id = call.parameter("device_id");
    const std::string type_name = members.text("type", 64);
    const auto type = contract::message_type_from(type_name);
    if (!type_name.empty() && (!type || !contract::is_command(*type))) {
        members.fault("type", ErrorCode::VER_UNKNOWN_TYPE,
                      fmt::format("{} is not a command", type_name));
    }
    const json::object* command_body = members.object("body", true);
    draft.expires_in_s = members.optional_integer("expires_in_s");
    draft.not_before = members.optional_time("not_before");
    draft.ocl_version = members.optional_text("ocl_version", 16);
    if (auto read = members.done(); !read) return read.error();
    draft.type = *type;
    // The body travels as it was written here: its numbers are not read and written again.
    draft.body =
        contract::canonical_text(contract::text_at_pointer(call.request.body, "/body").value());
    draft.camera_action = contract::json::text_at(*command_body, "action");
    if (!draft.ocl_version && carries_ocl(draft.type, *command_body)) draft.ocl_version = "1.0";
    return draft;
}

Result<net::Response> post_command(Services& services, const Call& call) {
    return idempotently(services, call, true, [&]() -> Result<net::Response> {
        auto draft = read_draft(call);
        if (!draft) return draft.error();
        return submit_command(services, call, std::move(*draft));
    });
}

Result<net::Response> get_commands(Services& services, const Call& call) {
    const std::string& device_id = call.parameter("device_id");
    if (!services.registry.find_device(device_id))
        return fail(ErrorCode::RES_NOT_FOUND, "no appliance has this id");
    const auto page = read_page(call.request);
    if (!page) return page.error();
    return json_response(200, page_of<CommandRecord>(
                                  services.commands.list(device_id, most_commands), *page,
                                  [](const auto& record) { return record.message_id; },
                                  [](const auto& record) { return command_json(record); }));
}

Result<net::Response> get_command(Services& services, const Call& call) {
    const auto record = services.commands.find(call.parameter("message_id"));
    if (!record) return fail(ErrorCode::RES_NOT_FOUND, "no command has this message_id");
    return json_response(200, command_json(*record));
}

}  // namespace

std::vector<Route> command_routes() {
    return {{.method = "POST",
             .pattern = "/v1/appliances/{device_id}/commands",
             .access = Access::producer,
             .now = post_command},
            {.method = "GET",
             .pattern = "/v1/appliances/{device_id}/commands",
             .access = Access::signed_in,
             .now = get_commands},
            {.method = "GET",
             .pattern = "/v1/commands/{message_id}",
             .access = Access::signed_in,
             .now = get_command}};
}

}  // namespace vistter::studio
