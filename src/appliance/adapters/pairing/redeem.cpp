// Everything travels over one connection: pinned by the token, or proved by the code.
#include "appliance/adapters/pairing/redeem.hpp"

#include <utility>

#include "appliance/adapters/pairing/answer_check.hpp"
#include "contract/object_writer.hpp"
#include "crypto/certificate.hpp"
#include "crypto/srp.hpp"
#include "net/http_client.hpp"

namespace vistter::appliance {
namespace {

constexpr std::int64_t deadline_ms = 15'000;
constexpr std::size_t answer_limit = 128 * 1024;

struct NewKeys {
    crypto::PrivateKey tls, signing, sealing;
};

// Messages are signed by the hundred: that key is in a file wherever the others are
// (crypto/tpm.hpp).
NewKeys make_keys(crypto::KeyHome home) {
    return {crypto::generate_at(home), crypto::PrivateKey::generate(), crypto::generate_at(home)};
}

std::string request_body(const Attempt& attempt, const NewKeys& keys) {
    using contract::ObjectWriter;
    const std::string versions = R"({"versions":["1.0"]})";
    ObjectWriter body;
    if (attempt.token) body.text("token_secret", to_hex(attempt.token->secret));
    body.text("serial", attempt.serial);
    body.raw("hardware",
             ObjectWriter().text("model", attempt.model).text("arch", attempt.arch).str());
    body.text("csr_tls", crypto::make_csr(keys.tls, attempt.serial));
    body.text("csr_sign", crypto::make_csr(keys.signing, attempt.serial));
    body.text("enc_jwk", keys.sealing.public_key().to_jwk());
    body.raw("protocol", R"([{"major":1,"min_minor":0,"max_minor":0}])");
    return body.raw("ocl", versions).raw("segment", versions).str();
}

// One way to Studio and what was seen on it.
class Journey {
  public:
    Journey(net::ClientTls tls, net::Proxy proxy, const AddressPolicy& policy, WallTime now)
        : tls_(std::move(tls)), proxy_(std::move(proxy)), policy_(policy), now_(now) {
        trip.proxy = !proxy_.url.empty();
        trip.pinned = !tls_.any_server;
    }

    Result<net::Fetched> ask(const std::string& method, const std::string& url,
                             const std::string& body) {
        net::FetchOptions request;
        request.method = method;
        request.url = url;
        if (!body.empty()) request.headers["content-type"] = "application/json";
        request.body = body;
        request.deadline_ms = deadline_ms;
        request.max_bytes = answer_limit;
        request.tls = tls_;
        request.proxy = proxy_;
        request.allow = [this](const std::string&, const std::string& address) {
            return policy_.may_connect(address).ok();
        };
        net::Trace trace;
        request.trace = &trace;
        auto fetched = conversation_.fetch(request);
        note(trace);
        return fetched;
    }

    Trip trip;

  private:
    // The first request shows the way, every one shows how long Studio thought.
    void note(const net::Trace& trace) {
        if (trip.resolved_us == 0 && trip.connected_us == 0) {
            trip.resolved_us = trace.resolved_us;
            trip.connected_us = trace.connected_us;
            trip.secured_us = trace.secured_us;
            trip.answered_us = trace.answered_us;
        } else {
            trip.answered_us += trace.answered_us;
        }
        if (trace.server_time) trip.skew_ms = now_.ms - trace.server_time->ms;
    }

