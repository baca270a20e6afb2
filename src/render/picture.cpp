// Memory of a picture and the plain fill.
#include "render/picture.hpp"

#include <algorithm>
#include <cstring>

namespace vistter::render {

OwnedPicture::OwnedPicture(int width, int height, PictureFormat format)
    : width_(width),
      height_(height),
      format_(format),
      bytes_(static_cast<std::size_t>(width) * height * 3 / 2) {
    fill(view(), 16, 128, 128);
}

Picture OwnedPicture::view() {
    const std::size_t luma = static_cast<std::size_t>(width_) * height_;
    std::uint8_t* y = bytes_.data();
    if (format_ == PictureFormat::nv12) {
        return {width_, height_, y, y + luma, y + luma + 1, width_, width_, width_, format_};
    }
    return {width_, height_, y, y + luma, y + luma + luma / 4, width_, width_ / 2, width_ / 2};
}

void fill(Picture picture, std::uint8_t y, std::uint8_t u, std::uint8_t v) {
    for (int row = 0; row < picture.height; ++row)
        std::memset(picture.y + row * picture.y_stride, y, picture.width);
    const int step = picture.chroma_step();
    for (int row = 0; row < picture.height / 2; ++row) {
        std::uint8_t* blue = picture.u + row * picture.u_stride;
        std::uint8_t* red = picture.v + row * picture.v_stride;
        for (int x = 0; x < picture.width / 2; ++x) {
            blue[x * step] = u;
            red[x * step] = v;
        }
    }
}

}  // namespace vistter::render
