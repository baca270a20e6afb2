// Credentials of appliances and Studio's own keys: shown, renewed, revoked; and the door by which
// an appliance that slept past its certificate comes home (contract F.2, docs/decisions/0008,
// 0011).
#include <utility>

#include "base/log.hpp"
#include "studio/webapi/command_desk.hpp"
#include "studio/webapi/identity_answer.hpp"
#include "studio/webapi/json_body.hpp"
#include "studio/webapi/ownership.hpp"
#include "studio/webapi/problem.hpp"
#include "studio/webapi/route.hpp"

namespace vistter::studio {
namespace {

constexpr std::size_t max_recovery_body = 16'384;

json::value time_json(const std::optional<WallTime>& time) {
    return time ? json::value(format_rfc3339(*time)) : json::value(nullptr);
}

Result<Device> own_device(const Services& services, const Call& call) {
    auto device = owned_device(services, *call.who, call.parameter("device_id"));
    if (!device) return fail(ErrorCode::RES_NOT_FOUND, "no appliance has this id");
    return std::move(*device);
}

json::object credential_json(const Credential& credential) {
    return {
        {"kind", to_string(credential.kind)},
        {"number", credential.number},
        {credential.kind == CredentialKind::client_cert ? "thumbprint" : "kid", credential.name},
        {"state", to_string(credential.state)},
        {"issued_at", format_rfc3339(credential.issued_at)},
        {"not_after", time_json(credential.not_after)},
        {"ends_at", time_json(credential.ends_at)}};
}

json::object rotation_json(const Rotation& rotation) {
    return {
        {"rotation_id", rotation.rotation_id},
        {"credential", rotation.credential},
        {"step", to_string(rotation.step)},
        {"message_id", rotation.command_id},
        {"reason", rotation.reason.empty() ? json::value(nullptr) : json::value(rotation.reason)},
        {"ordered_by", rotation.actor.id},
        {"started_at", format_rfc3339(rotation.started_at)},
        {"ended_at", time_json(rotation.ended_at)}};
}

Result<net::Response> get_credentials(Services& services, const Call& call) {
    const auto device = own_device(services, call);
    if (!device) return device.error();
    json::array credentials;
    for (const Credential& each : services.registry.credentials(device->device_id))
        credentials.push_back(credential_json(each));
    json::array rotations;
    for (const Rotation& each : services.rotations.list(device->device_id, rotations_kept))
        rotations.push_back(rotation_json(each));
    const TrustStanding standing = services.authority.standing();
    return json_response(
        200, json::object{{"device_id", device->device_id},
                          {"revoked_at", time_json(device->revoked_at)},
                          {"credentials", std::move(credentials)},
                          {"rotations", std::move(rotations)},
                          {"trust",
                           {{"studio_kid", device->studio_kid},
                            {"up_to_date", device->trust_mark == standing.trust_mark}}}});
}

Result<net::Response> post_rotate(Services& services, const Call& call) {
    return idempotently(services, call, true, [&]() -> Result<net::Response> {
        const auto device = own_device(services, call);
        if (!device) return device.error();
        auto body = read_object(call.request);
        if (!body) return body.error();
        Members members(*body);
        const std::string credential = members.text("credential", 64);
        const std::int64_t overlap_s =
            members.optional_integer("overlap_s").value_or(default_overlap_s);
        if (auto read = members.done(); !read) return read.error();
        const auto rotation = services.trust.rotate(device->device_id, credential, overlap_s,
                                                    actor_of(call.who->user));
        if (!rotation) return rotation.error();
        net::Response response = json_response(202, rotation_json(*rotation));
        response.headers.emplace_back("Location",
                                      "/v1/appliances/" + device->device_id + "/credentials");
        return response;
    });
}

Result<net::Response> post_revoke(Services& services, const Call& call) {
    const auto device = own_device(services, call);
    if (!device) return device.error();
    if (auto revoked = services.trust.revoke(device->device_id, actor_of(call.who->user)); !revoked)
        return revoked.error();
    const auto now = services.registry.find_device(device->device_id);
    return json_response(200, json::object{{"device_id", device->device_id},
                                           {"revoked_at", time_json(now->revoked_at)}});
}

json::value broker_json(const std::optional<BrokerView>& broker) {
    if (!broker) return nullptr;
    return json::object{
        {"url", broker->url},
        {"connected", broker->connected},
        {"since", format_rfc3339(broker->since)},
        {"last_error",
         broker->last_error.empty() ? json::value(nullptr) : json::value(broker->last_error)},
        {"certificate_ends", time_json(broker->certificate_ends)},
        {"certificate_ends_soon", broker->certificate_ends_soon},
        {"connections", broker->connections}};
}

Result<net::Response> get_studio(Services& services, const Call&) {
    return json_response(200, json::object{{"url", services.addresses.web_url},
                                           {"channel_url", services.addresses.channel_url},
                                           {"broker", broker_json(services.broker())}});
}

json::array keys_json(const Services& services) {
    json::array keys;
    for (const StudioKeyInfo& each : services.authority.keys()) {
        keys.push_back(json::object{{"key", to_string(each.kind)},
                                    {"number", each.number},
                                    {"id", each.id},
                                    {"made_at", time_json(each.made_at)},
                                    {"state", each.current ? "current" : "former"}});
    }
    return keys;
}

Result<net::Response> get_keys(Services& services, const Call&) {
    return json_response(200, json::object{{"items", keys_json(services)}});
}

Result<net::Response> post_rotate_key(Services& services, const Call& call) {
    return idempotently(services, call, true, [&]() -> Result<net::Response> {
        auto body = read_object(call.request);
        if (!body) return body.error();
        Members members(*body);
        const std::string name = members.text("key", 64);
        const auto kind = studio_key_from(name);
        if (!name.empty() && !kind)
            members.fault("key", ErrorCode::VAL_ENUM, "a key is message, session, server or root");
        if (auto read = members.done(); !read) return read.error();
        if (auto rotated = services.trust.rotate_studio_key(*kind, actor_of(call.who->user));
            !rotated)
            return rotated.error();
        return json_response(200, json::object{{"items", keys_json(services)}});
    });
}

Result<net::Response> post_recover(Services& services, const Call& call) {
    const std::string& source = call.request.remote_address;
    if (const auto wait_ms = services.guards.recovery.take(source, services.clock.steady()))
        return too_many(*wait_ms, call.correlation_id);
    auto body = read_object(call.request, max_recovery_body);
    if (!body) return body.error();
    Members members(*body);
    const std::string request = members.text("request", max_recovery_body);
    if (auto read = members.done(); !read) return read.error();
    auto recovered = services.trust.recover(request);
    if (!recovered) return recovered.error();
    services.guards.recovery.give_back(source);
    log::info("{} came home for a new certificate", recovered->device.device_id);
    recovered->device.certificate_pem = recovered->certificate_pem;
    return json_response(200, identity_json(services, recovered->device));
}

}  // namespace

std::vector<Route> credential_routes() {
    return {{.method = "GET",
             .pattern = "/v1/appliances/{device_id}/credentials",
             .access = Access::signed_in,
             .now = get_credentials},
            {.method = "POST",
             .pattern = "/v1/appliances/{device_id}/credentials:rotate",
             .access = Access::admin,
             .act = "credential.rotate",
             .now = post_rotate},
            {.method = "POST",
             .pattern = "/v1/appliances/{device_id}:revoke",
             .access = Access::admin,
             .act = "appliance.revoke",
             .now = post_revoke},
            {.method = "GET",
             .pattern = "/v1/studio",
             .access = Access::home_admin,
             .now = get_studio},
            {.method = "GET",
             .pattern = "/v1/studio/keys",
             .access = Access::home_admin,
             .now = get_keys},
            {.method = "POST",
             .pattern = "/v1/studio/keys:rotate",
             .access = Access::home_admin,
             .act = "studio.rotate_key",
             .now = post_rotate_key},
            {.method = "POST", .pattern = "/v1/bootstrap/recover", .now = post_recover}};
}

}  // namespace vistter::studio
