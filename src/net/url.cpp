// URLs, escapes and header lists.
#include "net/url.hpp"

#include <arpa/inet.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

namespace vistter::net {
namespace {

constexpr std::size_t url_limit = 4096;

struct Scheme {
    std::string_view name;
    std::uint16_t port;
};
constexpr Scheme schemes[] = {
    {"http", 80}, {"https", 443}, {"ws", 80}, {"wss", 443}, {"mqtts", 8883}};

const Scheme* scheme_of(std::string_view name) {
    auto found = std::ranges::find(schemes, name, &Scheme::name);
    return found == std::end(schemes) ? nullptr : found;
}

bool is_plain(char c) {
    return c > 0x20 && c < 0x7f;
}

std::optional<std::uint16_t> read_port(std::string_view text) {
    unsigned value = 0;
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size() || value == 0 || value > 65'535)
        return std::nullopt;
    return static_cast<std::uint16_t>(value);
}

bool is_host(std::string_view host) {
    return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.' || c == '_';
    });
}

bool is_ipv6(const std::string& host) {
    unsigned char address[16];
    return ::inet_pton(AF_INET6, host.c_str(), address) == 1;
}

// Reads "host[:port]" into `url`.
bool read_authority(std::string_view authority, Url& url) {
    std::string_view port;
    if (authority.starts_with('[')) {
        std::size_t end = authority.find(']');
        if (end == std::string_view::npos) return false;
        url.host = authority.substr(1, end - 1);
        port = authority.substr(end + 1);
        if (!is_ipv6(url.host)) return false;
    } else {
        std::size_t colon = std::min(authority.find(':'), authority.size());
        url.host = authority.substr(0, colon);
        port = authority.substr(colon);
        if (!is_host(url.host)) return false;
    }
    if (port.empty()) return true;
    std::optional<std::uint16_t> number = read_port(port.substr(1));
    if (port.front() != ':' || !number) return false;
    url.port = *number;
    return true;
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
    if (text.size() > url_limit || !std::ranges::all_of(text, is_plain)) return std::nullopt;
    if (text.find_first_of("#\\") != std::string_view::npos) return std::nullopt;
    std::size_t colon = text.find("://");
    if (colon == std::string_view::npos) return std::nullopt;
    Url url;
    url.scheme = lower(text.substr(0, colon));
    const Scheme* scheme = scheme_of(url.scheme);
    if (scheme == nullptr) return std::nullopt;
    url.port = scheme->port;
    std::string_view rest = text.substr(colon + 3);
    std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    if (!read_authority(rest.substr(0, end), url)) return std::nullopt;
    url.target = rest.substr(end);
    if (!url.target.starts_with('/')) url.target.insert(0, "/");
    return url;
}

std::string authority_of(const Url& url) {
    std::string host =
        url.host.find(':') == std::string::npos ? url.host : fmt::format("[{}]", url.host);
    const Scheme* scheme = scheme_of(url.scheme);
    if (scheme != nullptr && scheme->port == url.port) return host;
    return fmt::format("{}:{}", host, url.port);
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '+' && plus_is_space) {
            decoded.push_back(' ');
        } else if (text[at] == '%') {
            if (at + 2 >= text.size()) return std::nullopt;
            int high = hex_value(text[at + 1]), low = hex_value(text[at + 2]);
            int value = high * 16 + low;
            if (high < 0 || low < 0 || value < 0x20 || value == 0x7f) return std::nullopt;
            decoded.push_back(static_cast<char>(value));
            at += 2;
        } else {
            decoded.push_back(text[at]);
        }
    }
    return decoded;
}

bool has_element(std::string_view list, std::string_view element) {
    while (!list.empty()) {
        std::size_t end = std::min(list.find(','), list.size());
        if (trimmed(list.substr(0, end)) == element) return true;
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return false;
}

std::string lower(std::string_view text) {
    std::string made(text);
    for (char& c : made) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return made;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool is_loopback_address(std::string_view address) {
    std::string text(address);
    unsigned char four[4], sixteen[16];
    if (::inet_pton(AF_INET, text.c_str(), four) == 1) return four[0] == 127;
    if (::inet_pton(AF_INET6, text.c_str(), sixteen) != 1) return false;
    static constexpr unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::memcmp(sixteen, mapped, sizeof mapped) == 0) return sixteen[12] == 127;
    static constexpr unsigned char loopback[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    return std::memcmp(sixteen, loopback, sizeof loopback) == 0;
}

}  // namespace vistter::net
