// The fleet as Studio knows it: appliances, their state, events and measurements.
#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "contract/json.hpp"
#include "link/ledger_line.hpp"
#include "studio/webapi/gate.hpp"
#include "studio/webapi/json_body.hpp"
#include "studio/webapi/live_state.hpp"
#include "studio/webapi/live_streams.hpp"
#include "studio/webapi/ownership.hpp"
#include "studio/webapi/page_list.hpp"
#include "studio/webapi/problem.hpp"
#include "studio/webapi/route.hpp"

namespace vistter::studio {
namespace {

constexpr int most_sessions = 1'000;
constexpr int most_ledger_rows = 10'000;
constexpr int default_measurements = 60, most_measurements = 2'000;

Result<Device> device_of(const Services& services, const Call& call) {
    auto device = owned_device(services, *call.who, call.parameter("device_id"));
    if (!device) return fail(ErrorCode::RES_NOT_FOUND, "no appliance has this id");
    return std::move(*device);
}

json::object device_json(const Services& services, const Device& device) {
    const SessionInfo session = services.sessions.session(device.device_id);
    const auto time = [](WallTime at) {
        return at.ms == 0 ? json::value(nullptr) : json::value(format_rfc3339(at));
    };
    return {
        {"device_id", device.device_id},
        {"tenant", device.tenant},
        {"name", device.name},
        {"serial", device.serial},
        {"connected", session.connected},
        {"since", time(session.since)},
        {"last_seen", time(session.last_seen)},
        {"session_id", session.connected ? json::value(session.session_id) : json::value(nullptr)},
        {"firmware_version", session.connected && !session.firmware_version.empty()
                                 ? session.firmware_version
                                 : device.firmware_version},
        {"hardware", {{"model", device.model}, {"arch", device.arch}}},
        {"paired_at", format_rfc3339(device.paired_at)},
        {"signing_kid", signing_kid(device)},
        {"verdict", device.verdict},
        {"revoked", device.revoked()}};
}

Result<net::Response> get_appliances(Services& services, const Call& call) {
    const auto page = read_page(call.request);
    if (!page) return page.error();
    return json_response(200,
                         page_of<Device>(
                             services.registry.devices(call.who->user.tenant), *page,
                             [](const auto& device) { return device.device_id; },
                             [&](const auto& device) { return device_json(services, device); }));
}

Result<net::Response> get_appliance(Services& services, const Call& call) {
    const auto device = device_of(services, call);
    if (!device) return device.error();
    json::object shown = device_json(services, *device);
    shown["last_hello"] = stored_json(services.telemetry.last_hello(device->device_id));
    return json_response(200, shown);
}

Result<net::Response> get_state(Services& services, const Call& call) {
    const auto device = device_of(services, call);
    if (!device) return device.error();
    json::object state = live_state(services.telemetry, device->device_id);
    const json::object shown = device_json(services, *device);
    state["device_id"] = device->device_id;
    state["link"] = json::object{{"connected", shown.at("connected")},
                                 {"since", shown.at("since")},
                                 {"last_seen", shown.at("last_seen")},
                                 {"session_id", shown.at("session_id")}};
    return json_response(200, state);
}

std::int64_t number_of(const std::string& text, std::int64_t fallback) {
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && stop == text.data() + text.size() && number >= 0 ? number
                                                                                    : fallback;
}

Result<net::Response> get_events(Services& services, const Call& call) {
    const auto device = device_of(services, call);
    if (!device) return device.error();
    const auto page = read_page(call.request);
    if (!page) return page.error();
    const std::int64_t before =
        page->after.empty() ? std::numeric_limits<std::int64_t>::max() : number_of(page->after, 0);
    const auto events =
        services.telemetry.events_before(device->device_id, before, page->limit + 1);
    json::array items;
    for (const EventRecord& event : events) {
        if (items.size() == static_cast<std::size_t>(page->limit)) break;
        items.push_back(stored_json(event_json_text(event)));
    }
    const bool more = events.size() > items.size();
    return json_response(
        200, json::object{
                 {"items", std::move(items)},
                 {"next", more ? json::value(cursor_of(std::to_string(events[events.size() - 2].n)))
                               : nullptr}});
}

struct MetricsQuery {
    WallTime from, to;
    int limit = default_measurements;
};

// Without a range, the newest ones.
Result<MetricsQuery> read_measurements(const net::Request& request) {
    const auto from = read_time(request, "from");
    if (!from) return from.error();
    const auto to = read_time(request, "to");
    if (!to) return to.error();
    const std::int64_t limit =
        number_of(request.query_value("limit").value_or(std::to_string(default_measurements)), -1);
    if (limit < 1 || limit > most_measurements)
        return fail_at(ErrorCode::VAL_RANGE, "/limit", "limit is 1 to 2000");
    constexpr std::int64_t for_ever = std::numeric_limits<std::int64_t>::max();
    return MetricsQuery{from->value_or(WallTime{0}), to->value_or(WallTime{for_ever}),
                        static_cast<int>(limit)};
}

Result<net::Response> get_metrics(Services& services, const Call& call) {
    const auto device = device_of(services, call);
    if (!device) return device.error();
    const auto query = read_measurements(call.request);
    if (!query) return query.error();
    json::array samples;
    for (const MetricsSample& sample :
         services.telemetry.metrics(device->device_id, query->from, query->to, query->limit)) {
        samples.push_back(
            json::object{{"at", format_rfc3339(sample.at)}, {"metrics", stored_json(sample.body)}});
    }
    json::value latest = samples.empty() ? json::value(nullptr) : samples.back();
    return json_response(
        200, json::object{{"latest", std::move(latest)}, {"samples", std::move(samples)}});
}

json::value session_json(const SessionRecord& session) {
    return json::object{
        {"session_id", session.session_id},
        {"transport", session.transport},
        {"firmware_version", session.firmware_version},
        {"connected_at", format_rfc3339(session.connected_at)},
        {"ended_at",
         session.ended_at ? json::value(format_rfc3339(*session.ended_at)) : json::value(nullptr)},
        {"close_code", session.ended_at ? json::value(session.close_code) : json::value(nullptr)},
        {"cause", session.ended_at ? json::value(session.cause) : json::value(nullptr)}};
}

Result<net::Response> get_sessions(Services& services, const Call& call) {
    const auto page = read_page(call.request);
    if (!page) return page.error();
    return json_response(
        200, page_of<SessionRecord>(
                 services.sessions.history(call.parameter("device_id"), most_sessions), *page,
                 [](const auto& session) { return session.session_id; }, session_json));
}

// Studio's chained ledger of one appliance, a row a line, as `vistter ledger verify` reads it.
Result<net::Response> get_ledger(Services& services, const Call& call) {
    const std::int64_t after = number_of(call.request.query_value("after").value_or("0"), -1);
    const std::int64_t limit = number_of(call.request.query_value("limit").value_or("1000"), -1);
    if (after < 0) return fail_at(ErrorCode::VAL_RANGE, "/after", "after is the n of a row or 0");
    if (limit < 1 || limit > most_ledger_rows)
        return fail_at(ErrorCode::VAL_RANGE, "/limit", "limit must be from 1 to 10000");
    const auto rows =
        services.commands.ledger_rows(call.parameter("device_id"), after, static_cast<int>(limit));
    net::Response response;
    response.headers = {{"Content-Type", "application/x-ndjson"},
                        {"Content-Disposition", "attachment; filename=\"ledger.jsonl\""}};
    for (const link::LedgerRow& row : rows) response.body += link::ledger_line(row) + "\n";
    if (!rows.empty()) response.headers.emplace_back("X-Last-Row", std::to_string(rows.back().n));
    return response;
}

void stream_events(Services& services, const Call& call,
                   std::unique_ptr<net::Responder> responder) {
    const auto device = device_of(services, call);
    if (!device) return responder->respond(problem(device.error(), call.correlation_id));
    const std::int64_t newest = services.telemetry.newest_event(device->device_id);
    const std::int64_t after =
        std::min(newest, number_of(call.request.header("last-event-id"), newest));
    const auto allowed = [&services, token = presented_token(call.request),
                          by_cookie = comes_by_cookie(call.request)] {
        return holder_of(services, token, by_cookie).has_value();
    };
    const auto opened = services.live.open(device->device_id, after, allowed, *responder);
    if (!opened) responder->respond(problem(opened.error(), call.correlation_id));
}

}  // namespace

std::vector<Route> appliance_routes() {
    constexpr Access who = Access::signed_in;
    return {{.method = "GET", .pattern = "/v1/appliances", .access = who, .now = get_appliances},
            {.method = "GET",
             .pattern = "/v1/appliances/{device_id}",
             .access = who,
             .now = get_appliance},
            {.method = "GET",
             .pattern = "/v1/appliances/{device_id}/state",
             .access = who,
             .now = get_state},
            {.method = "GET",
             .pattern = "/v1/appliances/{device_id}/events",
             .access = who,
             .now = get_events},
            {.method = "GET",
             .pattern = "/v1/appliances/{device_id}/events:stream",
             .access = who,
             .later = stream_events},
            {.method = "GET",
             .pattern = "/v1/appliances/{device_id}/metrics",
             .access = who,
             .now = get_metrics},
            {.method = "GET",
             .pattern = "/v1/appliances/{device_id}/sessions",
             .access = who,
             .now = get_sessions},
            {.method = "GET",
             .pattern = "/v1/appliances/{device_id}/ledger",
             .access = Access::admin,
             .now = get_ledger}};
}

}  // namespace vistter::studio
