// Strict reading of JSON text (contract B.1) into a Boost.JSON value, and the small helpers that
// take a value apart. For this room and the few that may touch JSON (webapi, cli, sim); nobody else
// sees a JSON library.
#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace vistter::contract::json {

using Value = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;

inline constexpr std::int64_t max_integer = 9'007'199'254'740'991;  // 2^53 - 1

// UTF-8 without BOM, no duplicate keys, depth at most 32, finite and correctly rounded numbers,
// integers within
// +-(2^53-1), nothing after the value. Errors: VAL_TOO_BIG past `max_bytes`, else VAL_JSON.
Result<Value> parse(std::string_view text, std::size_t max_bytes);

// The readers below are forgiving (absent or of another type: the fallback), because a schema has
// judged before.
const Value* find(const Object& object, std::string_view key);
const Object& object_at(const Object& object, std::string_view key);  // an empty object when absent
const Array& array_at(const Object& object, std::string_view key);    // an empty array when absent
std::string text_at(const Object& object, std::string_view key, std::string_view fallback = {});
bool boolean_at(const Object& object, std::string_view key, bool fallback);
std::int64_t integer_at(const Object& object, std::string_view key, std::int64_t fallback);
double number_at(const Object& object, std::string_view key, double fallback);
std::optional<std::string> optional_text_at(const Object& object, std::string_view key);
std::optional<std::int64_t> optional_integer_at(const Object& object, std::string_view key);
std::optional<double> optional_number_at(const Object& object, std::string_view key);
std::optional<WallTime> optional_time_at(const Object& object, std::string_view key);
WallTime time_at(const Object& object,
                 std::string_view key);  // the epoch when absent or impossible
std::vector<std::string> texts_at(const Object& object, std::string_view key);

// The number a value holds, if it is one; an integral number as an integer.
std::optional<double> number_of(const Value& value);
std::optional<std::int64_t> integer_of(const Value& value);
inline std::string_view view(const boost::json::string& text) {
    return {text.data(), text.size()};
}

// The int nearest to a 64-bit value, for members whose range the schema bounds.
int clamp_int(std::int64_t value);

}  // namespace vistter::contract::json
