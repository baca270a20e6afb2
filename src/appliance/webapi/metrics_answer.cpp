// Reads the query, then the day's table.
#include "appliance/webapi/metrics_answer.hpp"

#include <charconv>

#include "appliance/webapi/answer.hpp"

namespace vistter::appliance {
namespace {

constexpr int default_limit = 400, most = 2'000;
constexpr std::int64_t hour_ms = 3'600'000;

struct Range {
    WallTime from, to;
    int limit = default_limit;
};

Result<WallTime> time_of(const Call& call, const std::string& name, WallTime otherwise) {
    const auto given = call.request.query_value(name);
    if (!given) return otherwise;
    if (const auto time = parse_rfc3339(*given)) return *time;
    return fail_at(ErrorCode::VAL_RANGE, "/" + name,
                   name + " is a time like 2026-11-22T08:01:00.000Z.");
}

Result<int> limit_of(const Call& call) {
    const auto given = call.request.query_value("limit");
    if (!given) return default_limit;
    int limit = 0;
    const char* end = given->data() + given->size();
    const auto read = std::from_chars(given->data(), end, limit);
    if (read.ec == std::errc{} && read.ptr == end && limit >= 1 && limit <= most) return limit;
    return fail_at(ErrorCode::VAL_RANGE, "/limit", "limit is 1 to 2000.");
}

Result<Range> range_of(const Call& call, WallTime now) {
    const auto to = time_of(call, "to", WallTime{now.ms + 1});
    if (!to) return to.error();
    const auto from = time_of(call, "from", WallTime{to->ms - hour_ms});
    if (!from) return from.error();
    const auto limit = limit_of(call);
    if (!limit) return limit.error();
    return Range{*from, *to, *limit};
}

}  // namespace

net::Response metrics_answer(LocalServices& services, const Call& call) {
    const auto range = range_of(call, services.clock.wall());
    if (!range) return problem_answer(range.error(), call.correlation_id);
    json::array items;
    for (const auto& sample : services.metrics.between(range->from, range->to, range->limit))
        items.push_back({{"at", format_rfc3339(sample.at)},
                         {"window_s", sample.window_s},
                         {"metrics", json::parse(sample.body)}});
    return json_answer(200, {{"items", std::move(items)}, {"next", nullptr}});
}

}  // namespace vistter::appliance
