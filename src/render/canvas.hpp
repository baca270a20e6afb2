// An off-screen picture of the output's size, premultiplied, for what must be composed before it is
// blended: groups whose children move, and masks. Made once; used on the tick thread only.
#pragma once

#include <cstdint>
#include <vector>

#include "render/row_pair.hpp"

namespace vistter::render {

class Canvas {
  public:
    // Even sizes. Transparent at first.
    Canvas(int width, int height);

    int width() const { return width_; }
    int height() const { return height_; }
    std::uint8_t* luma(int y) { return full_.data() + at(y, width_); }
    std::uint8_t* alpha(int y) { return full_.data() + at(height_ + y, width_); }
    std::uint8_t* blue(int row) { return half_.data() + at(row, width_ / 2); }
    std::uint8_t* red(int row) { return half_.data() + at(height_ / 2 + row, width_ / 2); }
    std::uint8_t* chroma_alpha(int row) { return half_.data() + at(height_ + row, width_ / 2); }
    // Rows y and y+1 from column x on, both even.
    RowPair rows(int x, int y);

    // What may have been painted since the last clear(): even edges, empty when left >= right.
    struct Area {
        int left = 0, top = 0, right = 0, bottom = 0;
        bool has_rows(int y) const { return left < right && y >= top && y < bottom; }
    };
    const Area& painted() const { return painted_; }
    void add_painted(int left, int y, int right);
    // Makes what was painted transparent again.
    void clear();

  private:
    static std::size_t at(int row, int width) { return static_cast<std::size_t>(row) * width; }

    int width_, height_;
    std::vector<std::uint8_t> full_;  // luma, alpha
    std::vector<std::uint8_t> half_;  // blue, red, alpha
    Area painted_;
};

}  // namespace vistter::render
