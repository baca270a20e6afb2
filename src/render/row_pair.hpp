// Two rows of a premultiplied picture as they land on output rows y and y+1, y even, from an even
// column on: luma and coverage in full, chroma and its coverage once for each four pixels, as in
// 4:2:0. Every source of pixels is read, and everything is blended, through these.
#pragma once

#include <cstdint>

namespace vistter::render {

struct RowPair {
    const std::uint8_t* luma[2];
    const std::uint8_t* alpha[2];
    const std::uint8_t* blue;
    const std::uint8_t* red;
    const std::uint8_t* chroma_alpha;
};

}  // namespace vistter::render
