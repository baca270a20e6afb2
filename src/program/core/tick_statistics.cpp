// A ring of durations and its percentiles.
#include "program/core/tick_statistics.hpp"

#include <algorithm>

namespace vistter::program {
namespace {

constexpr std::size_t kept = 300;

}  // namespace

TickStatistics::TickStatistics() : newest_(kept) {
    sorted_.reserve(kept);
}

void TickStatistics::add(std::int64_t work_ns) {
    newest_[count_++ % kept] = work_ns;
}

double TickStatistics::percentile(double share) {
    std::size_t size = std::min(count_, kept);
    if (size == 0) return 0;
    sorted_.assign(newest_.begin(), newest_.begin() + static_cast<std::ptrdiff_t>(size));
    std::size_t at =
        std::min(size - 1, static_cast<std::size_t>(share * static_cast<double>(size)));
    std::nth_element(sorted_.begin(), sorted_.begin() + static_cast<std::ptrdiff_t>(at),
                     sorted_.end());
    return static_cast<double>(sorted_[at]) / 1e6;
}

}  // namespace vistter::program
