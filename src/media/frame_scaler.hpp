// Fits decoded I420 pictures of any size and stride into frames of the programme's size, shape
// kept, black around.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "media/frame.hpp"

namespace vistter::media {

// A borrowed I420 picture: planes as the decoder laid them out.
struct PictureView {
    const std::uint8_t *y = nullptr, *u = nullptr, *v = nullptr;
    int y_stride = 0, u_stride = 0, v_stride = 0;
    int width = 0, height = 0;
};

// Keeps a few frames and reuses those nobody holds any more, so that a camera allocates only at its
// start. One thread.
class FrameScaler {
  public:
    // The size must be even in both directions.
    FrameScaler(int width, int height) : width_(width), height_(height) {}
    // A filled frame, without arrival time and number.
    std::shared_ptr<Frame> fit(const PictureView& picture);

  private:
    std::shared_ptr<Frame> free_frame();  // shared with the pool below

    int width_, height_;
    // Shared with the tick thread (see FramePtr); one owner left means that the frame is free
    // again.
    std::vector<std::shared_ptr<Frame>> frames_;
};

}  // namespace vistter::media
