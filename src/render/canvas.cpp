// Planes of a canvas and the part of them that is in use.
#include "render/canvas.hpp"

#include <algorithm>
#include <cstring>

namespace vistter::render {

Canvas::Canvas(int width, int height)
    : width_(width),
      height_(height),
      full_(at(height, width) * 2),
      half_(at(height / 2, width / 2) * 3) {}

RowPair Canvas::rows(int x, int y) {
    const int half = y / 2;
    return {{luma(y) + x, luma(y + 1) + x},
            {alpha(y) + x, alpha(y + 1) + x},
            blue(half) + x / 2,
            red(half) + x / 2,
            chroma_alpha(half) + x / 2};
}

void Canvas::add_painted(int left, int y, int right) {
    if (painted_.left >= painted_.right) {
        painted_ = {left, y, right, y + 2};
        return;
    }
    painted_ = {std::min(painted_.left, left), std::min(painted_.top, y),
                std::max(painted_.right, right), std::max(painted_.bottom, y + 2)};
}

void Canvas::clear() {
    const std::size_t count = static_cast<std::size_t>(painted_.right - painted_.left);
    for (int y = painted_.top; y < painted_.bottom; ++y) {
        std::memset(luma(y) + painted_.left, 0, count);
        std::memset(alpha(y) + painted_.left, 0, count);
    }
    for (int row = painted_.top / 2; row < painted_.bottom / 2; ++row) {
        std::memset(blue(row) + painted_.left / 2, 0, count / 2);
        std::memset(red(row) + painted_.left / 2, 0, count / 2);
        std::memset(chroma_alpha(row) + painted_.left / 2, 0, count / 2);
    }
    painted_ = {};
}

}  // namespace vistter::render
