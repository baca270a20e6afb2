// The three row kernels everything drawn goes through. Each has a plain reference and a vectorised
// twin that gives the same bytes for every length and alignment (a test holds them to it).
#pragma once

#include <cstddef>
#include <cstdint>

namespace vistter::render {

// under = source * opacity/256 + under * (1 - alpha * opacity/256), per byte, rounded once.
// `source` is premultiplied by `alpha`, so no byte of it is above its alpha; opacity 0..256. The rows must not overlap.
void blend_row(std::uint8_t* under, const std::uint8_t* source, const std::uint8_t* alpha,
               std::size_t count, int opacity);
// out = (a * (64 - share) + b * share + 32) / 64; share 0..63. `out` may be `a` or `b`.
void lerp_row(std::uint8_t* out, const std::uint8_t* a, const std::uint8_t* b, std::size_t count,
              int share);
// out[i] = the mean of top[2i], top[2i+1], bottom[2i], bottom[2i+1], rounded to nearest.
void halve_rows(std::uint8_t* out, const std::uint8_t* top, const std::uint8_t* bottom,
                std::size_t out_count);

namespace reference {
void blend_row(std::uint8_t* under, const std::uint8_t* source, const std::uint8_t* alpha,
               std::size_t count, int opacity);
void lerp_row(std::uint8_t* out, const std::uint8_t* a, const std::uint8_t* b, std::size_t count,
              int share);
void halve_rows(std::uint8_t* out, const std::uint8_t* top, const std::uint8_t* bottom,
                std::size_t out_count);
}  // namespace reference

}  // namespace vistter::render
