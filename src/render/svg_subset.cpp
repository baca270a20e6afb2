// The harmless subset, told from the text: what is not understood here never reaches the parser.
#include <algorithm>
#include <array>
#include <string_view>

#include "render/svg_picture.hpp"

namespace vistter::render {

namespace {

constexpr std::size_t most_bytes = 256 * 1024, most_elements = 5000;

std::string lower(const std::string& text) {
    std::string out = text;
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
    });
    return out;
}

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}
bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (is_space(text.front()) || text.front() == '"' || text.front() == '\''))
        text.remove_prefix(1);
    return text;
}

// Where a reference may lead: inside the file, or to a picture it carries.
bool stays_inside(std::string_view target) {
    target = trimmed(target);
    return target.starts_with('#') || target.starts_with("data:image/png;base64,") ||
           target.starts_with("data:image/jpeg;base64,");
}

// Every `name` followed by optional space and `sign` leads inside.
bool all_stay_inside(std::string_view text, std::string_view name, char sign) {
    for (std::size_t at = text.find(name); at != text.npos; at = text.find(name, at + 1)) {
        std::size_t after = at + name.size();
        while (after < text.size() && is_space(text[after])) ++after;
        if (after < text.size() && text[after] == sign && !stays_inside(text.substr(after + 1)))
            return false;
    }
    return true;
}

// An attribute whose name begins with "on", anywhere in the file.
bool has_event_attribute(std::string_view text) {
    for (std::size_t at = text.find("on"); at != text.npos; at = text.find("on", at + 1)) {
        if (at == 0 || !(is_space(text[at - 1]) || text[at - 1] == '"' || text[at - 1] == '\''))
            continue;
        std::size_t after = at + 2;
        while (after < text.size() && is_letter(text[after])) ++after;
        if (after == at + 2) continue;
        while (after < text.size() && is_space(text[after])) ++after;
        if (after < text.size() && text[after] == '=') return true;
    }
    return false;
}

}  // namespace

std::string svg_objection(const std::string& bytes) {
    if (bytes.size() > most_bytes) return "it is larger than 256 KiB";
    const std::string text = lower(bytes);
    if (text.find('\0') != text.npos) return "it is not UTF-8 text";
    std::size_t elements = 0;
    for (std::size_t i = 0; i + 1 < text.size(); ++i)
        elements += text[i] == '<' && is_letter(text[i + 1]);
    if (elements > most_elements) return "it has more than 5,000 elements";
    constexpr std::array<std::pair<std::string_view, const char*>, 13> refused{{
        {"<!doctype", "a document type"},
        {"<!entity", "an entity"},
        {"<?xml-stylesheet", "a style sheet of another file"},
        {"<script", "a script"},
        {":script", "a script"},
        {"<foreignobject", "a foreign object"},
        {":foreignobject", "a foreign object"},
        {"<animate", "animation"},
        {"<set", "animation"},
        {"<handler", "a script"},
        {"@import", "a style sheet of another file"},
        {"xml:base", "another base address"},
        {"xi:include", "another file"},
    }};
    for (const auto& [mark, what] : refused) {
        if (text.find(mark) != text.npos) return std::string("it contains ") + what;
    }
    if (has_event_attribute(text)) return "it contains an event attribute";
    if (!all_stay_inside(text, "href", '=') || !all_stay_inside(text, "url", '(') ||
        !all_stay_inside(text, "src", '=')) {
        return "it refers to something outside itself";
    }
    return {};
}

}  // namespace vistter::render
