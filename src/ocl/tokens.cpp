// The token grammar and its filters (contract C.9).
#include "ocl/tokens.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include "ocl/date_text.hpp"
#include "ocl/text_case.hpp"

namespace vistter::ocl {

namespace {

constexpr std::size_t max_text_code_points = 2000;

struct Filter {
    std::string_view name;
    std::string_view argument;
};

struct Reference {
    std::string_view name;
    std::vector<Filter> filters;
    std::size_t length = 0;  // of the whole {{...}}
};

// A value on its way through the filters: a number until something needs it as text.
struct Value {
    std::optional<double> number;
    std::optional<int> decimals;  // fixed
    bool sign = false;
    std::optional<std::string> text;
    bool missing() const { return !number && !text; }
};

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

bool is_name(std::string_view text) {
    if (text.empty() || text.size() > 40 || text[0] < 'a' || text[0] > 'z') return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

// The end of a piece of a reference: the next '|' or "}}" outside quotes, or npos.
std::size_t piece_end(std::string_view text, std::size_t from) {
    bool quoted = false;
    for (std::size_t at = from; at < text.size(); ++at) {
        if (text[at] == '"') quoted = !quoted;
        if (quoted) continue;
        if (text[at] == '|' || text.substr(at, 2) == "}}") return at;
    }
    return std::string_view::npos;
}

// `text` starts with "{{". Nothing if it is not a well formed reference.
std::optional<Reference> parse_reference(std::string_view text) {
    Reference reference;
    std::size_t at = 2;
    std::size_t end = piece_end(text, at);
    if (end == std::string_view::npos) return std::nullopt;
    reference.name = trimmed(text.substr(at, end - at));
    if (!is_name(reference.name)) return std::nullopt;
    while (text[end] == '|') {
        at = end + 1;
        end = piece_end(text, at);
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view piece = trimmed(text.substr(at, end - at));
        const std::size_t colon = piece.find(':');
        Filter filter{piece.substr(0, colon), {}};
        if (colon != std::string_view::npos) filter.argument = piece.substr(colon + 1);
        if (!is_name(filter.name)) return std::nullopt;
        reference.filters.push_back(filter);
    }
    reference.length = end + 2;
    return reference;
}

std::optional<int> small_number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

// Shortest round trip, or with decimals, ties to even; never "-0".
std::string number_text(const Value& value) {
    char buffer[512];
    const double number = *value.number;
    const auto written =
        value.decimals ? std::to_chars(buffer, buffer + sizeof buffer, number,
                                       std::chars_format::fixed, std::min(*value.decimals, 20))
                       : std::to_chars(buffer, buffer + sizeof buffer, number);
    std::string text(buffer, written.ptr);
    const bool zero = text.find_first_of("123456789") == std::string::npos && std::isfinite(number);
    if (zero && text.starts_with('-')) text.erase(0, 1);
    if (value.sign && !zero && number > 0) text.insert(0, "+");
    return text;
}

std::string text_of(const Value& value) {
    if (value.text) return *value.text;
    return value.number ? number_text(value) : std::string();
}

double convert(double value, std::string_view unit) {
    if (unit == "kn") return value * 3600 / 1852;
    if (unit == "mph") return value * 3600 / 1609.344;
    if (unit == "kmh") return value * 3.6;
    if (unit == "f") return value * 9 / 5 + 32;
    if (unit == "ft") return value / 0.3048;
    return value;
}

std::string_view unquoted(std::string_view text) {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
        return text.substr(1, text.size() - 2);
    return text;
}

void set_text(Value& value, std::string text) {
    value = Value{{}, {}, false, std::move(text)};
}

void apply_to_number(Value& value, const Filter& filter) {
    if (filter.name == "fixed") value.decimals = small_number(filter.argument).value_or(0);
    if (filter.name == "int") value.decimals = 0;
    if (filter.name == "sign") value.sign = true;
    if (filter.name == "unit") value.number = convert(*value.number, filter.argument);
    if (filter.name == "plural") {
        const std::size_t slash = filter.argument.find("\"/\"");
        if (slash == std::string_view::npos) return;
        const std::string_view chosen = *value.number == 1 ? filter.argument.substr(0, slash + 1)
                                                           : filter.argument.substr(slash + 2);
        set_text(value, std::string(unquoted(chosen)));
    }
}

void apply(Value& value, const Filter& filter) {
    if (value.missing()) {
        if (filter.name == "default") set_text(value, std::string(unquoted(filter.argument)));
        return;
    }
    if (filter.name == "upper") set_text(value, to_upper(text_of(value)));
    if (filter.name == "lower") set_text(value, to_lower(text_of(value)));
    if (filter.name == "trim") set_text(value, std::string(trimmed(text_of(value))));
    if (filter.name == "truncate") {
        if (const auto count = small_number(filter.argument)) {
            set_text(value, std::string(first_code_points(text_of(value),
                                                          static_cast<std::size_t>(*count))));
        }
    }
    if (filter.name == "date" || filter.name == "time") {
        if (auto text = format_date(text_of(value), unquoted(filter.argument)))
            set_text(value, std::move(*text));
    }
    if (value.number) apply_to_number(value, filter);
}

Value value_of(const contract::TokenValue& given, const contract::TokenSpec& spec) {
    Value value;
    if (!given) return value;
    if (const bool* flag = std::get_if<bool>(&*given)) value.text = *flag ? "true" : "false";
    if (const double* number = std::get_if<double>(&*given)) {
        value.number = *number;
        if (spec.min) value.number = std::max(*value.number, *spec.min);
        if (spec.max) value.number = std::min(*value.number, *spec.max);
    }
    if (const std::string* text = std::get_if<std::string>(&*given)) {
        value.text = spec.max_length
                         ? first_code_points(*text, static_cast<std::size_t>(*spec.max_length))
                         : *text;
    }
    return value;
}

void withhold(ResolvedText& resolved, bool fallback) {
    resolved.hide_layer = true;
    resolved.fallback = resolved.fallback || fallback;
}

// The reference's text; marks `resolved` when it has no value and its declaration asks for that.
std::string substitute(const Reference& reference,
                       const std::map<std::string, contract::TokenSpec>& declared,
                       const Tokens& given, const std::map<std::string, Withheld>& withheld,
                       ResolvedText& resolved) {
    const std::string name(reference.name);
    if (const auto kept = withheld.find(name); kept != withheld.end()) {
        withhold(resolved, kept->second == Withheld::fallback);
        return {};
    }
    const auto spec = declared.find(name);
    const auto found = given.find(name);
    const contract::TokenSpec nothing;
    const contract::TokenSpec& rules = spec == declared.end() ? nothing : spec->second;
    Value value = found == given.end() ? Value{} : value_of(found->second, rules);
    if (value.missing()) value = value_of(rules.default_value, rules);
    for (const Filter& filter : reference.filters) apply(value, filter);
    if (value.missing() && (rules.on_missing == "hide_layer" || rules.on_missing == "fallback"))
        withhold(resolved, rules.on_missing == "fallback");
    return text_of(value);
}

}  // namespace

ResolvedText resolve_tokens(std::string_view content,
                            const std::map<std::string, contract::TokenSpec>& declared,
                            const Tokens& given, const std::map<std::string, Withheld>& withheld) {
    ResolvedText resolved;
    for (std::size_t at = 0; at < content.size();) {
        const std::string_view rest = content.substr(at);
        if (rest.starts_with("\\{{")) {
            resolved.text += "{{";
            at += 3;
            continue;
        }
        if (rest.starts_with("{{")) {
            if (const auto reference = parse_reference(rest)) {
                resolved.text += substitute(*reference, declared, given, withheld, resolved);
                at += reference->length;
                continue;
            }
        }
        resolved.text.push_back(content[at]);
        ++at;
    }
    resolved.text.resize(first_code_points(resolved.text, max_text_code_points).size());
    return resolved;
}

}  // namespace vistter::ocl
