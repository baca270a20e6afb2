// Status line, headers, date.
#include "net/response_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "base/log.hpp"
#include "net/url.hpp"

namespace vistter::net {
namespace {

struct Phrase {
    int status;
    std::string_view text;
};
constexpr Phrase phrases[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
};

constexpr std::string_view ours[] = {"content-length", "transfer-encoding", "connection", "date"};

bool is_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

bool is_value(std::string_view value) {
    return std::ranges::none_of(value, [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    });
}

// "Sun, 22 Nov 2026 14:00:00 GMT" (RFC 9110 section 5.6.7), in English whatever the locale.
std::string http_date(WallTime now) {
    constexpr std::string_view days = "SunMonTueWedThuFriSat",
                               months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    std::time_t seconds = now.ms / 1000;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                       days.substr(static_cast<std::size_t>(parts.tm_wday) * 3, 3), parts.tm_mday,
                       months.substr(static_cast<std::size_t>(parts.tm_mon) * 3, 3),
                       parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

// Only our own constants and reasons come here; quotes in a library's reason would still break the
// document.
std::string json_text(std::string_view text) {
    std::string made;
    for (char c : text) {
        if (static_cast<unsigned char>(c) < 0x20) continue;
        if (c == '"' || c == '\\') made.push_back('\\');
        made.push_back(c);
    }
    return made;
}

}  // namespace

std::string_view reason_phrase(int status) {
    auto found = std::ranges::find(phrases, status, &Phrase::status);
    return found == std::end(phrases) ? "Unknown" : found->text;
}

bool has_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

std::string response_head(const Response& response, const HeadOptions& options) {
    std::string head = fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status,
                                   reason_phrase(response.status), http_date(options.now));
    for (const auto& [name, value] : response.headers) {
        if (std::ranges::find(ours, lower(name)) != std::end(ours)) continue;
        if (!is_name(name) || !is_value(value)) {
            log::error("a response header was left out: its name or value is not one line");
            continue;
        }
        head += fmt::format("{}: {}\r\n", name, value);
    }
    if (options.framing == Framing::chunked) head += "Transfer-Encoding: chunked\r\n";
    if (options.framing == Framing::length && has_body(response.status)) {
        head += fmt::format("Content-Length: {}\r\n", response.body.size());
    }
    if (!options.keep_alive)
        head += "Connection: close\r\n";
    else if (options.version_10)
        head += "Connection: keep-alive\r\n";
    return head + "\r\n";
}

Response problem_response(int status, std::string_view code, std::string_view detail) {
    Response response;
    response.status = status;
    response.headers = {{"Content-Type", "application/problem+json"},
                        {"Cache-Control", "no-store"}};
    response.body = fmt::format(
        R"({{"type":"about:blank","title":"{}","status":{},"code":"{}","detail":"{}"}})",
        reason_phrase(status), status, code, json_text(detail));
    return response;
}

}  // namespace vistter::net
