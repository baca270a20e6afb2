// Lists in pages (contract F.1): `limit`, an opaque `cursor`, and `next`; versions by ETag.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "studio/webapi/json_body.hpp"

namespace vistter::studio {

inline constexpr int default_page = 50;
inline constexpr int max_page = 200;

struct PageRequest {
    int limit = default_page;
    std::string after;  // the key of the last item of the page before; empty: from the start
};

// Errors: VAL_RANGE at /limit, VAL_SCHEMA at /cursor.
Result<PageRequest> read_page(const net::Request& request);

std::string cursor_of(const std::string& key);

// A time in the query, or nothing. Errors: VAL_SCHEMA at its name if it is no time.
Result<std::optional<WallTime>> read_time(const net::Request& request, const std::string& name);

// A change of a versioned resource names the version it was made from (contract F.1): If-Match with
// its ETag, or "*" for whichever there is. Errors: API_PRECONDITION (absent), STA_PRECONDITION
// (another).
Status check_if_match(const net::Request& request, const std::string& etag);

// One page of `items`, which stand in the order of the list; `key` names an item for ever.
template <class Item>
json::object page_of(const std::vector<Item>& items, const PageRequest& page,
                     const std::function<std::string(const Item&)>& key,
                     const std::function<json::value(const Item&)>& write) {
    std::size_t first = 0;
    if (!page.after.empty()) {
        while (first < items.size() && key(items[first]) != page.after) ++first;
        if (first < items.size()) ++first;
    }
    json::array written;
    std::size_t n = first;
    for (; n < items.size() && written.size() < static_cast<std::size_t>(page.limit); ++n) {
        written.push_back(write(items[n]));
    }
    const bool more = n < items.size() && n > 0;
    return {{"items", std::move(written)},
            {"next", more ? json::value(cursor_of(key(items[n - 1]))) : nullptr}};
}

}  // namespace vistter::studio
