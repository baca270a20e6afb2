// Decoded pictures and where the newest of each source is kept.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace vistter::media {

// An I420 picture in contiguous planes of even size, filled once and then only read.
struct Frame {
    int width = 0, height = 0;
    std::int64_t arrived_ns = 0;  // CLOCK_MONOTONIC
    std::int64_t number = 0;      // counts the source's frames since it was opened
    std::vector<std::uint8_t> bytes;
    std::uint8_t* y() { return bytes.data(); }
    std::uint8_t* u() { return bytes.data() + static_cast<std::size_t>(width) * height; }
    std::uint8_t* v() { return u() + static_cast<std::size_t>(width / 2) * (height / 2); }
    const std::uint8_t* y() const { return const_cast<Frame*>(this)->y(); }
    const std::uint8_t* u() const { return const_cast<Frame*>(this)->u(); }
    const std::uint8_t* v() const { return const_cast<Frame*>(this)->v(); }
};

// Shared: the decoder publishes while the tick still reads the previous picture.
using FramePtr = std::shared_ptr<const Frame>;

}  // namespace vistter::media
