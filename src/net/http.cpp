// Reading a request's headers, query and cookies, and cutting a range out of a response.
#include "net/http.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "net/url.hpp"

namespace vistter::net {
namespace {

// The value of `name` in "a=1<separator>b=2", still encoded.
std::optional<std::string_view> member(std::string_view list, char separator,
                                       std::string_view name) {
    while (!list.empty()) {
        std::size_t end = std::min(list.find(separator), list.size());
        std::string_view pair = trimmed(list.substr(0, end));
        std::size_t equals = pair.find('=');
        if (pair.substr(0, equals) == name) {
            return equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
        }
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return std::nullopt;
}

struct Range {
    std::size_t first, last;
};

std::optional<std::size_t> read_number(std::string_view text) {
    std::size_t value = 0;
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// "bytes=a-b", "bytes=a-" or "bytes=-n" against a body of `size` bytes. `understood` is false for
// several ranges and other units, which a server may ignore (RFC 9110 section 14.2); no range then,
// and none when it cannot be satisfied.
std::optional<Range> read_range(std::string_view text, std::size_t size, bool& understood) {
    understood = false;
    constexpr std::string_view unit = "bytes=";
    if (!text.starts_with(unit) || text.find(',') != std::string_view::npos) return std::nullopt;
    text.remove_prefix(unit.size());
    std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    std::optional<std::size_t> first = read_number(text.substr(0, dash)),
                               last = read_number(text.substr(dash + 1));
    if ((!first && dash != 0) || (!last && dash + 1 != text.size()) || (!first && !last))
        return std::nullopt;
    understood = true;
    if (!first) {  // the last n bytes
        if (*last == 0 || size == 0) return std::nullopt;
        return Range{size - std::min(*last, size), size - 1};
    }
    if (*first >= size || (last && *last < *first)) return std::nullopt;
    return Range{*first, std::min(last.value_or(size - 1), size - 1)};
}

}  // namespace

std::string Request::header(std::string_view name) const {
    auto found = headers.find(lower(name));
    return found == headers.end() ? std::string() : found->second;
}

std::optional<std::string> Request::query_value(std::string_view name) const {
    std::optional<std::string_view> encoded = member(query, '&', name);
    if (!encoded) return std::nullopt;
    return percent_decode(*encoded, true);
}

std::optional<std::string> Request::cookie(std::string_view name) const {
    auto found = headers.find("cookie");
    if (found == headers.end()) return std::nullopt;
    std::optional<std::string_view> value = member(found->second, ';', name);
    if (!value) return std::nullopt;
    if (value->size() >= 2 && value->front() == '"' && value->back() == '"') {
        value = value->substr(1, value->size() - 2);
    }
    return std::string(*value);
}

Response apply_range(const Request& request, Response response) {
    std::string wanted = request.header("range");
    if (wanted.empty() || response.status != 200 ||
        (request.method != "GET" && request.method != "HEAD")) {
        return response;
    }
    bool understood = false;
    std::optional<Range> range = read_range(wanted, response.body.size(), understood);
    if (!understood) return response;
    if (!range) {
        response.status = 416;
        response.headers.emplace_back("Content-Range",
                                      fmt::format("bytes */{}", response.body.size()));
        response.body.clear();
        return response;
    }
    response.status = 206;
    response.headers.emplace_back("Content-Range", fmt::format("bytes {}-{}/{}", range->first,
                                                               range->last, response.body.size()));
    response.body = response.body.substr(range->first, range->last - range->first + 1);
    return response;
}

}  // namespace vistter::net
