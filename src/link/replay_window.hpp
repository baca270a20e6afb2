// Which sequence numbers of one sender in one session were already seen: a sliding window of 1,024
// (contract B.5).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace vistter::link {

// A bitmap ring after the idea of RFC 6479: moving forward clears whole words instead of shifting
// bits. Only numbers of messages that are already authenticated may be given to it.
class ReplayWindow {
  public:
    static constexpr std::int64_t size = 1'024;

    // Whether `seq` (>= 1) is new and not older than the window. Changes nothing.
    bool fresh(std::int64_t seq) const;
    // Remembers `seq`; false, and nothing changed, when it was not fresh.
    bool accept(std::int64_t seq);
    std::int64_t highest() const { return highest_; }  // 0: none yet

  private:
    static constexpr std::int64_t word_bits = 64;
    static constexpr std::size_t words =
        size / word_bits + 1;  // one more: the window may begin inside a word

    std::array<std::uint64_t, words> bits_{};
    std::int64_t highest_ = 0;
};

}  // namespace vistter::link
