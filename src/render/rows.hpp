// The row kernels everything drawn goes through. Each has a plain reference and a vectorised twin
// that gives the same bytes for every length and alignment (a test holds them to it).
#pragma once

#include <cstddef>
#include <cstdint>

namespace vistter::render {

// Where a row of output pixels is read in an interleaved picture, in 1/65536 of its pixels.
struct SampleLine {
    const std::uint32_t* pixels = nullptr;  // Y | U << 8 | V << 16 | A << 24
    std::int32_t width = 0, height = 0;     // each at most 16384
    std::int64_t u = 0, v = 0;              // of the first output pixel
    std::int64_t du = 0, dv = 0;            // per output pixel
    std::uint32_t* scratch = nullptr;       // `width` pixels, for lines along a row of the picture
};

// Plain loops: what the vectorised ones must equal, and what they use for the last few bytes.
namespace reference {

// under = source * opacity/256 + under * (1 - alpha * opacity/256), per byte, rounded once.
// `source` is premultiplied by `alpha`, so no byte of it is above its alpha; opacity 0..256. The
// rows must not overlap, except that source and alpha may be one.
void blend_row(std::uint8_t* under, const std::uint8_t* source, const std::uint8_t* alpha,
               std::size_t count, int opacity);
// The same for NV12's chroma: under[2i] takes blue[i] and under[2i+1] red[i], both by alpha[i].
void blend_pairs(std::uint8_t* under, const std::uint8_t* blue, const std::uint8_t* red,
                 const std::uint8_t* alpha, std::size_t count, int opacity);
// out = (a * (128 - share) + b * share + 64) / 128; share 0..127. `out` may be `a` or `b`.
void lerp_row(std::uint8_t* out, const std::uint8_t* a, const std::uint8_t* b, std::size_t count,
              int share);
// out[i] = the mean of top[2i], top[2i+1], bottom[2i], bottom[2i+1], rounded to nearest.
void halve_rows(std::uint8_t* out, const std::uint8_t* top, const std::uint8_t* bottom,
                std::size_t out_count);
// out = values * cover / 255, rounded to nearest. `out` may be `values`.
void cover_row(std::uint8_t* out, const std::uint8_t* values, const std::uint8_t* cover,
               std::size_t count);
// Bilinear samples of `line` into four planes, first down, then across, each rounded to 8 bits,
// fractions of 1/256. Pixels without all four neighbours are 0.
void sample_row(const SampleLine& line, std::uint8_t* const planes[4], std::size_t count);

}  // namespace reference

void blend_row(std::uint8_t* under, const std::uint8_t* source, const std::uint8_t* alpha,
               std::size_t count, int opacity);
void blend_pairs(std::uint8_t* under, const std::uint8_t* blue, const std::uint8_t* red,
                 const std::uint8_t* alpha, std::size_t count, int opacity);
void lerp_row(std::uint8_t* out, const std::uint8_t* a, const std::uint8_t* b, std::size_t count,
              int share);
void halve_rows(std::uint8_t* out, const std::uint8_t* top, const std::uint8_t* bottom,
                std::size_t out_count);
void cover_row(std::uint8_t* out, const std::uint8_t* values, const std::uint8_t* cover,
               std::size_t count);
void sample_row(const SampleLine& line, std::uint8_t* const planes[4], std::size_t count);

}  // namespace vistter::render
