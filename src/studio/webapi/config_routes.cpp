// An appliance's configuration: what it should be against what it is known to be, and the merge
// patch that becomes a DEVICE_CONFIG (contract F.2, B.8.1).
#include <fmt/format.h>
#include <utility>

#include "contract/json_text.hpp"
#include "crypto/digest.hpp"
#include "studio/webapi/command_desk.hpp"
#include "studio/webapi/config_view.hpp"
#include "studio/webapi/json_body.hpp"
#include "studio/webapi/live_state.hpp"
#include "studio/webapi/page_list.hpp"

namespace vistter::studio {
namespace {

// Of what the appliance should be: a report that catches up with it is nobody's lost change.
std::string etag_of(const ConfigView& view) {
    return fmt::format("\"{}\"", crypto::sha256_hex(json::serialize(view.desired)).substr(0, 32));
}

ConfigView view_of(const Services& services, const Call& call) {
    return view_config(services.telemetry.config_orders(call.parameter("device_id")));
}

Result<net::Response> get_config(Services& services, const Call& call) {
    ConfigView view = view_of(services, call);
    const std::string etag = etag_of(view);
    const json::object state = live_state(services.telemetry, call.parameter("device_id"));
    const json::value* revision = state.if_contains("config_revision");
    net::Response response =
        json_response(200, json::object{{"revision", revision ? *revision : json::value(nullptr)},
                                        {"desired", std::move(view.desired)},
                                        {"reported", std::move(view.reported)},
                                        {"in_sync", view.diff.empty()},
                                        {"diff", std::move(view.diff)}});
    response.headers.emplace_back("ETag", etag);
    return response;
}

// The contract's pointers are into the message; the caller wants them into the patch.
Error in_patch(Error error) {
    constexpr std::string_view before = "/body/config_patch";
    for (ErrorDetail& detail : error.details) {
        if (detail.pointer.starts_with(before)) detail.pointer.erase(0, before.size());
    }
    return error;
}

Result<net::Response> patch_config(Services& services, const Call& call) {
    return idempotently(services, call, false, [&]() -> Result<net::Response> {
        if (auto same = check_if_match(call.request, etag_of(view_of(services, call))); !same)
            return same.error();
        if (auto body = read_object(call.request); !body) return body.error();
        CommandDraft draft;
        draft.device_id = call.parameter("device_id");
        draft.type = contract::MessageType::DEVICE_CONFIG;
        // As it was written: its numbers are not read and written again.
        draft.body = "{\"config_patch\":" + contract::canonical_text(call.request.body) + "}";
        auto sent = submit_command(services, call, std::move(draft));
        if (!sent) return in_patch(sent.error());
        if (sent->status < 300)
            sent->headers.emplace_back("ETag", etag_of(view_of(services, call)));
        return sent;
    });
}

}  // namespace

std::vector<Route> config_routes() {
    return {{.method = "GET",
             .pattern = "/v1/appliances/{device_id}/config",
             .access = Access::signed_in,
             .now = get_config},
            {.method = "PATCH",
             .pattern = "/v1/appliances/{device_id}/config",
             .access = Access::commander,
             .act = "config.change",
             .now = patch_config}};
}

}  // namespace vistter::studio
