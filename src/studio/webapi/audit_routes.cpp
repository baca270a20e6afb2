// The audit trail, for reading.
#include <charconv>
#include <utility>

#include "studio/webapi/json_body.hpp"
#include "studio/webapi/page_list.hpp"
#include "studio/webapi/route.hpp"

namespace vistter::studio {
namespace {

json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object entry_json(const AuditEntry& entry) {
    return {{"n", entry.n},
            {"at", format_rfc3339(entry.row.at)},
            {"actor", entry.row.actor},
            {"actor_name", text_or_null(entry.actor_name)},
            {"action", entry.row.action},
            {"target", entry.row.target},
            {"outcome", entry.row.outcome},
            {"correlation_id", text_or_null(entry.row.correlation_id)}};
}

Result<std::int64_t> read_before(const PageRequest& page) {
    std::int64_t n = 0;
    const char* end = page.after.data() + page.after.size();
    const auto [stop, error] = std::from_chars(page.after.data(), end, n);
    if (page.after.empty()) return n;
    if (error != std::errc{} || stop != end || n < 1)
        return fail_at(ErrorCode::VAL_SCHEMA, "/cursor", "this cursor was not given out here");
    return n;
}

Result<AuditQuery> read_query(const Call& call, const PageRequest& page) {
    AuditQuery query;
    query.tenant = call.who->user.tenant;
    query.with_nobodys = call.who->home;
    query.limit = page.limit + 1;
    const auto before = read_before(page);
    if (!before) return before.error();
    query.before_n = *before;
    for (const auto& [name, field] :
         {std::pair{"actor", &query.actor}, std::pair{"action", &query.action},
          std::pair{"target", &query.target}, std::pair{"outcome", &query.outcome}}) {
        *field = call.request.query_value(name).value_or("");
    }
    const auto from = read_time(call.request, "from");
    if (!from) return from.error();
    query.from = *from;
    const auto to = read_time(call.request, "to");
    if (!to) return to.error();
    query.to = *to;
    return query;
}

Result<net::Response> get_audit(Services& services, const Call& call) {
    const auto page = read_page(call.request);
    if (!page) return page.error();
    const auto query = read_query(call, *page);
    if (!query) return query.error();
    auto entries = services.audit.read(*query);
    const bool more = entries.size() > static_cast<std::size_t>(page->limit);
    if (more) entries.pop_back();
    json::array items;
    for (const AuditEntry& entry : entries) items.push_back(entry_json(entry));
    const json::value next =
        more ? json::value(cursor_of(std::to_string(entries.back().n))) : json::value(nullptr);
    return json_response(200, json::object{{"items", std::move(items)}, {"next", next}});
}

}  // namespace

std::vector<Route> audit_routes() {
    return {{.method = "GET", .pattern = "/v1/audit", .access = Access::admin, .now = get_audit}};
}

}  // namespace vistter::studio
