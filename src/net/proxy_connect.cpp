// The CONNECT request and its answer as text.
#include "net/proxy_connect.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "net/url.hpp"

namespace vistter::net {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// RFC 4648 section 4, which the header wants instead of the URL's spelling.
std::string basic_credentials(const Proxy& proxy) {
    std::string text = to_base64url(as_bytes(proxy.username + ":" + proxy.password));
    std::ranges::replace(text, '-', '+');
    std::ranges::replace(text, '_', '/');
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

Error strange(std::string_view why) {
    return fail(ErrorCode::AST_FETCH, fmt::format("proxy: {}", why));
}

}  // namespace

Status check_proxy(const Proxy& proxy) {
    if (proxy.url.empty()) return ok();
    const std::optional<Url> url = parse_url(proxy.url);
    if (!url || url->scheme != "http" || url->target != "/") {
        return fail(ErrorCode::CFG_INVALID,
                    "a proxy's address must be http://host:port, credentials apart from it");
    }
    const std::string& name = proxy.username;
    if (name.find(':') != std::string::npos || (name.empty() && !proxy.password.empty()))
        return fail(ErrorCode::CFG_INVALID, "a proxy's user name cannot be empty or hold a colon");
    return ok();
}

std::string connect_request(const Proxy& proxy, std::string_view authority) {
    std::string request = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", authority);
    if (!proxy.username.empty()) {
        request += "Proxy-Authorization: Basic ";
        request += basic_credentials(proxy);
        request += "\r\n";
    }
    return request + "\r\n";
}

Result<std::optional<int>> connect_status(std::string_view bytes) {
    constexpr std::string_view start = "HTTP/1.";
    const std::size_t known = std::min(bytes.size(), start.size());
    if (bytes.substr(0, known) != start.substr(0, known))
        return strange("the answer is not HTTP; check the proxy's address");
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) {
        if (bytes.size() >= connect_answer_limit) return strange("the answer is too long");
        return std::optional<int>();
    }
    // "HTTP/1.1 200"
    if (end < 12 || bytes[8] != ' ' || !std::ranges::all_of(bytes.substr(9, 3), is_digit))
        return strange("the answer has no status");
    const int status = (bytes[9] - '0') * 100 + (bytes[10] - '0') * 10 + (bytes[11] - '0');
    if (status / 100 == 2 && bytes.size() > end + 4)
        return strange("it speaks before the tunnel's other end could");
    return std::optional<int>(status);
}

Error connect_refused(int status, const Proxy& proxy, std::string_view authority) {
    // 401 would be a server's; tinyproxy says it all the same.
    if (status == 407 || status == 401) {
        return fail(ErrorCode::SEC_UNAUTHORISED,
                    fmt::format("proxy: {} wants a user name and password, or other ones ({})",
                                proxy.url, status));
    }
    return fail(ErrorCode::AST_FETCH,
                fmt::format("proxy: {} does not connect to {}: it answered {}", proxy.url,
                            authority, status));
}

}  // namespace vistter::net
