// JSON in, JSON out.
#include "studio/webapi/json_body.hpp"

#include <fmt/format.h>

#include "contract/json.hpp"

namespace vistter::studio {
namespace {

// A PATCH here is a merge patch, by either name.
bool is_json(const net::Request& request) {
    const std::string given = request.header("content-type");
    const std::string_view type = std::string_view(given).substr(0, given.find(';'));
    return type == "application/json" ||
           (request.method == "PATCH" && type == "application/merge-patch+json");
}

}  // namespace

Result<json::object> read_object(const net::Request& request, std::size_t limit) {
    if (!is_json(request)) {
        return fail(ErrorCode::API_MEDIA_TYPE, "send the body as Content-Type: application/json");
    }
    if (request.body.size() > limit) {
        return fail(ErrorCode::API_TOO_LARGE,
                    fmt::format("the body may have at most {} bytes", limit));
    }
    auto value = contract::json::parse(request.body, limit);
    if (!value) return value.error();
    if (!value->is_object())
        return fail_at(ErrorCode::VAL_SCHEMA, "", "the body must be a JSON object");
    return std::move(value->as_object());
}

const json::value* Members::find(std::string_view name) {
    known_.emplace(name);
    const json::value* value = object_.if_contains(name);
    return value && !value->is_null() ? value : nullptr;
}

std::string Members::text(std::string_view name, std::size_t max_length) {
    if (auto given = optional_text(name, max_length)) return *given;
    if (!find(name)) fault(name, ErrorCode::VAL_SCHEMA, fmt::format("{} is missing", name));
    return {};
}

std::optional<std::string> Members::optional_text(std::string_view name, std::size_t max_length) {
    const json::value* value = find(name);
    if (!value) return std::nullopt;
    if (!value->is_string() || value->as_string().size() > max_length) {
        fault(name, ErrorCode::VAL_SCHEMA,
              fmt::format("{} must be a text of at most {} bytes", name, max_length));
        return std::nullopt;
    }
    return std::string(value->as_string());
}

std::optional<std::int64_t> Members::optional_integer(std::string_view name) {
    const json::value* value = find(name);
    if (!value) return std::nullopt;
    const auto number = contract::json::integer_of(*value);
    if (!number) fault(name, ErrorCode::VAL_SCHEMA, fmt::format("{} must be an integer", name));
    return number;
}

std::optional<WallTime> Members::optional_time(std::string_view name) {
    const auto text = optional_text(name, 64);
    if (!text) return std::nullopt;
    const auto time = parse_rfc3339(*text);
    if (!time)
        fault(name, ErrorCode::VAL_SCHEMA,
              fmt::format("{} must be like 2026-11-22T08:01:00.123Z", name));
    return time;
}

const json::object* Members::object(std::string_view name, bool required) {
    const json::value* value = find(name);
    if (value && value->is_object()) return &value->as_object();
    if (value || required)
        fault(name, ErrorCode::VAL_SCHEMA, fmt::format("{} must be an object", name));
    return nullptr;
}

const json::array* Members::array(std::string_view name, bool required) {
    const json::value* value = find(name);
    if (value && value->is_array()) return &value->as_array();
    if (value || required)
        fault(name, ErrorCode::VAL_SCHEMA, fmt::format("{} must be a list", name));
    return nullptr;
}

void Members::fault(std::string_view name, ErrorCode code, std::string words) {
    faults_.push_back({.pointer = fmt::format("/{}", name),
                       .keyword = {},
                       .expected = {},
                       .actual = {},
                       .hint = std::move(words),
                       .code = code});
}

Status Members::done() {
    for (const auto& member : object_) {
        const std::string_view name(member.key());
        if (known_.contains(name)) continue;
        fault(name, ErrorCode::VAL_UNKNOWN_FIELD, "this member is not known here");
    }
    if (faults_.empty()) return ok();
    constexpr std::size_t most_details = 50;
    if (faults_.size() > most_details) faults_.resize(most_details);
    return Error{faults_.front().code, faults_.front().hint, faults_};
}

net::Response json_response(int status, const json::value& body) {
    net::Response response;
    response.status = status;
    response.headers = {{"Content-Type", "application/json"}};
    response.body = json::serialize(body);
    return response;
}

json::value stored_json(std::string_view text) {
    if (text.empty()) return nullptr;
    boost::system::error_code failed;
    json::value value = json::parse({text.data(), text.size()}, failed);
    return failed ? json::value(nullptr) : value;
}

}  // namespace vistter::studio
