// Reads RFC 3339 by hand (no locale, no time zone data) and fills the pattern's fields.
#include "ocl/date_text.hpp"

#include <array>
#include <cctype>

namespace vistter::ocl {

namespace {

struct DateTime {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
    if (at + count > text.size()) return std::nullopt;
    int value = 0;
    for (const char c : text.substr(at, count)) {
        if (!std::isdigit(static_cast<unsigned char>(c))) return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}

std::optional<DateTime> parse(std::string_view text) {
    if (text.size() < 19 || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':')
        return {};
    const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
    const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2),
               second = digits(text, 17, 2);
    if (!year || !month || !day || !hour || !minute || !second) return {};
    if (*month < 1 || *month > 12 || *day < 1 || *day > 31 || *hour > 23 || *minute > 59 ||
        *second > 60)
        return {};
    return DateTime{*year, *month, *day, *hour, *minute, *second};
}

// Sakamoto's table: months shifted so that the leap day falls at the end.
std::string_view weekday(const DateTime& date) {
    constexpr std::array<std::string_view, 7> names{"Sun", "Mon", "Tue", "Wed",
                                                    "Thu", "Fri", "Sat"};
    constexpr std::array<int, 12> shift{0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
    const int year = date.month < 3 ? date.year - 1 : date.year;
    const int index =
        (year + year / 4 - year / 100 + year / 400 + shift[date.month - 1] + date.day) % 7;
    return names[static_cast<std::size_t>(index)];
}

std::string padded(int value, std::size_t width) {
    std::string text = std::to_string(value);
    return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

// The field `pattern` starts with, filled, and its length; length 0 if it starts with none.
std::pair<std::string, std::size_t> field(const DateTime& date, std::string_view pattern) {
    if (pattern.starts_with("yyyy")) return {padded(date.year, 4), 4};
    if (pattern.starts_with("EEE")) return {std::string(weekday(date)), 3};
    if (pattern.starts_with("MM")) return {padded(date.month, 2), 2};
    if (pattern.starts_with("dd")) return {padded(date.day, 2), 2};
    if (pattern.starts_with("HH")) return {padded(date.hour, 2), 2};
    if (pattern.starts_with("hh")) return {padded((date.hour + 11) % 12 + 1, 2), 2};
    if (pattern.starts_with("mm")) return {padded(date.minute, 2), 2};
    if (pattern.starts_with("ss")) return {padded(date.second, 2), 2};
    if (pattern.starts_with("a")) return {date.hour < 12 ? "AM" : "PM", 1};
    return {{}, 0};
}

}  // namespace

std::optional<std::string> format_date(std::string_view text, std::string_view pattern) {
    const auto date = parse(text);
    if (!date) return std::nullopt;
    std::string out;
    while (!pattern.empty()) {
        auto [filled, length] = field(*date, pattern);
        if (length == 0) {
            out.push_back(pattern.front());
            length = 1;
        } else {
            out += filled;
        }
        pattern.remove_prefix(length);
    }
    return out;
}

}  // namespace vistter::ocl
