// Writes JSON objects as text, member by member.
#include "contract/object_writer.hpp"

#include <array>
#include <cassert>
#include <charconv>
#include <cmath>

#include "contract/json_text.hpp"

namespace vistter::contract {

void ObjectWriter::key(std::string_view name) {
    if (!members_.empty()) members_ += ',';
    members_ += quoted_text(name);
    members_ += ':';
}

ObjectWriter& ObjectWriter::text(std::string_view name, std::string_view value) {
    key(name);
    members_ += quoted_text(value);
    return *this;
}

ObjectWriter& ObjectWriter::integer(std::string_view name, std::int64_t value) {
    key(name);
    members_ += std::to_string(value);
    return *this;
}

ObjectWriter& ObjectWriter::number(std::string_view name, double value) {
    key(name);
    members_ += number_text(value);
    return *this;
}

ObjectWriter& ObjectWriter::boolean(std::string_view name, bool value) {
    key(name);
    members_ += value ? "true" : "false";
    return *this;
}

ObjectWriter& ObjectWriter::null(std::string_view name) {
    key(name);
    members_ += "null";
    return *this;
}

ObjectWriter& ObjectWriter::texts(std::string_view name, const std::vector<std::string>& values) {
    std::string list = "[";
    for (const std::string& value : values) {
        if (list.size() > 1) list += ',';
        list += quoted_text(value);
    }
    return raw(name, list + "]");
}

ObjectWriter& ObjectWriter::raw(std::string_view name, std::string_view json) {
    key(name);
    members_ += json;
    return *this;
}

std::string ObjectWriter::str() const {
    return "{" + members_ + "}";
}

std::string number_text(double value) {
    assert(std::isfinite(value));
    if (!std::isfinite(value)) return "0";
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return {digits.data(), end};
}

}  // namespace vistter::contract
