// Finding and shortening addresses in text that may reach a log or an error.
#include "base/redact.hpp"

namespace vistter {
namespace {

constexpr std::string_view separator = "://";

bool is_scheme_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool ends_address(char c) {
    constexpr std::string_view stops = " \t\r\n\"'<>()[]{},;";
    return stops.find(c) != std::string_view::npos;
}

}  // namespace

std::string redact_url(std::string_view url) {
    std::size_t scheme_end = url.find(separator);
    if (scheme_end == std::string_view::npos) return std::string(url);
    std::string_view scheme = url.substr(0, scheme_end);
    std::string_view rest = url.substr(scheme_end + separator.size());
    rest = rest.substr(0, rest.find_first_of("?#"));
    std::string_view authority = rest.substr(0, rest.find('/'));
    std::string_view path = rest.substr(authority.size());
    std::size_t at = authority.rfind('@');
    if (at != std::string_view::npos) authority.remove_prefix(at + 1);
    std::string shown = std::string(scheme) + "://" + std::string(authority);
    bool has_key = scheme.substr(0, 4) == "rtmp" && path.size() > 1;
    if (!has_key) return shown + std::string(path);
    return shown + std::string(path.substr(0, path.rfind('/') + 1)) + "***";
}

std::string redact_urls(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        std::size_t mark = text.find(separator);
        if (mark == std::string_view::npos) break;
        std::size_t start = mark;
        while (start > 0 && is_scheme_character(text[start - 1])) --start;
        std::size_t end = mark + separator.size();
        while (end < text.size() && !ends_address(text[end])) ++end;
        shown += text.substr(0, start);
        shown += redact_url(text.substr(start, end - start));
        text.remove_prefix(end);
    }
    shown += text;
    return shown;
}

}  // namespace vistter
