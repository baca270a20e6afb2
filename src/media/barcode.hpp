// The machine-readable strip of simulated cameras and of the proof strip (findings, media 3): one
// row of 80 square cells, guard 1010, source 4 bits, frame 24 bits, time 32 bits (0.1 ms),
// CRC-16/CCITT; luma 30 and 220. Most significant bit first.
#pragma once

#include <cstdint>
#include <optional>

namespace vistter::media {

struct Barcode {
    unsigned source = 0;      // 0..15; the programme's own strip is 15
    std::uint32_t frame = 0;  // modulo 2^24
    std::uint32_t time = 0;
};

inline constexpr unsigned program_source = 15;

// Cell side for a picture `width` pixels wide (a multiple of 80).
int barcode_cell(int width);
// Draws into the luma plane with the strip's top row at `top`; the chroma below it is set to grey
// by the caller if wanted.
void draw_barcode(std::uint8_t* y, int stride, int width, int top, const Barcode& code);
// Reads a strip of a picture of any width; nothing if guard or CRC is wrong.
std::optional<Barcode> read_barcode(const std::uint8_t* y, int stride, int width, int top,
                                    int cell);

}  // namespace vistter::media
