#include "appliance/adapters/road/session_fetch.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/bytes.hpp"
#include "contract/json_text.hpp"
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

FetchedToken fetch_now(const net::FetchOptions& request) {
    using Outcome = FetchedToken::Outcome;
    const auto answer = net::fetch(request);
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
    net::FetchOptions request;
    request.method = "POST";
    request.url = identity.session_url;
    request.headers["content-type"] = "application/json";
    request.body = "{}";
    request.tls = identity.tls;
    request.proxy = proxy;
    request.deadline_ms = 10'000;
    request.max_bytes = 16'384;
    const bool queued = workers.submit([&loop, request, done] {
        loop.post([done, fetched = fetch_now(request)] { done(fetched); });
    });
    if (!queued) {
        loop.post(
            [done] { done(failure(FetchedToken::Outcome::failed, "the appliance is busy")); });
    }
}

}  // namespace vistter::appliance
