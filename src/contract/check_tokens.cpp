// Tokens (contract C.9): what a document declares about them, and the {{ name | filter:arg }}
// references of its texts.
#include <algorithm>
#include <array>
#include <cctype>

#include "contract/overlay_rules.hpp"
#include "contract/text_scripts.hpp"

namespace vistter::contract {
namespace {

bool is_name(std::string_view text) {
    if (text.empty() || text.size() > 40 || text[0] < 'a' || text[0] > 'z') return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())))
        text.remove_prefix(1);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
        text.remove_suffix(1);
    return text;
}

bool is_quoted_text(std::string_view text) {
    return text.size() >= 2 && text.front() == '"' && text.back() == '"';
}

bool is_small_number(std::string_view text) {
    return !text.empty() && text.size() <= 3 &&
           std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

// Why a filter is not one of the contract's, or empty.
std::string filter_fault(std::string_view filter) {
    const std::size_t colon = filter.find(':');
    const std::string_view name = trimmed(filter.substr(0, colon));
    const std::string_view argument =
        colon == filter.npos ? std::string_view() : trimmed(filter.substr(colon + 1));
    static constexpr std::array plain{"upper", "lower", "trim", "int", "sign"};
    static constexpr std::array units{"kn", "mph", "kmh", "ms", "c", "f", "m", "ft"};
    const std::string words(name);
    if (std::find(plain.begin(), plain.end(), name) != plain.end()) {
        return colon == filter.npos ? "" : "the filter " + words + " takes no argument";
    }
    bool good = false;
    if (name == "fixed" || name == "truncate") {
        good = is_small_number(argument);
    } else if (name == "unit") {
        good = std::find(units.begin(), units.end(), argument) != units.end();
    } else if (name == "date" || name == "time") {
        good = !argument.empty();
    } else if (name == "default") {
        good = is_quoted_text(argument);
    } else if (name == "plural") {
        const std::size_t slash = argument.find('/');
        good = slash != argument.npos && is_quoted_text(argument.substr(0, slash)) &&
               is_quoted_text(argument.substr(slash + 1));
    } else {
        return "there is no filter " + words;
    }
    return good ? "" : "the filter " + words + " has a wrong argument";
}

// Splits at `|` outside double quotes.
std::vector<std::string_view> parts_of(std::string_view reference) {
    std::vector<std::string_view> parts;
    std::size_t start = 0;
    bool in_quotes = false;
    for (std::size_t i = 0; i <= reference.size(); ++i) {
        if (i == reference.size() || (reference[i] == '|' && !in_quotes)) {
            parts.push_back(trimmed(reference.substr(start, i - start)));
            start = i + 1;
        } else if (reference[i] == '"') {
            in_quotes = !in_quotes;
        }
    }
    return parts;
}

// min, max and max_length belong to a type; the default is of the type.
void check_token_type(OverlayRules& rules, const json::Object& token, const std::string& at) {
    const std::string type = json::text_at(token, "type");
    for (const std::string_view bound : {"min", "max"}) {
        if (json::find(token, bound) && type != "number") {
            rules.fault(ErrorCode::OCL_TOKEN, at + "/" + std::string(bound),
                        "only a number has bounds");
        }
    }
    const auto least = json::optional_number_at(token, "min");
    const auto most = json::optional_number_at(token, "max");
    if (least && most && *least > *most)
        rules.fault(ErrorCode::OCL_TOKEN, at + "/min", "is above max");
    if (json::find(token, "max_length") && type != "string")
        rules.fault(ErrorCode::OCL_TOKEN, at + "/max_length", "only a string has a length");
    const json::Value* given = json::find(token, "default");
    if (!given || given->is_null()) return;
    const bool fits = type == "number"    ? given->is_number()
                      : type == "boolean" ? given->is_bool()
                                          : given->is_string();
    if (!fits) rules.fault(ErrorCode::OCL_TOKEN, at + "/default", "is not a " + type);
    if (type == "image" && given->is_string()) {
        rules.check_asset(std::string(json::view(given->get_string())), picture_media,
                          at + "/default");
    }
}

// Rules that could never do what they say.
void check_freshness(OverlayRules& rules, const json::Object& token, const std::string& at) {
    const std::string source = json::text_at(token, "source", "static");
    if (json::find(token, "path") && !source.starts_with("feed:"))
        rules.fault(ErrorCode::OCL_TOKEN, at + "/path", "only a feed has a path");
    const bool ages = json::find(token, "max_age_s") != nullptr;
    if (ages && (source == "static" || source == "clock"))
        rules.fault(ErrorCode::OCL_TOKEN, at + "/max_age_s", "a " + source + " token has no age");
    const std::string stale = json::text_at(token, "on_stale");
    if (!stale.empty() && !ages)
        rules.fault(ErrorCode::OCL_TOKEN, at + "/on_stale", "needs max_age_s");
    const json::Value* given = json::find(token, "default");
    if (stale == "default" && (!given || given->is_null()))
        rules.fault(ErrorCode::OCL_TOKEN, at + "/on_stale", "there is no default");
}

}  // namespace

void check_token(OverlayRules& rules, const json::Object& token, const std::string& at) {
    if (json::text_at(token, "type").empty()) return;
    if (json::text_at(token, "source").starts_with("feed:"))
        rules.needs_feature("token.feed", at + "/source");
    if (json::text_at(token, "type") == "image") rules.needs_feature("token.image", at + "/type");
    check_token_type(rules, token, at);
    check_freshness(rules, token, at);
}

void OverlayRules::check_text(std::string_view text, const std::string& pointer) {
    const TextScripts scripts = scripts_of(text);
    if (scripts.rtl) needs_feature("text.rtl", pointer);
    if (scripts.complex) needs_feature("text.complex", pointer);
    for (std::size_t open = text.find("{{"); open != text.npos; open = text.find("{{", open)) {
        if (open > 0 && text[open - 1] == '\\') {
            open += 2;
            continue;
        }
        const std::size_t close = text.find("}}", open + 2);
        if (close == text.npos)
            return fault(ErrorCode::OCL_TOKEN, pointer, "{{ has no }}; write \\{{ for braces");
        const auto parts = parts_of(text.substr(open + 2, close - open - 2));
        const std::string name(parts.front());
        if (!is_name(name)) {
            fault(ErrorCode::OCL_TOKEN, pointer, "\"" + name + "\" is no token name");
        } else if (!json::find(tokens, name)) {
            fault(ErrorCode::OCL_TOKEN, pointer, "the token \"" + name + "\" is not declared");
        }
        tokens_met.insert(name);
        for (std::size_t i = 1; i < parts.size(); ++i) {
            const std::string why = filter_fault(parts[i]);
            if (!why.empty()) fault(ErrorCode::OCL_TOKEN, pointer, why);
        }
        open = close + 2;
    }
}

void check_token_fallbacks(OverlayRules& rules, const json::Object& layer, const std::string& at) {
    if (json::find(layer, "fallback")) return;
    for (const std::string& name : rules.tokens_met) {
        const json::Object& token = json::object_at(rules.tokens, name);
        for (const std::string_view rule : {"on_stale", "on_missing"}) {
            if (json::text_at(token, rule) != "fallback") continue;
            rules.fault(ErrorCode::OCL_TOKEN, at,
                        "the token " + name + " asks for a fallback (" + std::string(rule) +
                            ") and this layer has none");
        }
    }
}

}  // namespace vistter::contract
