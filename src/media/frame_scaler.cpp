// Letterboxing by libyuv.
#include "media/frame_scaler.hpp"

#include <libyuv.h>

#include <algorithm>
#include <atomic>

namespace vistter::media {
namespace {

struct Box {
    int x = 0, y = 0, width = 0, height = 0;
};

int even(std::int64_t value) {
    return static_cast<int>(value & ~std::int64_t{1});
}

// The largest even box of the picture's shape that fits, centred.
Box letterbox(int picture_width, int picture_height, int width, int height) {
    Box box{0, 0, width, height};
    std::int64_t by_width = std::int64_t{picture_height} * width / picture_width;
    if (by_width <= height) {
        // Within two lines of the full height counts as the same shape: no hairline bars.
        if (height - by_width > 2) box.height = std::max(2, even(by_width));
    } else {
        std::int64_t by_height = std::int64_t{picture_width} * height / picture_height;
        if (width - by_height > 2) box.width = std::max(2, even(by_height));
    }
    box.x = even((width - box.width) / 2);
    box.y = even((height - box.height) / 2);
    return box;
}

}  // namespace

std::shared_ptr<Frame> FrameScaler::free_frame() {
    for (std::shared_ptr<Frame>& frame : frames_) {
        if (frame.use_count() != 1) continue;
        std::atomic_thread_fence(
            std::memory_order_acquire);  // the last reader's reads come before our writes
        return frame;
    }
    auto frame = std::make_shared<Frame>();
    frame->width = width_;
    frame->height = height_;
    frame->bytes.resize(static_cast<std::size_t>(width_) * height_ * 3 / 2);
    frames_.push_back(frame);
    return frame;
}

std::shared_ptr<Frame> FrameScaler::fit(const PictureView& picture) {
    std::shared_ptr<Frame> frame = free_frame();
    const int half = width_ / 2;
    if (picture.width == width_ && picture.height == height_) {
        libyuv::I420Copy(picture.y, picture.y_stride, picture.u, picture.u_stride, picture.v,
                         picture.v_stride, frame->y(), width_, frame->u(), half, frame->v(), half,
                         width_, height_);
        return frame;
    }
    Box box = letterbox(picture.width, picture.height, width_, height_);
    if (box.width != width_ || box.height != height_) {
        libyuv::I420Rect(frame->y(), width_, frame->u(), half, frame->v(), half, 0, 0, width_,
                         height_, 16, 128, 128);
    }
    const std::ptrdiff_t chroma_at = static_cast<std::ptrdiff_t>(box.y / 2) * half + box.x / 2;
    libyuv::I420Scale(picture.y, picture.y_stride, picture.u, picture.u_stride, picture.v,
                      picture.v_stride, picture.width, picture.height,
                      frame->y() + static_cast<std::ptrdiff_t>(box.y) * width_ + box.x, width_,
                      frame->u() + chroma_at, half, frame->v() + chroma_at, half, box.width,
                      box.height, libyuv::kFilterBilinear);
    return frame;
}

}  // namespace vistter::media
