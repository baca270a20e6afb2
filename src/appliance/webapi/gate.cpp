// Sessions of the local page.
#include "appliance/webapi/gate.hpp"

#include "crypto/digest.hpp"

namespace vistter::appliance {
namespace {

constexpr std::int64_t session_ms = 12LL * 3600 * 1000;
constexpr std::size_t most_guesses = 20;
constexpr std::int64_t guess_window_ns = 600'000'000'000;
constexpr std::string_view cookie_name = "vistter_session";

std::string bearer_of(const net::Request& request) {
    const std::string value = request.header("authorization");
    return value.starts_with("Bearer ") ? value.substr(7) : std::string();
}

bool is_write(const net::Request& request) {
    return request.method != "GET" && request.method != "HEAD";
}

std::string random_token(Random& random) {
    Bytes bytes(32);
    random.fill(bytes);
    return to_base64url(bytes);
}

// The host name of "name:port", without brackets.
std::string host_name(const std::string& host) {
    if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
    return host.substr(0, host.find(':'));
}

}  // namespace

std::optional<std::int64_t> GuessLimit::take(SteadyTime now) {
    while (!attempts_.empty() && now.ns - attempts_.front().ns > guess_window_ns)
        attempts_.pop_front();
    if (attempts_.size() >= most_guesses)
        return (guess_window_ns - (now.ns - attempts_.front().ns)) / 1'000'000 + 1;
    attempts_.push_back(now);
    return std::nullopt;
}

void GuessLimit::give_back() {
    if (!attempts_.empty()) attempts_.pop_back();
}

Session Gate::open(const std::string& role) {
    Session session{
        random_token(random_), random_token(random_), role, {clock_.wall().ms + session_ms}};
    accounts_.put_session(crypto::sha256_hex(session.token), {session.csrf_token, role},
                          session.expires);
    return session;
}

void Gate::close(const net::Request& request) {
    const std::string bearer = bearer_of(request);
    accounts_.remove_session(
        crypto::sha256_hex(bearer.empty() ? request.cookie(cookie_name).value_or("") : bearer));
}

Result<LocalSession> Gate::check(const net::Request& request) {
    const std::string bearer = bearer_of(request);
    const std::string token = bearer.empty() ? request.cookie(cookie_name).value_or("") : bearer;
    const auto session = token.empty()
                             ? std::nullopt
                             : accounts_.session_of(crypto::sha256_hex(token), clock_.wall());
    if (!session)
        return fail(ErrorCode::API_UNAUTHENTICATED, "Sign in with POST /local/v1/session.");
    if (!bearer.empty() || !is_write(request)) return *session;
    const std::string origin = request.header("origin");
    if (!origin.empty() && origin != "http://" + request.header("host"))
        return fail(ErrorCode::API_FORBIDDEN, "Another site may not write here.");
    if (!crypto::equal_constant_time(as_bytes(request.header("x-csrf-token")),
                                     as_bytes(session->csrf_token)))
        return fail(ErrorCode::API_FORBIDDEN,
                    "The X-CSRF-Token header is missing or wrong; GET /local/v1/me tells it.");
    return *session;
}

Status Gate::check_host(const net::Request& request) {
    const std::string name = host_name(request.header("host"));
    if (name == "127.0.0.1" || name == "localhost" || name == "::1") return ok();
    return fail(ErrorCode::API_FORBIDDEN, "The local API answers under localhost only.");
}

std::string Gate::cookie(const Session& session) {
    return std::string(cookie_name) + "=" + session.token +
           "; HttpOnly; SameSite=Strict; Path=/; Max-Age=" + std::to_string(session_ms / 1000);
}

std::string Gate::expired_cookie() {
    return std::string(cookie_name) + "=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0";
}

}  // namespace vistter::appliance
