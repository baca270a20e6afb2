// The regular expressions of our schemas, run as a table: one look-up a byte, no recursion, no
// back-tracking, so that no foreign string can make matching slow or deep (std::regex recurses once
// a character).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace vistter::contract {

// The whole-string subset our schemas use: ^...$ with literals, [classes], (groups|alternatives), ?
// * + {m} {m,n} and
// \-escapes of punctuation. Works on bytes: a negated class matches each byte of a longer UTF-8
// character.
class Pattern {
  public:
    // Throws std::invalid_argument on anything outside the subset: a schema of ours is wrong.
    explicit Pattern(std::string_view expression);
    bool matches(std::string_view text) const;

  private:
    static constexpr std::uint16_t dead = 0xFFFF;
    std::vector<std::array<std::uint16_t, 256>> next_;  // row 0 is the start
    std::vector<bool> accepts_;
};

}  // namespace vistter::contract
