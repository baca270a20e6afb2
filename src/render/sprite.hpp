// A layer's picture, rasterised once: premultiplied planes ready to be blended, laid out as 4:2:0
// with coverage for both sizes, with a transparent margin.
#pragma once

#include <cstdint>
#include <vector>

#include "render/geometry.hpp"
#include "render/surface.hpp"

namespace vistter::render {

class Sprite {
  public:
    // Transparent pixels around the content, so that shifts and chroma pairs never read outside.
    static constexpr int margin = 4;
    static constexpr int max_side = 8192;

    struct Span {
        int first = 0, last = 0;  // covered columns [first, last), both even; empty when equal
    };

    Sprite() = default;
    // Takes the pixels of an ARGB32 surface of even size that was painted with a margin.
    // `box_to_sprite` is how it was painted; `transformable` keeps an interleaved copy for drawing
    // with scale or rotation.
    Sprite(cairo_surface_t* painted, const Matrix& box_to_sprite, bool transformable);

    int width() const { return width_; }
    int height() const { return height_; }
    const std::uint8_t* luma(int y) const { return full_.data() + at(y, width_); }
    const std::uint8_t* alpha(int y) const { return full_.data() + at(height_ + y, width_); }
    // Chroma rows: half as many, half as wide.
    const std::uint8_t* blue(int row) const { return half_.data() + at(row, width_ / 2); }
    const std::uint8_t* red(int row) const {
        return half_.data() + at(height_ / 2 + row, width_ / 2);
    }
    const std::uint8_t* chroma_alpha(int row) const {
        return half_.data() + at(height_ + row, width_ / 2);
    }
    // Of the sprite's rows 2*pair and 2*pair + 1.
    Span span(int pair) const { return spans_[static_cast<std::size_t>(pair)]; }
    const Matrix& box_to_sprite() const { return box_to_sprite_; }
    // Y | U << 8 | V << 16 | A << 24; null unless transformable.
    const std::uint32_t* interleaved() const {
        return interleaved_.empty() ? nullptr : interleaved_.data();
    }
    std::size_t memory() const { return full_.size() + half_.size() + interleaved_.size() * 4; }

  private:
    static std::size_t at(int row, int width) { return static_cast<std::size_t>(row) * width; }

    int width_ = 0, height_ = 0;
    std::vector<std::uint8_t> full_;  // luma, alpha
    std::vector<std::uint8_t> half_;  // blue, red, alpha
    std::vector<Span> spans_;
    std::vector<std::uint32_t> interleaved_;
    Matrix box_to_sprite_;
};

}  // namespace vistter::render
