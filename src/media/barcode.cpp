// The strip's layout in one place: 4 guard bits, 60 data bits, 16 bits of CRC-16/CCITT-FALSE over
// the data bits.
#include "media/barcode.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace vistter::media {
namespace {

constexpr int cells = 80, guard_bits = 4, data_bits = 60, crc_bits = 16;
constexpr unsigned guard = 0b1010;
constexpr std::uint8_t dark = 30, bright = 220;
// Below this distance between the guard's bright and dark cells the picture holds no strip.
constexpr int least_contrast = 40;

std::uint64_t pack(const Barcode& code) {
    return (std::uint64_t{code.source & 0xfu} << 56) |
           (std::uint64_t{code.frame & 0xffffffu} << 32) | code.time;
}

// CRC-16/CCITT-FALSE (polynomial 0x1021, start 0xffff), bit by bit because 60 bits are no whole
// bytes.
std::uint16_t checksum(std::uint64_t data) {
    std::uint16_t crc = 0xffff;
    for (int bit = data_bits - 1; bit >= 0; --bit) {
        bool feedback = ((crc >> 15) ^ static_cast<unsigned>(data >> bit)) & 1u;
        crc = static_cast<std::uint16_t>(crc << 1);
        if (feedback) crc ^= 0x1021;
    }
    return crc;
}

// One flag a cell, left to right.
std::array<bool, cells> lay_out(const Barcode& code) {
    std::uint64_t data = pack(code);
    std::uint16_t crc = checksum(data);
    std::array<bool, cells> bits{};
    int at = 0;
    for (int bit = guard_bits - 1; bit >= 0; --bit) bits[at++] = (guard >> bit) & 1u;
    for (int bit = data_bits - 1; bit >= 0; --bit) bits[at++] = (data >> bit) & 1u;
    for (int bit = crc_bits - 1; bit >= 0; --bit) bits[at++] = (crc >> bit) & 1u;
    return bits;
}

// Mean luma of the inner part of a cell: its borders are blurred by codecs and scalers.
int sample(const std::uint8_t* y, int stride, int width, int top, int cell, int index) {
    int left = static_cast<int>(std::int64_t{width} * index / cells);
    int right = static_cast<int>(std::int64_t{width} * (index + 1) / cells);
    int margin_x = (right - left) / 4, margin_y = cell / 4;
    int sum = 0, count = 0;
    for (int row = top + margin_y; row < std::max(top + cell - margin_y, top + margin_y + 1);
         ++row) {
        for (int x = left + margin_x; x < std::max(right - margin_x, left + margin_x + 1); ++x) {
            sum += y[static_cast<std::ptrdiff_t>(row) * stride + x];
            ++count;
        }
    }
    return count == 0 ? 0 : sum / count;
}

}  // namespace

int barcode_cell(int width) {
    return std::max(1, width / cells);
}

void draw_barcode(std::uint8_t* y, int stride, int width, int top, const Barcode& code) {
    int cell = barcode_cell(width);
    std::array<bool, cells> bits = lay_out(code);
    std::uint8_t* first = y + static_cast<std::ptrdiff_t>(top) * stride;
    for (int index = 0; index < cells; ++index) {
        std::memset(first + index * cell, bits[index] ? bright : dark,
                    static_cast<std::size_t>(cell));
    }
    for (int row = 1; row < cell; ++row) {
        std::memcpy(first + static_cast<std::ptrdiff_t>(row) * stride, first,
                    static_cast<std::size_t>(cell) * cells);
    }
}

std::optional<Barcode> read_barcode(const std::uint8_t* y, int stride, int width, int top,
                                    int cell) {
    if (width < cells || cell < 1 || top < 0) return std::nullopt;
    std::array<int, cells> luma{};
    for (int index = 0; index < cells; ++index)
        luma[index] = sample(y, stride, width, top, cell, index);
    int high = (luma[0] + luma[2]) / 2, low = (luma[1] + luma[3]) / 2;
    if (high - low < least_contrast) return std::nullopt;
    int threshold = (high + low) / 2;
    std::uint64_t data = 0;
    unsigned found_guard = 0, crc = 0;
    for (int index = 0; index < cells; ++index) {
        unsigned bit = luma[index] > threshold ? 1u : 0u;
        if (index < guard_bits) {
            found_guard = (found_guard << 1) | bit;
        } else if (index < guard_bits + data_bits) {
            data = (data << 1) | bit;
        } else {
            crc = (crc << 1) | bit;
        }
    }
    if (found_guard != guard || crc != checksum(data)) return std::nullopt;
    return Barcode{.source = static_cast<unsigned>(data >> 56) & 0xfu,
                   .frame = static_cast<std::uint32_t>(data >> 32) & 0xffffffu,
                   .time = static_cast<std::uint32_t>(data)};
}

}  // namespace vistter::media
