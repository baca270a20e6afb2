// Timelines: stored, published to an appliance, executed there.
#include <fmt/format.h>
#include <utility>

#include "base/ids.hpp"
#include "contract/json.hpp"
#include "contract/json_text.hpp"
#include "contract/object_writer.hpp"
#include "studio/webapi/audit.hpp"
#include "studio/webapi/command_desk.hpp"
#include "studio/webapi/json_body.hpp"
#include "studio/webapi/ownership.hpp"
#include "studio/webapi/page_list.hpp"
#include "studio/webapi/timeline_load.hpp"

namespace vistter::studio {
namespace {

constexpr const char* any_device = "dev_00000000000000000000000000";

Result<Timeline> timeline_of(const Services& services, const Call& call) {
    auto timeline =
        services.library.find_timeline(call.who->user.tenant, call.parameter("timeline_id"));
    if (!timeline) return fail(ErrorCode::RES_NOT_FOUND, "no timeline has this id");
    return std::move(*timeline);
}

std::string etag_of(const Timeline& timeline) {
    return fmt::format("\"{}\"", timeline.revision);
}

// The stored members plus the timeline's own: the text of the document is not read and written
// again.
net::Response timeline_response(int status, const Timeline& timeline) {
    std::string text = contract::ObjectWriter()
                           .text("timeline_id", timeline.timeline_id)
                           .integer("revision", timeline.revision)
                           .text("updated_at", format_rfc3339(timeline.updated_at))
                           .str();
    text.back() = ',';
    text += std::string_view(timeline.document).substr(1);
    net::Response response;
    response.status = status;
    response.headers = {{"Content-Type", "application/json"}, {"ETag", etag_of(timeline)}};
    response.body = std::move(text);
    return response;
}

// The contract's pointers are into the message; the caller wants them into what it sent.
std::string document_pointer(std::string pointer) {
    constexpr std::string_view body = "/body";
    constexpr std::string_view manifest = "/assets_manifest";
    if (pointer.starts_with(body)) pointer.erase(0, body.size());
    if (pointer.starts_with(manifest)) pointer.replace(0, manifest.size(), "/assets");
    return pointer;
}

Status check_document(const Services& services, const Timeline& timeline, const User& user) {
    const auto draft = timeline_load(services, user.tenant, timeline, any_device);
    if (!draft) return draft.error();
    auto checked = check_draft(*draft, user, services.clock.wall());
    if (checked) return ok();
    Error error = checked.error();
    for (ErrorDetail& detail : error.details)
        detail.pointer = document_pointer(std::move(detail.pointer));
    return error;
}

Result<Timeline> read_timeline(const Call& call) {
    auto body = read_object(call.request, max_document_body);
    if (!body) return body.error();
    Members members(*body);
    Timeline timeline;
    timeline.timeline_id = call.parameter("timeline_id");
    timeline.revision = 1;
    timeline.name = members.text("name", 200);
    members.text("segment_version", 16);
    members.array("segments", true);
    members.array("sequence", false);
    members.array("overlays", false);
    members.array("assets", false);
    // What GET answers may be sent back as it is.
    for (const std::string_view own : {"timeline_id", "revision", "updated_at"})
        members.ignore(own);
    if (!is_id("tml_", timeline.timeline_id)) {
        return fail_at(ErrorCode::VAL_SCHEMA, "",
                       "a timeline's id begins with tml_ and has at most 60 more characters");
    }
    if (auto read = members.done(); !read) return read.error();
    contract::ObjectWriter document;
    for (const std::string_view member :
         {"name", "segment_version", "segments", "sequence", "overlays", "assets"}) {
        const auto text = contract::text_at_pointer(call.request.body, fmt::format("/{}", member));
        if (text) document.raw(member, contract::canonical_text(*text));
    }
    timeline.document = document.str();
    return timeline;
}

Result<net::Response> put_timeline(Services& services, const Call& call) {
    const auto timeline = read_timeline(call);
    if (!timeline) return timeline.error();
    const std::string& tenant = call.who->user.tenant;
    const auto known = services.library.find_timeline(tenant, timeline->timeline_id);
    if (known) {
        if (auto same = check_if_match(call.request, etag_of(*known)); !same) return same.error();
    } else if (!call.request.header("if-match").empty() && call.request.header("if-match") != "*") {
        return fail(ErrorCode::STA_PRECONDITION, "there is no such timeline yet");
    }
    if (auto checked = check_document(services, *timeline, call.who->user); !checked)
        return checked.error();
    Timeline stored;
    services.work.atomically([&] {
        stored = services.library.put_timeline(tenant, timeline->timeline_id, timeline->name,
                                               timeline->document, services.clock.wall());
        note(services, author_of(call), "timeline.put", stored.timeline_id);
    });
    return timeline_response(known ? 200 : 201, stored);
}

Result<net::Response> get_timelines(Services& services, const Call& call) {
    const auto page = read_page(call.request);
    if (!page) return page.error();
    const auto write = [](const Timeline& timeline) -> json::value {
        return json::object{{"timeline_id", timeline.timeline_id},
                            {"revision", timeline.revision},
                            {"name", timeline.name},
                            {"updated_at", format_rfc3339(timeline.updated_at)}};
    };
    return json_response(200,
                         page_of<Timeline>(
                             services.library.timelines(call.who->user.tenant), *page,
                             [](const auto& timeline) { return timeline.timeline_id; }, write));
}

Result<net::Response> get_timeline(Services& services, const Call& call) {
    const auto timeline = timeline_of(services, call);
    if (!timeline) return timeline.error();
    return timeline_response(200, *timeline);
}

Result<net::Response> publish_timeline(Services& services, const Call& call) {
    return idempotently(services, call, false, [&]() -> Result<net::Response> {
        auto body = read_object(call.request);
        if (!body) return body.error();
        Members members(*body);
        const std::string device_id = members.text("device_id", 64);
        if (auto read = members.done(); !read) return read.error();
        const auto timeline = timeline_of(services, call);
        if (!timeline) return timeline.error();
        if (!owned_device(services, *call.who, device_id)) {
            return fail_at(ErrorCode::RES_NOT_FOUND, "/device_id", "no appliance has this id");
        }
        auto draft = timeline_load(services, call.who->user.tenant, *timeline, device_id);
        if (!draft) return draft.error();
        return submit_command(services, call, std::move(*draft));
    });
}

Result<net::Response> execute_timeline(Services& services, const Call& call) {
    return idempotently(services, call, false, [&]() -> Result<net::Response> {
        auto body = read_object(call.request);
        if (!body) return body.error();
        const std::string device_id = contract::json::text_at(*body, "device_id");
        const auto timeline = timeline_of(services, call);
        if (!timeline) return timeline.error();
        if (!owned_device(services, *call.who, device_id)) {
            return fail_at(ErrorCode::RES_NOT_FOUND, "/device_id", "no appliance has this id");
        }
        // Every other member is TIMELINE_EXECUTE's own and judged by the contract.
        body->erase("device_id");
        (*body)["timeline_id"] = timeline->timeline_id;
        CommandDraft draft;
        draft.device_id = device_id;
        draft.type = contract::MessageType::TIMELINE_EXECUTE;
        draft.body = json::serialize(*body);
        return submit_command(services, call, std::move(draft));
    });
}

}  // namespace

std::vector<Route> timeline_routes() {
    constexpr Access who = Access::producer;
    return {{.method = "GET",
             .pattern = "/v1/timelines",
             .access = Access::signed_in,
             .now = get_timelines},
            {.method = "GET",
             .pattern = "/v1/timelines/{timeline_id}",
             .access = Access::signed_in,
             .now = get_timeline},
            {.method = "PUT",
             .pattern = "/v1/timelines/{timeline_id}",
             .access = who,
             .act = "timeline.put",
             .now = put_timeline},
            {.method = "POST",
             .pattern = "/v1/timelines/{timeline_id}:publish",
             .access = who,
             .act = "timeline.publish",
             .now = publish_timeline},
            {.method = "POST",
             .pattern = "/v1/timelines/{timeline_id}:execute",
             .access = Access::commander,
             .act = "timeline.execute",
             .now = execute_timeline}};
}

}  // namespace vistter::studio
