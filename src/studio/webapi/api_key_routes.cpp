// Keys by which tools use the API: made by an admin, shown once, ended at any time (contract F.2).
#include <fmt/format.h>
#include <utility>

#include "base/ids.hpp"
#include "studio/webapi/audit.hpp"
#include "studio/webapi/gate.hpp"
#include "studio/webapi/json_body.hpp"
#include "studio/webapi/page_list.hpp"
#include "studio/webapi/route.hpp"

namespace vistter::studio {
namespace {

json::value time_or_null(const std::optional<WallTime>& time) {
    return time ? json::value(format_rfc3339(*time)) : json::value(nullptr);
}

json::object key_json(const ApiKey& key, WallTime now) {
    return {{"key_id", key.key_id},
            {"name", key.name},
            {"role", key.role},
            {"state", state_of(key, now)},
            {"created_by", key.created_by},
            {"created_at", format_rfc3339(key.created_at)},
            {"expires_at", format_rfc3339(key.expires_at)},
            {"last_used_at", time_or_null(key.last_used_at)},
            {"revoked_at", time_or_null(key.revoked_at)}};
}

Result<net::Response> get_keys(Services& services, const Call& call) {
    const auto page = read_page(call.request);
    if (!page) return page.error();
    const WallTime now = services.clock.wall();
    return json_response(200, page_of<ApiKey>(
                                  services.api_keys.list(call.who->user.tenant), *page,
                                  [](const auto& key) { return key.key_id; },
                                  [now](const auto& key) { return key_json(key, now); }));
}

Result<ApiKey> read_key(Services& services, const Call& call) {
    auto body = read_object(call.request);
    if (!body) return body.error();
    Members members(*body);
    ApiKey key;
    key.name = members.text("name", 200);
    key.role = members.text("role", 16);
    const std::int64_t lives_s =
        members.optional_integer("expires_in_s").value_or(default_api_key_s);
    if (key.name.empty()) members.fault("name", ErrorCode::VAL_SCHEMA, "name what uses the key");
    if (!is_role(key.role)) {
        members.fault("role", ErrorCode::VAL_ENUM,
                      "a role is viewer, operator, producer, admin or emergency");
    }
    if (lives_s < min_api_key_s || lives_s > max_api_key_s)
        members.fault("expires_in_s", ErrorCode::VAL_RANGE, "a key lives 60 s to 366 days");
    if (auto read = members.done(); !read) return read.error();
    key.key_id = make_id("key_", services.clock, services.random);
    key.tenant = call.who->user.tenant;
    key.created_by = call.who->user.user_id;
    key.created_at = services.clock.wall();
    key.expires_at = WallTime{key.created_at.ms + lives_s * 1'000};
    return key;
}

Status check_room(const Services& services, const ApiKey& key) {
    int open = 0;
    for (const ApiKey& each : services.api_keys.list(key.tenant))
        open += state_of(each, key.created_at) == "open" ? 1 : 0;
    if (open < most_api_keys) return ok();
    return fail(ErrorCode::LIM_CAPACITY,
                fmt::format("an organisation has at most {} keys; end one first", most_api_keys));
}

// Not kept for a repeated request: the key itself is stored nowhere.
Result<net::Response> post_key(Services& services, const Call& call) {
    const auto key = read_key(services, call);
    if (!key) return key.error();
    if (auto room = check_room(services, *key); !room) return room.error();
    Bytes secret(32);
    services.random.fill(secret);
    const std::string shown_once = std::string(api_key_prefix) + to_base64url(secret);
    services.work.atomically([&] {
        services.api_keys.add(*key, token_hash(shown_once));
        note(services, author_of(call), "api_key.create", key->key_id);
    });
    json::object answer = key_json(*key, key->created_at);
    answer["key"] = shown_once;
    net::Response response = json_response(201, answer);
    response.headers.emplace_back("Location", "/v1/api-keys/" + key->key_id);
    return response;
}

Result<net::Response> delete_key(Services& services, const Call& call) {
    const std::string& key_id = call.parameter("key_id");
    bool ended = false;
    services.work.atomically([&] {
        ended = services.api_keys.revoke(call.who->user.tenant, key_id, services.clock.wall());
        if (ended) note(services, author_of(call), "api_key.revoke", key_id);
    });
    if (!ended) return fail(ErrorCode::RES_NOT_FOUND, "no open key has this id");
    net::Response response;
    response.status = 204;
    return response;
}

}  // namespace

std::vector<Route> api_key_routes() {
    return {{.method = "GET",
             .pattern = "/v1/api-keys",
             .access = Access::people_admin,
             .now = get_keys},
            {.method = "POST",
             .pattern = "/v1/api-keys",
             .access = Access::people_admin,
             .act = "api_key.create",
             .now = post_key},
            {.method = "DELETE",
             .pattern = "/v1/api-keys/{key_id}",
             .access = Access::people_admin,
             .act = "api_key.revoke",
             .now = delete_key}};
}

}  // namespace vistter::studio