    net::Conversation conversation_;
    net::ClientTls tls_;
    net::Proxy proxy_;
    const AddressPolicy& policy_;
    WallTime now_;
};

net::ClientTls tls_for(const Attempt& attempt) {
    net::ClientTls tls;
    if (attempt.token)
        tls.pins.emplace_back(attempt.token->root_pin.begin(), attempt.token->root_pin.end());
    else
        tls.any_server = true;
    return tls;
}

Error refused(const Attempt& attempt, const net::Fetched& fetched) {
    return attempt.codec.read_problem(fetched.status, fetched.body);
}

// The text of Studio's answer, as far as the form of the secret vouches for it.
Result<std::string> by_token(const Attempt& attempt, Journey& road, const std::string& body) {
    const auto fetched = road.ask("POST", attempt.studio_url + "/v1/bootstrap/pair", body);
    if (!fetched) return fetched.error();
    if (fetched->status != 201) return refused(attempt, *fetched);
    return fetched->body;
}

Error unproven() {
    return fail(ErrorCode::PAIR_INVALID,
                "Studio could not prove that it knows the code; somebody may be in between, and "
                "nothing was kept.");
}

Result<std::string> by_code(const Attempt& attempt, Journey& road, const std::string& body,
                            Random& random) {
    const std::string at = attempt.studio_url + "/v1/bootstrap/pair";
    const auto begun = road.ask("POST", at + ":begin",
                                contract::ObjectWriter().text("serial", attempt.serial).str());
    if (!begun) return begun.error();
    if (begun->status != 200) return refused(attempt, *begun);
    if (begun->tls_exporter.empty())
        return fail(ErrorCode::AST_FETCH, "TLS: this connection cannot be bound to a code.");
    const auto offer = attempt.codec.read_offer(begun->body);
    if (!offer) return offer.error();
    const crypto::SrpContext context{attempt.serial, offer->salt, begun->tls_exporter};
    const auto agreed = crypto::srp_agree(attempt.code, offer->offer, context, random);
    if (!agreed) return unproven();
    contract::ObjectWriter proof;
    proof.text("answer", to_base64url(agreed->answer));
    proof.text("proof", to_base64url(crypto::srp_proof(agreed->keys.request, body)));
    proof.text("request", body);
    const auto finished = road.ask("POST", at + ":finish", proof.str());
    if (!finished) return finished.error();
    if (finished->status != 201) return refused(attempt, *finished);
    const auto proven = attempt.codec.read_proven(finished->body);
    if (!proven) return proven.error();
    const auto expected = crypto::srp_proof(agreed->keys.answer, proven->answer);
    if (!crypto::equal_constant_time(expected, proven->proof)) return unproven();
    return proven->answer;
}

Result<Identity> exchange(const Attempt& attempt, Journey& road, Random& random) {
    const NewKeys keys = make_keys(attempt.key_home);
    const std::string body = request_body(attempt, keys);
    const auto text =
        attempt.token ? by_token(attempt, road, body) : by_code(attempt, road, body, random);
    if (!text) return text.error();
    const auto answer = attempt.codec.read_answer(*text);
    if (!answer) return answer.error();
    if (attempt.token) {
        if (const Status good = check_token_root(*answer, *attempt.token); !good)
            return good.error();
    }
    if (const Status good = check_answer(*answer, keys.tls.public_key(), attempt.now); !good)
        return good.error();
    Identity identity{*answer, attempt.studio_url, keys.tls.to_pem(), keys.signing.to_pem()};
    if (!answer->sealing_kid.empty()) identity.sealing_key_pem = keys.sealing.to_pem();
    return identity;
}

net::ClientTls tls_of(const std::optional<Identity>& identity) {
    net::ClientTls tls;
    if (!identity) {
        tls.any_server = true;
        return tls;
    }
    for (const std::string& root : identity->granted.trust.roots) tls.root_pem += root;
    for (const std::string& pin : identity->granted.trust.pins) {
        if (auto bytes = from_hex(pin)) tls.pins.push_back(*std::move(bytes));
    }
    tls.identity = {identity->granted.client_certificate, identity->tls_key_pem};
    return tls;
}

}  // namespace

Redeemed redeem(const Attempt& attempt, const AddressPolicy& policy, Random& random) {
    Journey road(tls_for(attempt), attempt.proxy, policy, attempt.now);
    auto identity = exchange(attempt, road, random);
    road.trip.form = attempt.token ? "token" : "code";
    if (!identity) road.trip.failure = identity.error();
    return {std::move(identity), road.trip};
}

Trip probe(const Probe& what, const AddressPolicy& policy) {
    Journey road(tls_of(what.identity), what.proxy, policy, what.now);
    road.trip.form = "identity";
    const auto answer = what.identity ? road.ask("POST", what.identity->granted.session_url, "{}")
                                      : road.ask("GET", what.url + "/healthz", "");
    if (!answer)
        road.trip.failure = answer.error();
    else if (answer->status / 100 != 2)
        road.trip.failure = what.codec.read_problem(answer->status, answer->body);
    return road.trip;
}

}  // namespace vistter::appliance
