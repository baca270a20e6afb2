#include "link/courier.hpp"

#include <algorithm>
#include <array>

namespace vistter::link {

std::int64_t retry_wait_ms(int sends) {
    constexpr std::array<std::int64_t, 4> first = {5'000, 10'000, 20'000, 40'000};
    const auto index = static_cast<std::size_t>(std::max(sends, 1) - 1);
    return index < first.size() ? first[index] : 60'000;
}

void Courier::add(std::string message_id, WallTime expires_at) {
    for (const Item& item : items_) {
        if (item.message_id == message_id) return;
    }
    Item item;
    item.message_id = std::move(message_id);
    item.expires_at = expires_at;
    items_.push_back(std::move(item));
}

void Courier::settle(std::string_view message_id) {
    std::erase_if(items_, [&](const Item& item) { return item.message_id == message_id; });
}

std::vector<std::string> Courier::due(SteadyTime now, WallTime wall) {
    std::vector<std::string> ids;
    std::size_t flying = in_flight();
    for (Item& item : items_) {
        if (item.resting) continue;
        if (item.sends == 0) {
            // Nothing overtakes: order of acceptance is order of sending.
            if (flying >= limit_ || !meter_.take(now)) break;
            ++flying;
        } else if (now < item.next) {
            continue;
        }
        item.resting = wall >= item.expires_at;
        if (item.resting) --flying;
        ++item.sends;
        item.next = {now.ns + retry_wait_ms(item.sends) * 1'000'000};
        ids.push_back(item.message_id);
    }
    return ids;
}

std::optional<SteadyTime> Courier::next() const {
    std::optional<SteadyTime> earliest;
    bool unsent = false;
    for (const Item& item : items_) {
        unsent = unsent || item.sends == 0;
        if (item.sends == 0 || item.resting) continue;
        if (!earliest || item.next < *earliest) earliest = item.next;
    }
    const auto paced = unsent && in_flight() < limit_ ? meter_.ready_at() : std::nullopt;
    if (paced && (!earliest || *paced < *earliest)) earliest = paced;
    return earliest;
}

std::size_t Courier::in_flight() const {
    return static_cast<std::size_t>(
        std::count_if(items_.begin(), items_.end(),
                      [](const Item& item) { return item.sends > 0 && !item.resting; }));
}

}  // namespace vistter::link
