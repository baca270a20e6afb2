// Sign-in and cross-site checks.
#include "studio/webapi/gate.hpp"

#include <algorithm>
#include <cctype>

#include "base/bytes.hpp"
#include "crypto/digest.hpp"

namespace vistter::studio {
namespace {

constexpr std::string_view bearer = "Bearer ";

bool is_write(const std::string& method) {
    return method != "GET" && method != "HEAD";
}

// "[::1]:8443" -> "[::1]", "Studio.example:8443" -> "studio.example"
std::string host_name(std::string_view authority) {
    const auto bracket = authority.find(']');
    const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    std::string name(authority.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    return name;
}

Status check_same_site(const Services& services, const net::Request& request,
                       const std::string& token) {
    const std::string host = request.header("host");
    const auto& trusted = services.addresses.trusted_hosts;
    if (std::find(trusted.begin(), trusted.end(), host_name(host)) == trusted.end()) {
        return fail(ErrorCode::API_FORBIDDEN,
                    "this host name is not one of Studio's; use --public-host to add it");
    }
    const std::string origin = request.header("origin");
    if (!origin.empty() && origin != (request.secure ? "https://" : "http://") + host) {
        return fail(ErrorCode::API_FORBIDDEN, "the request comes from another site");
    }
    const std::string fetch_site = request.header("sec-fetch-site");
    if (!fetch_site.empty() && fetch_site != "same-origin" && fetch_site != "none") {
        return fail(ErrorCode::API_FORBIDDEN, "the request comes from another site");
    }
    const std::string given = request.header("x-csrf-token");
    if (!crypto::equal_constant_time(as_bytes(given), as_bytes(csrf_token(token)))) {
        return fail(ErrorCode::API_FORBIDDEN,
                    "the X-CSRF-Token header is missing or wrong; GET /v1/me has it");
    }
    return ok();
}

}  // namespace

std::string token_hash(const std::string& token) {
    return crypto::sha256_hex(token);
}

std::string csrf_token(const std::string& token) {
    return crypto::sha256_hex("vistter-csrf\n" + token);
}

bool comes_by_cookie(const net::Request& request) {
    return !request.header("authorization").starts_with(bearer);
}

std::string presented_token(const net::Request& request) {
    if (comes_by_cookie(request)) return request.cookie(session_cookie).value_or("");
    return request.header("authorization").substr(bearer.size());
}

std::optional<SignIn> holder_of(Services& services, const std::string& token, bool by_cookie) {
    const WallTime now = services.clock.wall();
    if (!by_cookie && token.starts_with(api_key_prefix))
        return services.api_keys.use(token_hash(token), now);
    return services.accounts.sign_in(token_hash(token), now);
}

Result<SignIn> check_sign_in(Services& services, const net::Request& request) {
    const std::string token = presented_token(request);
    if (token.empty())
        return fail(ErrorCode::API_UNAUTHENTICATED, "sign in first: POST /v1/auth/session");
    const bool by_cookie = comes_by_cookie(request);
    const auto sign_in = holder_of(services, token, by_cookie);
    if (!sign_in)
        return fail(ErrorCode::API_UNAUTHENTICATED, "the sign-in has ended; sign in again");
    if (by_cookie && is_write(request.method)) {
        if (auto same = check_same_site(services, request, token); !same) return same.error();
    }
    return *sign_in;
}

}  // namespace vistter::studio
