// Reads addresses with inet_pton, so that no odd spelling of a number is taken for a name.
#include "appliance/core/address_policy.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstring>

namespace vistter::appliance {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    return out;
}

bool local_v4(const std::uint8_t* ip) {
    return ip[0] == 127 || ip[0] == 0 || (ip[0] == 169 && ip[1] == 254) || ip[0] >= 224;
}

bool local_v6(const std::array<std::uint8_t, 16>& ip) {
    const bool zero_head =
        std::all_of(ip.begin(), ip.begin() + 10, [](std::uint8_t b) { return b == 0; });
    if (zero_head && ip[10] == 0xff && ip[11] == 0xff) return local_v4(ip.data() + 12);
    if (zero_head &&
        std::all_of(ip.begin() + 10, ip.begin() + 15, [](std::uint8_t b) { return b == 0; }) &&
        ip[15] <= 1)
        return true;
    return (ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80) || ip[0] == 0xff;
}

// inet_aton-like numbers ("2130706433", "0x7f.1") that a resolver may take for an address.
bool looks_numeric(const std::string& host) {
    const auto dot = host.rfind('.');
    const std::string last = dot == std::string::npos ? host : host.substr(dot + 1);
    return !last.empty() && std::isdigit(static_cast<unsigned char>(last[0])) != 0;
}

Error refused(std::string_view what) {
    return fail(ErrorCode::VAL_SCHEMA, "The address has " + std::string(what) + ".");
}

}  // namespace

Result<Address> parse_address(std::string_view url) {
    const auto colon = url.find("://");
    if (colon == std::string_view::npos || colon == 0) return refused("no scheme");
    Address out;
    out.scheme = lower(url.substr(0, colon));
    std::string_view rest = url.substr(colon + 3);
    if (std::any_of(url.begin(), url.end(),
                    [](unsigned char c) { return c <= ' ' || c == 0x7f || c == '\\'; }))
        return refused("a character that does not belong there");
    const auto slash = rest.find_first_of("/?#");
    std::string_view authority = rest.substr(0, slash);
    out.path = slash == std::string_view::npos ? "/" : std::string(rest.substr(slash));
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        out.userinfo = true;
        authority.remove_prefix(at + 1);
    }
    std::string_view port;
    if (!authority.empty() && authority.front() == '[') {
        const auto close = authority.find(']');
        if (close == std::string_view::npos) return refused("an unclosed bracket");
        out.host = lower(authority.substr(1, close - 1));
        port = authority.substr(close + 1);
    } else {
        const auto mark = authority.find(':');
        out.host = lower(authority.substr(0, mark));
        port = mark == std::string_view::npos ? std::string_view{} : authority.substr(mark);
    }
    if (out.host.empty()) return refused("no host");
    if (!port.empty()) {
        const auto [end, code] =
            std::from_chars(port.data() + 1, port.data() + port.size(), out.port);
        if (port[0] != ':' || code != std::errc{} || end != port.data() + port.size() ||
            out.port < 1 || out.port > 65535)
            return refused("a port that is not one of 1 to 65535");
    }
    return out;
}

bool is_own_or_local(std::string_view host_or_ip) {
    std::string host = lower(host_or_ip);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    while (!host.empty() && host.back() == '.') host.pop_back();
    if (host.empty() || host == "localhost" || host.ends_with(".localhost") ||
        host == "ip6-localhost")
        return true;
    std::array<std::uint8_t, 16> ip{};
    if (inet_pton(AF_INET, host.c_str(), ip.data()) == 1) return local_v4(ip.data());
    if (inet_pton(AF_INET6, host.c_str(), ip.data()) == 1) return local_v6(ip);
    return host.find(':') != std::string::npos || looks_numeric(host);
}

Status AddressPolicy::may_connect(std::string_view host_or_ip) const {
    if (allow_loopback_) return ok();
    if (is_own_or_local(host_or_ip) || own_.contains(lower(host_or_ip)))
        return fail(ErrorCode::SEC_UNAUTHORISED,
                    "The appliance does not connect to itself or to local-only addresses.");
    return ok();
}

}  // namespace vistter::appliance
