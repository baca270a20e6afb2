// The blend modes beyond source-over (contract C.2, C.7): multiply, screen and add, on encoded
// RGB, premultiplied, with the backdrop's own coverage where it has one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "render/row_pair.hpp"

namespace vistter::render {

enum class BlendMode { normal, multiply, screen, add };
BlendMode blend_mode_of(const std::string& name);

// Where two rows of luma and one of chroma are written. Without coverage the backdrop is opaque;
// `chroma_step` is 2 where U and V alternate (NV12).
struct UnderRows {
    std::uint8_t* luma[2];
    std::uint8_t* alpha[2];  // null: opaque
    std::uint8_t* blue;
    std::uint8_t* red;
    std::uint8_t* chroma_alpha;  // null: opaque
    std::size_t chroma_step = 1;
};

// Blends `count` columns (even). Pixels the source does not cover keep their bytes. Opacity 0..256.
// `mode` is not normal.
void blend_rows(BlendMode mode, const UnderRows& under, const RowPair& source, std::size_t count,
                int opacity);

}  // namespace vistter::render
