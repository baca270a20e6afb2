// Unicode blocks by script.
#include "contract/text_scripts.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace vistter::contract {
namespace {

struct Block {
    std::uint32_t first, last;
};

constexpr Block rtl_blocks[] = {
    {0x0590, 0x08FF}, {0xFB1D, 0xFDFF}, {0xFE70, 0xFEFC}, {0x10800, 0x10FFF}, {0x1E800, 0x1EFFF}};
constexpr Block complex_blocks[] = {{0x0900, 0x109F}, {0x1700, 0x18AF}, {0x1900, 0x1AAF},
                                    {0x1B00, 0x1C4F}, {0xA800, 0xA82F}, {0xA840, 0xA95F},
                                    {0xA980, 0xAADF}, {0xABC0, 0xABFF}, {0x11000, 0x11FFF}};

template <std::size_t n>
bool is_in(const Block (&blocks)[n], std::uint32_t point) {
    return std::any_of(std::begin(blocks), std::end(blocks), [point](const Block& block) {
        return point >= block.first && point <= block.last;
    });
}

// The code point at `at`, which then stands behind it. A broken sequence reads as its first byte.
std::uint32_t next_point(std::string_view text, std::size_t& at) {
    const auto byte = static_cast<unsigned char>(text[at++]);
    const int more = byte < 0xC0 ? 0 : byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
    if (more == 0 || text.size() - at < static_cast<std::size_t>(more)) return byte;
    std::uint32_t point = byte & (0x3FU >> more);
    for (int i = 0; i < more; ++i)
        point = point << 6 | (static_cast<unsigned char>(text[at++]) & 0x3FU);
    return point;
}

}  // namespace

TextScripts scripts_of(std::string_view text) {
    TextScripts scripts;
    for (std::size_t at = 0; at < text.size();) {
        const std::uint32_t point = next_point(text, at);
        if (point < 0x0590) continue;
        scripts.rtl |= is_in(rtl_blocks, point);
        scripts.complex |= is_in(complex_blocks, point);
    }
    return scripts;
}

}  // namespace vistter::contract
