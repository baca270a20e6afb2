// A token walker over JSON text that somebody has judged valid already.
#include "contract/json_text.hpp"

#include <charconv>
#include <vector>

namespace vistter::contract {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// One past the closing quote of the string that starts at `at`.
std::size_t string_end(std::string_view json, std::size_t at) {
    for (std::size_t i = at + 1; i < json.size(); ++i) {
        if (json[i] == '\\') {
            ++i;
        } else if (json[i] == '"') {
            return i + 1;
        }
    }
    return json.size();
}

std::size_t skip_blanks(std::string_view json, std::size_t at) {
    while (at < json.size() && is_blank(json[at])) ++at;
    return at;
}

// One past the value that starts at `at` (no blank before it).
std::size_t value_end(std::string_view json, std::size_t at) {
    int depth = 0;
    while (at < json.size()) {
        const char c = json[at];
        if (c == '"') {
            at = string_end(json, at);
            if (depth == 0) return at;
            continue;
        }
        if (c == '{' || c == '[') ++depth;
        if (c == '}' || c == ']') {
            if (depth == 0)
                return at;  // the end of the enclosing value: a number or word ended here
            if (--depth == 0) return at + 1;
        } else if (depth == 0 && (c == ',' || is_blank(c))) {
            return at;
        }
        ++at;
    }
    return at;
}

std::string unescaped_step(std::string_view step) {
    std::string name;
    for (std::size_t i = 0; i < step.size(); ++i) {
        if (step[i] == '~' && i + 1 < step.size()) {
            name += step[++i] == '1' ? '/' : '~';
        } else {
            name += step[i];
        }
    }
    return name;
}

// The start of the member `name` of the object at `at`, or npos. Names with escapes in the text
// never match: no member this is used for has one.
std::size_t member_start(std::string_view json, std::size_t at, std::string_view name) {
    at = skip_blanks(json, at + 1);
    while (at < json.size() && json[at] == '"') {
        const std::size_t key_end = string_end(json, at);
        const std::string_view key = json.substr(at + 1, key_end - at - 2);
        const std::size_t colon = skip_blanks(json, key_end);
        const std::size_t value = skip_blanks(json, colon + 1);
        if (key == name) return value;
        at = skip_blanks(json, value_end(json, value));
        if (at >= json.size() || json[at] != ',') break;
        at = skip_blanks(json, at + 1);
    }
    return std::string_view::npos;
}

std::size_t element_start(std::string_view json, std::size_t at, std::string_view step) {
    std::size_t index = 0;
    const auto read = std::from_chars(step.data(), step.data() + step.size(), index);
    if (read.ec != std::errc() || read.ptr != step.data() + step.size())
        return std::string_view::npos;
    at = skip_blanks(json, at + 1);
    for (std::size_t i = 0; at < json.size() && json[at] != ']'; ++i) {
        if (i == index) return at;
        at = skip_blanks(json, value_end(json, at));
        if (at < json.size() && json[at] == ',') at = skip_blanks(json, at + 1);
    }
    return std::string_view::npos;
}

// The length of the UTF-8 character at `at` (RFC 3629), or 0 if there is none.
std::size_t character_length(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) {
        return static_cast<unsigned char>(i < text.size() ? text[i] : 0);
    };
    const unsigned lead = byte(at);
    if (lead < 0x80) return 1;
    const unsigned second = byte(at + 1);
    const auto follows = [](unsigned b) { return (b & 0xC0) == 0x80; };
    if (lead >= 0xC2 && lead <= 0xDF) return follows(second) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF) {
        const bool legal = !(lead == 0xE0 && second < 0xA0) && !(lead == 0xED && second > 0x9F);
        return legal && follows(second) && follows(byte(at + 2)) ? 3 : 0;
    }
    if (lead < 0xF0 || lead > 0xF4) return 0;
    const bool legal = !(lead == 0xF0 && second < 0x90) && !(lead == 0xF4 && second > 0x8F);
    return legal && follows(second) && follows(byte(at + 2)) && follows(byte(at + 3)) ? 4 : 0;
}

}  // namespace

std::string canonical_text(std::string_view json) {
    std::string compact;
    compact.reserve(json.size());
    for (std::size_t at = 0; at < json.size();) {
        if (json[at] == '"') {
            const std::size_t end = string_end(json, at);
            compact.append(json.substr(at, end - at));
            at = end;
        } else {
            if (!is_blank(json[at])) compact += json[at];
            ++at;
        }
    }
    return compact;
}

std::optional<std::string_view> text_at_pointer(std::string_view json, std::string_view pointer) {
    std::size_t at = skip_blanks(json, 0);
    while (!pointer.empty()) {
        if (pointer.front() != '/' || at >= json.size()) return std::nullopt;
        const std::size_t slash = pointer.find('/', 1);
        const std::string step =
            unescaped_step(pointer.substr(1, slash == pointer.npos ? pointer.npos : slash - 1));
        pointer = slash == pointer.npos ? std::string_view() : pointer.substr(slash);
        if (json[at] == '{') {
            at = member_start(json, at, step);
        } else if (json[at] == '[') {
            at = element_start(json, at, step);
        } else {
            return std::nullopt;
        }
        if (at == std::string_view::npos) return std::nullopt;
    }
    return json.substr(at, value_end(json, at) - at);
}

std::string quoted_text(std::string_view text) {
    static constexpr char hex[] = "0123456789abcdef";
    std::string out = "\"";
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        const std::size_t length = character_length(text, at);
        if (length == 0) {
            out += "\xEF\xBF\xBD";  // U+FFFD
        } else if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += "\\u00";
            out += hex[c >> 4];
            out += hex[c & 15];
        } else {
            out.append(text, at, length);
        }
        at += length == 0 ? 1 : length;
    }
    out += '"';
    return out;
}

std::string indented_text(std::string_view json) {
    const std::string compact = canonical_text(json);
    std::string out;
    int level = 0;
    const auto new_line = [&] {
        out.append("\n").append(static_cast<std::size_t>(level) * 2, ' ');
    };
    for (std::size_t at = 0; at < compact.size();) {
        const char c = compact[at];
        if (c == '"') {
            const std::size_t end = string_end(compact, at);
            out.append(compact, at, end - at);
            at = end;
            continue;
        }
        const bool empty =
            at + 1 < compact.size() && (compact[at + 1] == '}' || compact[at + 1] == ']');
        if ((c == '}' || c == ']') && at > 0 && compact[at - 1] != '{' && compact[at - 1] != '[') {
            --level;
            new_line();
        }
        out += c;
        if (c == ':') out += ' ';
        if ((c == '{' || c == '[') && !empty) {
            ++level;
            new_line();
        }
        if (c == ',') new_line();
        ++at;
    }
    return out;
}

}  // namespace vistter::contract
