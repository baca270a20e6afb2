// Taking a JSON value apart without a branch at every member.
#include "contract/json.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vistter::contract::json {

const Value* find(const Object& object, std::string_view key) {
    return object.if_contains(boost::json::string_view(key.data(), key.size()));
}

const Object& object_at(const Object& object, std::string_view key) {
    static const Object empty;
    const Value* value = find(object, key);
    return value && value->is_object() ? value->get_object() : empty;
}

const Array& array_at(const Object& object, std::string_view key) {
    static const Array empty;
    const Value* value = find(object, key);
    return value && value->is_array() ? value->get_array() : empty;
}

std::optional<std::string> optional_text_at(const Object& object, std::string_view key) {
    const Value* value = find(object, key);
    if (!value || !value->is_string()) return std::nullopt;
    return std::string(view(value->get_string()));
}

std::string text_at(const Object& object, std::string_view key, std::string_view fallback) {
    const Value* value = find(object, key);
    return std::string(value && value->is_string() ? view(value->get_string()) : fallback);
}

bool boolean_at(const Object& object, std::string_view key, bool fallback) {
    const Value* value = find(object, key);
    return value && value->is_bool() ? value->get_bool() : fallback;
}

std::optional<double> number_of(const Value& value) {
    if (value.is_double()) return value.get_double();
    if (value.is_int64()) return static_cast<double>(value.get_int64());
    return std::nullopt;
}

std::optional<std::int64_t> integer_of(const Value& value) {
    if (value.is_int64()) return value.get_int64();
    if (!value.is_double()) return std::nullopt;
    const double number = value.get_double();
    if (std::abs(number) > static_cast<double>(max_integer) || std::trunc(number) != number)
        return std::nullopt;
    return static_cast<std::int64_t>(number);
}

std::optional<std::int64_t> optional_integer_at(const Object& object, std::string_view key) {
    const Value* value = find(object, key);
    return value ? integer_of(*value) : std::nullopt;
}

std::int64_t integer_at(const Object& object, std::string_view key, std::int64_t fallback) {
    return optional_integer_at(object, key).value_or(fallback);
}

std::optional<double> optional_number_at(const Object& object, std::string_view key) {
    const Value* value = find(object, key);
    return value ? number_of(*value) : std::nullopt;
}

double number_at(const Object& object, std::string_view key, double fallback) {
    return optional_number_at(object, key).value_or(fallback);
}

std::optional<WallTime> optional_time_at(const Object& object, std::string_view key) {
    const Value* value = find(object, key);
    return value && value->is_string() ? parse_rfc3339(view(value->get_string())) : std::nullopt;
}

WallTime time_at(const Object& object, std::string_view key) {
    return optional_time_at(object, key).value_or(WallTime{});
}

std::vector<std::string> texts_at(const Object& object, std::string_view key) {
    std::vector<std::string> texts;
    for (const Value& value : array_at(object, key)) {
        if (value.is_string()) texts.emplace_back(view(value.get_string()));
    }
    return texts;
}

int clamp_int(std::int64_t value) {
    return static_cast<int>(std::clamp<std::int64_t>(value, std::numeric_limits<int>::min(),
                                                     std::numeric_limits<int>::max()));
}

}  // namespace vistter::contract::json
