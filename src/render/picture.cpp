// Memory of a picture and the plain fill.
#include "render/picture.hpp"

#include <algorithm>
#include <cstring>

namespace vistter::render {

OwnedPicture::OwnedPicture(int width, int height)
    : width_(width), height_(height), bytes_(static_cast<std::size_t>(width) * height * 3 / 2) {
    fill(view(), 16, 128, 128);
}

Picture OwnedPicture::view() {
    const std::size_t luma = static_cast<std::size_t>(width_) * height_;
    std::uint8_t* y = bytes_.data();
    return {width_, height_, y, y + luma, y + luma + luma / 4, width_, width_ / 2, width_ / 2};
}

void fill(Picture picture, std::uint8_t y, std::uint8_t u, std::uint8_t v) {
    for (int row = 0; row < picture.height; ++row)
        std::memset(picture.y + row * picture.y_stride, y, picture.width);
    for (int row = 0; row < picture.height / 2; ++row) {
        std::memset(picture.u + row * picture.u_stride, u, picture.width / 2);
        std::memset(picture.v + row * picture.v_stride, v, picture.width / 2);
    }
}

}  // namespace vistter::render
