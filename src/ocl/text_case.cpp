// Case mapping by ranges of Unicode's simple one-to-one pairs.
#include "ocl/text_case.hpp"

#include <cstdint>

namespace vistter::ocl {

namespace {

// Bytes of the code point a lead byte starts; a stray byte counts as one.
std::size_t length_of(unsigned char lead) {
    if (lead >= 0xF0) return 4;
    if (lead >= 0xE0) return 3;
    if (lead >= 0xC0) return 2;
    return 1;
}

bool within(std::uint32_t value, std::uint32_t first, std::uint32_t last) {
    return first <= value && value <= last;
}

// Blocks where upper and lower case alternate; `even` says whether the upper one is even.
bool is_alternating(std::uint32_t c, bool& even) {
    even = within(c, 0x100, 0x137) || within(c, 0x14A, 0x177) || within(c, 0x460, 0x481) ||
           within(c, 0x48A, 0x4BF) || within(c, 0x4D0, 0x52F);
    // U+0130 and U+0131 pair with plain I and i by language, not with each other; U+0138 and U+0149
    // have no upper case.
    if (c == 0x130 || c == 0x131) return false;
    return even || within(c, 0x139, 0x148) || within(c, 0x179, 0x17E);
}

std::uint32_t upper(std::uint32_t c) {
    if (within(c, 'a', 'z')) return c - 32;
    if (within(c, 0xE0, 0xFE) && c != 0xF7) return c - 32;
    if (c == 0xFF) return 0x178;
    if (within(c, 0x3B1, 0x3C9) && c != 0x3C2) return c - 32;
    if (within(c, 0x430, 0x44F)) return c - 32;
    if (within(c, 0x450, 0x45F)) return c - 80;
    bool even = false;
    if (is_alternating(c, even)) return even == (c % 2 == 1) ? c - 1 : c;
    return c;
}

std::uint32_t lower(std::uint32_t c) {
    if (within(c, 'A', 'Z')) return c + 32;
    if (within(c, 0xC0, 0xDE) && c != 0xD7) return c + 32;
    if (c == 0x178) return 0xFF;
    if (within(c, 0x391, 0x3A9) && c != 0x3A2) return c + 32;
    if (within(c, 0x410, 0x42F)) return c + 32;
    if (within(c, 0x400, 0x40F)) return c + 80;
    bool even = false;
    if (is_alternating(c, even)) return even == (c % 2 == 0) ? c + 1 : c;
    return c;
}

template <class Map>
std::string mapped(std::string_view text, Map map) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const auto lead = static_cast<unsigned char>(text[at]);
        const std::size_t length = length_of(lead);
        if (length == 1) {
            out.push_back(lead < 0x80 ? static_cast<char>(map(lead)) : text[at]);
        } else if (length == 2 && at + 1 < text.size()) {
            const std::uint32_t c =
                map((lead & 0x1Fu) << 6 | (static_cast<unsigned char>(text[at + 1]) & 0x3Fu));
            out.push_back(static_cast<char>(0xC0 | c >> 6));
            out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
        } else {
            out.append(text.substr(at, length));
        }
        at += length;
    }
    return out;
}

}  // namespace

std::string to_upper(std::string_view text) {
    return mapped(text, upper);
}
std::string to_lower(std::string_view text) {
    return mapped(text, lower);
}

std::string_view first_code_points(std::string_view text, std::size_t count) {
    std::size_t at = 0;
    for (; count > 0 && at < text.size(); --count)
        at += length_of(static_cast<unsigned char>(text[at]));
    return text.substr(0, at);
}

}  // namespace vistter::ocl
