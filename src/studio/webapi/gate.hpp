// Who is calling: cookie or bearer token, and what keeps another site from using a browser's
// cookie.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "net/http.hpp"
#include "studio/webapi/services.hpp"

namespace vistter::studio {

inline constexpr const char* session_cookie = "vistter_session";

// What is stored of a bearer token.
std::string token_hash(const std::string& token);
// The CSRF value that belongs to a bearer token: derived one way, so that it needs no storage.
std::string csrf_token(const std::string& token);
// The token of a request: from Authorization, else from the cookie; empty: none.
std::string presented_token(const net::Request& request);

// The request's token is its cookie's: a browser sent it, perhaps unasked.
bool comes_by_cookie(const net::Request& request);
// Whom a token or an API key (never by cookie) speaks for now; nothing once it has ended.
std::optional<SignIn> holder_of(Services& services, const std::string& token, bool by_cookie);

// The sign-in behind a request. A write made with the cookie must also carry its X-CSRF-Token, come
// from this site (Origin, Sec-Fetch-Site) and name a host Studio answers for. Errors:
// API_UNAUTHENTICATED, API_FORBIDDEN.
Result<SignIn> check_sign_in(Services& services, const net::Request& request);

}  // namespace vistter::studio
