#include "link/replay_window.hpp"

#include <algorithm>

namespace vistter::link {

bool ReplayWindow::fresh(std::int64_t seq) const {
    if (seq < 1) return false;
    if (seq > highest_) return true;
    if (seq <= highest_ - size) return false;
    const auto word = static_cast<std::size_t>(seq / word_bits) % words;
    return (bits_[word] >> (seq % word_bits) & 1U) == 0;
}

bool ReplayWindow::accept(std::int64_t seq) {
    if (!fresh(seq)) return false;
    if (seq > highest_) {
        const std::int64_t from = highest_ / word_bits;
        const std::int64_t steps =
            std::min<std::int64_t>(seq / word_bits - from, static_cast<std::int64_t>(words));
        for (std::int64_t i = 1; i <= steps; ++i) {
            bits_[static_cast<std::size_t>(seq / word_bits - steps + i) % words] = 0;
        }
        highest_ = seq;
    }
    bits_[static_cast<std::size_t>(seq / word_bits) % words] |= std::uint64_t{1}
                                                                << (seq % word_bits);
    return true;
}

}  // namespace vistter::link
