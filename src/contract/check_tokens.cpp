// Token references in text (contract C.9): {{ name | filter:arg }} against what the document
// declares.
#include <algorithm>
#include <array>
#include <cctype>

#include "contract/check.hpp"

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

}  // namespace

void check_token_text(std::string_view text, const json::Object& tokens, const std::string& at,
                      Meaning& meaning) {
    for (std::size_t open = text.find("{{"); open != text.npos; open = text.find("{{", open)) {
        if (open > 0 && text[open - 1] == '\\') {
            open += 2;
            continue;
        }
        const std::size_t close = text.find("}}", open + 2);
        if (close == text.npos)
            return meaning.fault(ErrorCode::OCL_TOKEN, at, "{{ has no }}; write \\{{ for braces");
        const auto parts = parts_of(text.substr(open + 2, close - open - 2));
        const std::string name(parts.front());
        if (!is_name(name)) {
            meaning.fault(ErrorCode::OCL_TOKEN, at, "\"" + name + "\" is no token name");
        } else if (!json::find(tokens, name)) {
            meaning.fault(ErrorCode::OCL_TOKEN, at, "the token \"" + name + "\" is not declared");
        }
        for (std::size_t i = 1; i < parts.size(); ++i) {
            const std::string fault = filter_fault(parts[i]);
            if (!fault.empty()) meaning.fault(ErrorCode::OCL_TOKEN, at, fault);
        }
        open = close + 2;
    }
}

}  // namespace vistter::contract
