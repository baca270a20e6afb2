#include "appliance/adapters/road/session_fetch.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "contract/json_text.hpp"
#include "contract/object_writer.hpp"
#include "crypto/admission.hpp"
#include "crypto/certificate.hpp"
#include "net/http_client.hpp"

namespace vistter::appliance {
namespace {

FetchedToken failure(FetchedToken::Outcome outcome, std::string reason, bool wrong_server = false) {
    FetchedToken token;
    token.outcome = outcome;
    token.reason = std::move(reason);
    token.wrong_server = wrong_server;
    return token;
}

std::string member(const std::string& json, const char* pointer) {
    const auto text = contract::text_at_pointer(json, pointer);
    if (!text || text->size() < 3 || text->front() != '"' || text->back() != '"') return {};
    return std::string(text->substr(1, text->size() - 2));
}

std::int64_t seconds_at(std::string_view json, const char* pointer) {
    const auto text = contract::text_at_pointer(json, pointer);
    std::int64_t seconds = 0;
    if (text) (void)std::from_chars(text->data(), text->data() + text->size(), seconds);
    return seconds;
}

// The token is Studio's business; only how long it lasts is read here. It comes over a connection
// to the Studio we are paired with.
void read_times(FetchedToken& token) {
    const auto first = token.token.find('.'), last = token.token.rfind('.');
    if (first == last) return;
    const auto claims =
        from_base64url(std::string_view(token.token).substr(first + 1, last - first - 1));
    if (!claims) return;
    const std::int64_t issued = seconds_at(as_text(*claims), "/iat"),
                       expires = seconds_at(as_text(*claims), "/exp");
    if (issued <= 0 || expires <= issued) return;
    token.life_ms = (expires - issued) * 1'000;
    token.expires_at = WallTime{expires * 1'000};
}

// What one of Studio's two doors said.
FetchedToken judged(const Result<net::Fetched>& answer) {
    using Outcome = FetchedToken::Outcome;
    if (!answer) {
        const Error& error = answer.error();
        const bool wrong = error.code == ErrorCode::SEC_PIN;
        // Our certificate is not taken (any more): as if Studio had said so.
        const bool unwanted =
            error.code == ErrorCode::SEC_UNAUTHORISED && error.message.starts_with("TLS:");
        return failure(wrong || unwanted ? Outcome::refused : Outcome::failed, describe(error),
                       wrong);
    }
    if (answer->status == 401 || answer->status == 403 || answer->status == 410) {
        FetchedToken refused = failure(
            Outcome::refused, "Studio does not accept this appliance's certificate; pair it again");
        refused.code = member(answer->body, "/code");
        return refused;
    }
    if (answer->status != 200 && answer->status != 201) {
        return failure(Outcome::failed, "Studio answered " + std::to_string(answer->status) +
                                            " to the session request");
    }
    FetchedToken ready;
    ready.outcome = Outcome::ready;
    ready.token = read_session_token(answer->body);
    if (ready.token.empty())
        return failure(Outcome::failed, "Studio's session answer holds no token");
    read_times(ready);
    return ready;
}

net::FetchOptions request_to(const std::string& url, const RoadIdentity& identity,
                             const net::Proxy& proxy) {
    net::FetchOptions request;
    request.method = "POST";
    request.url = url;
    request.headers["content-type"] = "application/json";
    request.body = "{}";
    request.tls = identity.tls;
    request.proxy = proxy;
    request.deadline_ms = 10'000;
    request.max_bytes = 16'384;
    return request;
}

Result<std::string> signed_request(const RoadIdentity& identity, const Bytes& tls_exporter) {
    const auto key = crypto::PrivateKey::from_pem(identity.signing_key_pem);
    if (!key) return key.error();
    const auto own = crypto::Certificate::from_pem(identity.tls.identity.certificate_chain_pem);
    if (!own) return own.error();
    const std::string audience =
        identity.studio_keys.empty() ? "" : crypto::audience_of(identity.studio_keys.front().kid);
    const crypto::AdmissionRequest request{identity.device_id, own->thumbprint(), audience,
                                           tls_exporter};
    return contract::ObjectWriter()
        .text("request", crypto::sign_admission(*key, identity.signing_kid, request))
        .str();
}

// Two requests over one connection: the first shows the connection that the second is signed for.
Result<net::Fetched> ask_by_key(const RoadIdentity& identity, const net::Proxy& proxy) {
    net::FetchOptions request = request_to(identity.admit_url, identity, proxy);
    request.tls->identity = {};
    net::FetchOptions greeting = request;
    const std::size_t host = std::string_view("https://").size();
    greeting.method = "GET";
    greeting.url = request.url.substr(0, request.url.find('/', host)) + "/healthz";
    greeting.body.clear();
    net::Conversation door;
    const auto shown = door.fetch(greeting);
    if (!shown) return shown.error();
    if (shown->tls_exporter.empty())
        return fail(ErrorCode::AST_FETCH, "TLS: this connection cannot be bound to a request.");
    auto body = signed_request(identity, shown->tls_exporter);
    if (!body) return body.error();
    request.body = *std::move(body);
    return door.fetch(request);
}

// By our certificate; where the network is in the way of that door, by our signing key at the
// other one (docs/decisions/0014).
FetchedToken fetch_now(const RoadIdentity& identity, const net::Proxy& proxy) {
    const auto answer = net::fetch(request_to(identity.session_url, identity, proxy));
    FetchedToken fetched = judged(answer);
    const bool blocked = !answer && fetched.outcome == FetchedToken::Outcome::failed;
    if (!blocked || identity.admit_url.empty()) return fetched;
    FetchedToken other = judged(ask_by_key(identity, proxy));
    if (other.outcome == FetchedToken::Outcome::failed) return fetched;
    log::info("{}; asked for the session at {}", fetched.reason, identity.admit_url);
    return other;
}

}  // namespace

std::string read_session_token(const std::string& json) {
    std::string token = member(json, "/session_token");
    const bool plain = std::all_of(token.begin(), token.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
    return plain ? token : std::string();
}

void fetch_session_token(async::Loop& loop, async::WorkerPool& workers,
                         const RoadIdentity& identity, const net::Proxy& proxy,
                         std::function<void(FetchedToken)> done) {
    const bool queued = workers.submit([&loop, identity, proxy, done] {
        loop.post([done, fetched = fetch_now(identity, proxy)] { done(fetched); });
    });
    if (!queued) {
        loop.post(
            [done] { done(failure(FetchedToken::Outcome::failed, "the appliance is busy")); });
    }
}

}  // namespace vistter::appliance
