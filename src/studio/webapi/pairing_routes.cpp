// Pairing tokens for operators, and the bootstrap that turns one into a device (contract F.2,
// rulings 9, 12 to 14).
#include <utility>

#include "base/log.hpp"
#include "contract/json.hpp"
#include "studio/webapi/json_body.hpp"
#include "studio/webapi/page_list.hpp"
#include "studio/webapi/problem.hpp"
#include "studio/webapi/route.hpp"

namespace vistter::studio {
namespace {

std::string state_of(const PairingGrant& grant, WallTime now) {
    switch (judge_grant(grant, now)) {
        case GrantVerdict::open:
            return "open";
        case GrantVerdict::used:
            return "used";
        case GrantVerdict::expired:
            return "expired";
        case GrantVerdict::closed:
            break;
    }
    return "locked";
}

json::object grant_json(const PairingGrant& grant, WallTime now) {
    return {{"id", grant.token_id},
            {"serial", grant.serial},
            {"state", state_of(grant, now)},
            {"created_at", format_rfc3339(grant.created_at)},
            {"expires_at", format_rfc3339(grant.expires_at)},
            {"tries_left", grant.tries_left},
            {"used_at", grant.used_at ? json::value(format_rfc3339(*grant.used_at)) : nullptr},
            {"device_id",
             grant.device_id.empty() ? json::value(nullptr) : json::value(grant.device_id)}};
}

Person person_of(const Call& call) {
    return {call.who->user.user_id, call.who->user.tenant};
}

Result<net::Response> post_token(Services& services, const Call& call) {
    auto body = read_object(call.request);
    if (!body) return body.error();
    Members members(*body);
    const std::string serial = members.text("serial", 64);
    const std::int64_t ttl_s = members.optional_integer("ttl_s").value_or(default_pairing_ttl_s);
    if (auto read = members.done(); !read) return read.error();
    auto issued = services.pairing.issue(serial, ttl_s, person_of(call));
    if (!issued) return issued.error();
    json::object answer = grant_json(issued->grant, services.clock.wall());
    answer["token"] = issued->text;
    answer["studio_url"] = services.addresses.web_url;
    return json_response(201, answer);
}

Result<net::Response> get_tokens(Services& services, const Call& call) {
    const auto page = read_page(call.request);
    if (!page) return page.error();
    const WallTime now = services.clock.wall();
    return json_response(200, page_of<PairingGrant>(
                                  services.registry.grants(call.who->user.tenant), *page,
                                  [](const auto& grant) { return grant.token_id; },
                                  [now](const auto& grant) { return grant_json(grant, now); }));
}

Result<net::Response> delete_token(Services& services, const Call& call) {
    const auto gone = services.pairing.withdraw(call.parameter("token_id"), person_of(call));
    if (!gone) return gone.error();
    net::Response response;
    response.status = 204;
    return response;
}

std::vector<std::string> versions_in(const json::object* offer) {
    return offer ? contract::json::texts_at(*offer, "versions") : std::vector<std::string>{};
}

Result<PairingRequest> read_pairing(const net::Request& request) {
    auto body = read_object(request);
    if (!body) return body.error();
    constexpr std::size_t max_csr = 4'096;
    Members members(*body);
    PairingRequest pairing;
    pairing.secret_hex = members.text("token_secret", 64);
    pairing.serial = members.text("serial", 64);
    pairing.csr_tls = members.text("csr_tls", max_csr);
    pairing.csr_sign = members.text("csr_sign", max_csr);
    if (const json::object* hardware = members.object("hardware", true)) {
        pairing.model = contract::json::text_at(*hardware, "model").substr(0, 120);
        pairing.arch = contract::json::text_at(*hardware, "arch").substr(0, 32);
    }
    if (const json::array* offers = members.array("protocol", true)) {
        for (const json::value& offer : *offers) {
            if (!offer.is_object()) continue;
            const auto number = [&](std::string_view name) {
                return contract::json::clamp_int(
                    contract::json::integer_at(offer.as_object(), name, 0));
            };
            pairing.offered.protocol.push_back(
                {number("major"), number("min_minor"), number("max_minor")});
        }
    }
    pairing.offered.ocl_versions = versions_in(members.object("ocl", true));
    pairing.offered.segment_versions = versions_in(members.object("segment", true));
    if (!pairing.serial.empty() && !is_serial(pairing.serial)) {
        members.fault("serial", ErrorCode::VAL_SCHEMA,
                      "a serial has 3 to 64 letters, digits and . _ : / + - between them");
    }
    if (auto read = members.done(); !read) return read.error();
    return pairing;
}

json::object pairing_json(const Services& services, const Device& device) {
    const TrustBundle trust = services.authority.trust_bundle();
    json::array keys;
    for (const auto& key : trust.studio_keys)
        keys.push_back(json::object{{"kid", key.kid}, {"pem", key.pem}});
    return {{"device_id", device.device_id},
            {"tenant", device.tenant},
            {"name", device.name},
            {"client_certificate", device.certificate_pem},
            {"signing_kid", signing_kid(device)},
            {"trust_bundle",
             {{"roots", json::value_from(trust.roots)},
              {"pins", json::value_from(trust.pins)},
              {"studio_keys", std::move(keys)}}},
            {"channels", json::array{json::object{{"transport", "wss"},
                                                  {"url", services.addresses.channel_url}}}},
            {"session_url", services.addresses.session_url},
            {"verdict", device.verdict}};
}

Result<net::Response> post_pair(Services& services, const Call& call) {
    const std::string& source = call.request.remote_address;
    // Every attempt counts until it has proved to be no guess.
    if (const auto wait_ms = services.guards.pairing.take(source, services.clock.steady())) {
        return too_many(*wait_ms, call.correlation_id);
    }
    const auto request = read_pairing(call.request);
    if (!request) return request.error();
    const auto device = services.pairing.redeem(*request);
    if (!device) {
        const ErrorCode code = device.error().code;
        if (code == ErrorCode::PAIR_USED || code == ErrorCode::PAIR_EXPIRED)
            services.guards.pairing.give_back(source);
        return device.error();
    }
    services.guards.pairing.give_back(source);
    log::info("paired {} (serial {}), key {}", device->device_id, device->serial,
              signing_kid(*device));
    services.credentials_changed(device->device_id);
    return json_response(201, pairing_json(services, *device));
}

Result<net::Response> post_session(Services& services, const Call& call) {
    if (call.request.client_certificate.empty()) {
        return fail(ErrorCode::SEC_UNAUTHORISED, "a client certificate is required here");
    }
    const auto session = services.issue_session(call.request.client_certificate);
    if (!session) return session.error();
    return json_response(201, json::object{{"session_token", session->token},
                                           {"expires_at", format_rfc3339(session->expires_at)}});
}

}  // namespace

std::vector<Route> pairing_routes() {
    return {{.method = "POST",
             .pattern = "/v1/pairing-tokens",
             .access = Access::producer,
             .now = post_token},
            {.method = "GET",
             .pattern = "/v1/pairing-tokens",
             .access = Access::producer,
             .now = get_tokens},
            {.method = "DELETE",
             .pattern = "/v1/pairing-tokens/{token_id}",
             .access = Access::producer,
             .now = delete_token},
            {.method = "POST", .pattern = "/v1/bootstrap/pair", .now = post_pair}};
}

std::vector<Route> channel_routes() {
    return {{.method = "POST", .pattern = "/v1/bootstrap/session", .now = post_session}};
}

}  // namespace vistter::studio
