// How alike two pictures are.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace vistter::bench {

// Peak signal to noise in decibels, at most 99.
inline double likeness(const std::uint8_t* a, const std::uint8_t* b, std::size_t bytes) {
    double squares = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
        const double off = static_cast<double>(a[i]) - b[i];
        squares += off * off;
    }
    const double ratio = 255.0 * 255 * static_cast<double>(bytes) / std::max(squares, 1e-9);
    return std::min(99.0, 10 * std::log10(ratio));
}

}  // namespace vistter::bench
