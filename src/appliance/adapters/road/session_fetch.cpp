#include "appliance/adapters/road/session_fetch.hpp"

#include <algorithm>

#include "contract/json_text.hpp"
#include "net/http_client.hpp"

namespace vistter::appliance {
namespace {

FetchedToken fetch_now(const net::FetchOptions& request) {
    using Outcome = FetchedToken::Outcome;
    const auto answer = net::fetch(request);
    if (!answer) {
        const bool wrong = answer.error().code == ErrorCode::SEC_PIN;
        return {wrong ? Outcome::refused : Outcome::failed, {}, describe(answer.error()), wrong};
    }
    if (answer->status == 401 || answer->status == 403 || answer->status == 410) {
        return {Outcome::refused,
                {},
                "Studio does not accept this appliance's certificate; pair it again",
                false};
    }
    if (answer->status != 200 && answer->status != 201) {
        return {Outcome::failed,
                {},
                "Studio answered " + std::to_string(answer->status) + " to the session request",
                false};
    }
    std::string token = read_session_token(answer->body);
    if (token.empty())
        return {Outcome::failed, {}, "Studio's session answer holds no token", false};
    return {Outcome::ready, std::move(token), {}, false};
}

}  // namespace

std::string read_session_token(const std::string& json) {
    const auto member = contract::text_at_pointer(json, "/session_token");
    if (!member || member->size() < 3 || member->front() != '"' || member->back() != '"') return {};
    std::string token(member->substr(1, member->size() - 2));
    const bool plain = std::all_of(token.begin(), token.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
    return plain ? token : std::string();
}

void fetch_session_token(async::Loop& loop, async::WorkerPool& workers,
                         const RoadIdentity& identity, std::function<void(FetchedToken)> done) {
    net::FetchOptions request;
    request.method = "POST";
    request.url = identity.session_url;
    request.headers["content-type"] = "application/json";
    request.body = "{}";
    request.tls = identity.tls;
    request.deadline_ms = 10'000;
    request.max_bytes = 16'384;
    const bool queued = workers.submit([&loop, request, done] {
        loop.post([done, fetched = fetch_now(request)] { done(fetched); });
    });
    if (!queued) {
        loop.post([done] {
            done({FetchedToken::Outcome::failed, {}, "the appliance is busy", false});
        });
    }
}

}  // namespace vistter::appliance
