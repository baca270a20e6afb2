// Pairing tokens for operators, and the bootstrap that turns one into a device (contract F.2,
// rulings 9, 12 to 14).
#include <utility>

#include "base/log.hpp"
#include "contract/json.hpp"
#include "crypto/admission.hpp"
#include "crypto/certificate.hpp"
#include "crypto/digest.hpp"
#include "qr/qr_code.hpp"
#include "studio/webapi/identity_answer.hpp"
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
    answer["code"] = issued->code;
    answer["code_expires_at"] = format_rfc3339(issued->code_expires_at);
    answer["studio_url"] = services.addresses.web_url;
    // What a pairing file holds, as a picture.
    const json::object content{{"token", issued->text}, {"studio_url", services.addresses.web_url}};
    if (auto drawn = qr::to_svg(json::serialize(content))) answer["qr_svg"] = *drawn;
    return json_response(201, answer);
}

// One file for many boxes: each finds its own serial in it (`--pairing-file`, `vistter enrol`).
Result<net::Response> post_enrolments(Services& services, const Call& call) {
    auto body = read_object(call.request);
    if (!body) return body.error();
    Members members(*body);
    std::vector<std::string> serials;
    if (const json::array* named = members.array("serials", true)) {
        for (const json::value& serial : *named)
            serials.emplace_back(serial.is_string() ? std::string(serial.as_string()) : "");
    }
    const std::int64_t ttl_s = members.optional_integer("ttl_s").value_or(max_pairing_ttl_s);
    if (auto read = members.done(); !read) return read.error();
    const auto issued = services.pairing.enrol(serials, ttl_s, person_of(call));
    if (!issued) return issued.error();
    json::array tokens;
    for (const IssuedToken& token : *issued) {
        tokens.push_back(json::object{
            {"serial", token.grant.serial}, {"token", token.text}, {"id", token.grant.token_id}});
    }
    net::Response response = json_response(
        201, json::object{{"studio_url", services.addresses.web_url},
                          {"expires_at", format_rfc3339(issued->front().grant.expires_at)},
                          {"tokens", std::move(tokens)}});
    response.headers.emplace_back("Content-Disposition",
                                  "attachment; filename=\"vistter-enrolment.json\"");
    return response;
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

// With a code the secret stays where it is.
enum class Secret { sent, proved };

Result<PairingRequest> read_pairing(const json::object& body, Secret secret) {
    constexpr std::size_t max_csr = 4'096;
    Members members(body);
    PairingRequest pairing;
    if (secret == Secret::sent) pairing.secret_hex = members.text("token_secret", 64);
    pairing.serial = members.text("serial", 64);
    pairing.csr_tls = members.text("csr_tls", max_csr);
    pairing.csr_sign = members.text("csr_sign", max_csr);
    pairing.sealing_jwk = members.optional_text("enc_jwk", 1'024).value_or("");
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

// A right secret that came too late is no guess.
Error refused(Services& services, const std::string& source, const Error& error) {
    if (error.code == ErrorCode::PAIR_USED || error.code == ErrorCode::PAIR_EXPIRED)
        services.guards.pairing.give_back(source);
    return error;
}

json::object welcomed(Services& services, const std::string& source, const Device& device) {
    services.guards.pairing.give_back(source);
    log::info("paired {} (serial {}), key {}", device.device_id, device.serial,
              signing_kid(device));
    services.credentials_changed(device.device_id);
    return identity_json(services, device);
}

Result<net::Response> post_pair(Services& services, const Call& call) {
    const std::string& source = call.request.remote_address;
    // Every attempt counts until it has proved to be no guess.
    if (const auto wait_ms = services.guards.pairing.take(source, services.clock.steady())) {
        return too_many(*wait_ms, call.correlation_id);
    }
    const auto body = read_object(call.request);
    if (!body) return body.error();
    const auto request = read_pairing(*body, Secret::sent);
    if (!request) return request.error();
    const auto device = services.pairing.redeem(*request);
    if (!device) return refused(services, source, device.error());
    return json_response(201, welcomed(services, source, *device));
}

Bytes bytes_member(Members& members, std::string_view name) {
    auto bytes = from_base64url(members.text(name, 512));
    if (!bytes) members.fault(name, ErrorCode::VAL_SCHEMA, "base64url without padding");
    return std::move(bytes).value_or(Bytes());
}

Status check_bound(const net::Request& request) {
    if (!request.tls_exporter.empty()) return ok();
    return fail(ErrorCode::SEC_UNAUTHORISED,
                "a pairing code needs TLS 1.3, or TLS 1.2 with the extended master secret");
}

Result<net::Response> post_pair_begin(Services& services, const Call& call) {
    const auto now = services.clock.steady();
    if (const auto wait_ms = services.guards.pairing.take(call.request.remote_address, now))
        return too_many(*wait_ms, call.correlation_id);
    if (const Status bound = check_bound(call.request); !bound) return bound.error();
    const auto body = read_object(call.request);
    if (!body) return body.error();
    Members members(*body);
    const std::string serial = members.text("serial", 64);
    if (!serial.empty() && !is_serial(serial))
        members.fault("serial", ErrorCode::VAL_SCHEMA, "this is no serial");
    if (const Status read = members.done(); !read) return read.error();
    const CodeOffer offer = services.pairing.begin_code(call.request.tls_exporter, serial);
    return json_response(200, json::object{{"salt", to_base64url(offer.salt)},
                                           {"offer", to_base64url(offer.offer)}});
}

// Counted with its begin, which it needs.
Result<net::Response> post_pair_finish(Services& services, const Call& call) {
    if (const Status bound = check_bound(call.request); !bound) return bound.error();
    const auto body = read_object(call.request);
    if (!body) return body.error();
    Members members(*body);
    CodeProof proof{call.request.tls_exporter, bytes_member(members, "answer"),
                    bytes_member(members, "proof"), members.text("request", 16'384)};
    if (const Status read = members.done(); !read) return read.error();
    const auto inner = contract::json::parse(proof.message, max_json_body);
    if (!inner || !inner->is_object())
        return fail_at(ErrorCode::VAL_SCHEMA, "/request", "request is the text of a JSON object");
    const auto request = read_pairing(inner->as_object(), Secret::proved);
    if (!request) return request.error();
    const std::string& source = call.request.remote_address;
    const auto proven = services.pairing.redeem_code(proof, *request);
    if (!proven) return refused(services, source, proven.error());
    const std::string answer = json::serialize(welcomed(services, source, proven->device));
    const auto mark = crypto::hmac_sha256(proven->answer_key, as_bytes(answer));
    return json_response(201, json::object{{"answer", answer}, {"proof", to_base64url(mark)}});
}

Result<net::Response> session_for(Services& services, ByteView certificate) {
    const auto session = services.issue_session(certificate);
    if (!session) return session.error();
    return json_response(201, json::object{{"session_token", session->token},
                                           {"expires_at", format_rfc3339(session->expires_at)}});
}

Result<net::Response> post_session(Services& services, const Call& call) {
    if (call.request.client_certificate.empty()) {
        return fail(ErrorCode::SEC_UNAUTHORISED, "a client certificate is required here");
    }
    return session_for(services, call.request.client_certificate);
}

// The same session where no certificate can be shown (docs/decisions/0014).
Result<net::Response> post_admit(Services& services, const Call& call) {
    const std::string& source = call.request.remote_address;
    if (const auto wait_ms = services.guards.admission.take(source, services.clock.steady()))
        return too_many(*wait_ms, call.correlation_id);
    const auto body = read_object(call.request);
    if (!body) return body.error();
    Members members(*body);
    const std::string request = members.text("request", crypto::admission_limit);
    if (const Status read = members.done(); !read) return read.error();
    const auto admitted = services.trust.admit(request, call.request.tls_exporter);
    if (!admitted) return admitted.error();
    const auto certificate = crypto::Certificate::from_pem(*admitted);
    if (!certificate) return certificate.error();
    services.guards.admission.give_back(source);
    return session_for(services, certificate->to_der());
}

}  // namespace

std::vector<Route> pairing_routes() {
    return {{.method = "POST",
             .pattern = "/v1/pairing-tokens",
             .access = Access::producer,
             .act = "pairing.issue",
             .now = post_token},
            {.method = "GET",
             .pattern = "/v1/pairing-tokens",
             .access = Access::producer,
             .now = get_tokens},
            {.method = "DELETE",
             .pattern = "/v1/pairing-tokens/{token_id}",
             .access = Access::producer,
             .act = "pairing.withdraw",
             .now = delete_token},
            {.method = "POST",
             .pattern = "/v1/enrolments",
             .access = Access::producer,
             .act = "pairing.issue",
             .now = post_enrolments},
            {.method = "POST", .pattern = "/v1/bootstrap/pair:begin", .now = post_pair_begin},
            {.method = "POST", .pattern = "/v1/bootstrap/pair:finish", .now = post_pair_finish},
            {.method = "POST", .pattern = "/v1/bootstrap/pair", .now = post_pair},
            {.method = "POST", .pattern = "/v1/bootstrap/session:admit", .now = post_admit}};
}

std::vector<Route> channel_routes() {
    return {{.method = "POST", .pattern = "/v1/bootstrap/session", .now = post_session}};
}

}  // namespace vistter::studio
