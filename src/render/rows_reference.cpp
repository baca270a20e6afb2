// The row kernels as plain loops: what the vectorised ones must equal, and what they use for the
// last few bytes.
#include "render/rows.hpp"

namespace vistter::render::reference {

void blend_row(std::uint8_t* under, const std::uint8_t* source, const std::uint8_t* alpha,
               std::size_t count, int opacity) {
    for (std::size_t i = 0; i < count; ++i) {
        // 8.8 fixed point; under * 257 / 65536 is under / 255 to within 2^-16.
        const unsigned faded_source = source[i] * static_cast<unsigned>(opacity);
        const unsigned faded_alpha = alpha[i] * static_cast<unsigned>(opacity);
        const unsigned kept = under[i] * 257u * (255u * 256 - faded_alpha) >> 16;
        under[i] = static_cast<std::uint8_t>((faded_source + kept + 128) >> 8);
    }
}

void lerp_row(std::uint8_t* out, const std::uint8_t* a, const std::uint8_t* b, std::size_t count,
              int share) {
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = static_cast<std::uint8_t>((a[i] * (64 - share) + b[i] * share + 32) >> 6);
    }
}

void halve_rows(std::uint8_t* out, const std::uint8_t* top, const std::uint8_t* bottom,
                std::size_t out_count) {
    for (std::size_t i = 0; i < out_count; ++i) {
        const int sum = top[2 * i] + top[2 * i + 1] + bottom[2 * i] + bottom[2 * i + 1];
        out[i] = static_cast<std::uint8_t>((sum + 2) >> 2);
    }
}

}  // namespace vistter::render::reference
