// Programme pictures as JPEG for the local page (MJPEG, 640x360 at most 10 a second; rulings 26).
// Off the tick thread, latest wins.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/bytes.hpp"

namespace vistter::media {

class Preview {
  public:
    virtual ~Preview() = default;
    // Copies the picture (I420, contiguous, the encoder's size) if the last one has been encoded;
    // otherwise does nothing. Tick thread.
    virtual void offer(const std::uint8_t* i420, std::int64_t frame) = 0;
    // Whether anybody watches; nobody does at first. Any thread.
    virtual void set_wanted(bool wanted) = 0;
};

// `image` on the preview's own thread; not after the preview is destroyed.
std::unique_ptr<Preview> open_preview(int width, int height,
                                      std::function<void(std::int64_t frame, Bytes jpeg)> image);

}  // namespace vistter::media
