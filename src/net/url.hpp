// Taking URLs, percent-escapes and header lists apart, strictly.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vistter::net {

struct Url {
    std::string scheme;  // lower case
    std::string host;    // without the brackets of an IPv6 address
    std::uint16_t port = 0;
    std::string target = "/";  // path and query as given
};

// An absolute URL of scheme http, https, ws, wss or mqtts with its default port filled in. Nothing
// for anything else, also not with a user part, a fragment, white space or control characters.
std::optional<Url> parse_url(std::string_view text);
// "host" or "host:port" as a Host header wants it: brackets for IPv6, the scheme's default port
// left out.
std::string authority_of(const Url& url);

// %XX decoded; nothing for a broken escape or one that hides a control character. `plus_is_space`
// for query values.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

// Whether a comma-separated header value has exactly that element.
bool has_element(std::string_view list, std::string_view element);
// ASCII lower case.
std::string lower(std::string_view text);
std::string_view trimmed(std::string_view text);
// 127.0.0.0/8, ::1 and their IPv4-mapped form, as text.
bool is_loopback_address(std::string_view address);

}  // namespace vistter::net
