// Reading limit and cursor.
#include "studio/webapi/page_list.hpp"

#include <charconv>

#include "base/bytes.hpp"

namespace vistter::studio {

Result<PageRequest> read_page(const net::Request& request) {
    PageRequest page;
    if (const auto limit = request.query_value("limit")) {
        const char* end = limit->data() + limit->size();
        const auto [stop, error] = std::from_chars(limit->data(), end, page.limit);
        if (error != std::errc{} || stop != end || page.limit < 1 || page.limit > max_page) {
            return fail_at(ErrorCode::VAL_RANGE, "/limit", "limit must be from 1 to 200");
        }
    }
    if (const auto cursor = request.query_value("cursor")) {
        const auto key = from_base64url(*cursor);
        if (!key || key->empty()) {
            return fail_at(ErrorCode::VAL_SCHEMA, "/cursor", "this cursor was not given out here");
        }
        page.after = as_text(*key);
    }
    return page;
}

Result<std::optional<WallTime>> read_time(const net::Request& request, const std::string& name) {
    const auto given = request.query_value(name);
    if (!given) return std::optional<WallTime>();
    const auto time = parse_rfc3339(*given);
    if (!time) {
        return fail_at(ErrorCode::VAL_SCHEMA, "/" + name,
                       name + " must be like 2026-11-22T08:01:00.123Z");
    }
    return std::optional<WallTime>(*time);
}

std::string cursor_of(const std::string& key) {
    return to_base64url(as_bytes(key));
}

Status check_if_match(const net::Request& request, const std::string& etag) {
    const std::string given = request.header("if-match");
    if (given.empty()) {
        return fail(
            ErrorCode::API_PRECONDITION,
            "send If-Match with the ETag of what you read, so that nobody's change is lost");
    }
    if (given == "*" || given == etag) return ok();
    return fail(ErrorCode::STA_PRECONDITION, "it has changed since you read it; read it again");
}

}  // namespace vistter::studio
