// Sliding windows of attempts.
#include "studio/core/rate_limiter.hpp"

#include <algorithm>

namespace vistter::studio {
namespace {

std::int64_t steady_ms(SteadyTime time) {
    return time.ns / 1'000'000;
}

void drop_until(std::deque<std::int64_t>& attempts, std::int64_t oldest_kept) {
    while (!attempts.empty() && attempts.front() < oldest_kept) attempts.pop_front();
}

}  // namespace

std::optional<std::int64_t> RateLimiter::take(const std::string& source, SteadyTime now) {
    const std::int64_t now_ms = steady_ms(now);
    forget_old(now_ms);
    if (all_.size() >= static_cast<std::size_t>(limits_.total)) {
        return std::max<std::int64_t>(1, all_.front() + limits_.window_ms - now_ms);
    }
    const auto known = by_source_.find(source);
    if (known != by_source_.end() &&
        known->second.size() >= static_cast<std::size_t>(limits_.per_source)) {
        return std::max<std::int64_t>(1, known->second.front() + limits_.window_ms - now_ms);
    }
    all_.push_back(now_ms);
    if (known != by_source_.end()) {
        known->second.push_back(now_ms);
    } else if (by_source_.size() < limits_.max_sources) {
        by_source_[source].push_back(now_ms);
    }
    return std::nullopt;
}

RateLimiter::Standing RateLimiter::standing(const std::string& source, SteadyTime now) const {
    Standing standing{limits_.per_source, limits_.per_source, 0};
    const auto known = by_source_.find(source);
    if (known == by_source_.end()) return standing;
    const std::int64_t now_ms = steady_ms(now);
    for (const std::int64_t attempt : known->second) {
        const std::int64_t free_in_ms = attempt + limits_.window_ms - now_ms;
        if (free_in_ms <= 0) continue;
        if (standing.reset_ms == 0) standing.reset_ms = free_in_ms;
        --standing.remaining;
    }
    return standing;
}

void RateLimiter::give_back(const std::string& source) {
    if (!all_.empty()) all_.pop_back();
    const auto known = by_source_.find(source);
    if (known != by_source_.end() && !known->second.empty()) known->second.pop_back();
}

void RateLimiter::forget_old(std::int64_t now_ms) {
    const std::int64_t oldest_kept = now_ms - limits_.window_ms + 1;
    drop_until(all_, oldest_kept);
    for (auto entry = by_source_.begin(); entry != by_source_.end();) {
        drop_until(entry->second, oldest_kept);
        entry = entry->second.empty() ? by_source_.erase(entry) : std::next(entry);
    }
}

}  // namespace vistter::studio
