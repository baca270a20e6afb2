// A layer's picture, rasterised once: four full-size planes ready to be blended, with a transparent
// margin.
#pragma once

#include <cstdint>
#include <vector>

#include "render/geometry.hpp"
#include "render/picture.hpp"
#include "render/surface.hpp"

namespace vistter::render {

class Sprite {
  public:
    // Transparent pixels around the content, so that a sub-pixel shift and chroma pairs never read
    // outside.
    static constexpr int margin = 2;
    enum Plane { luma, blue, red, alpha, planes };

    struct Span {
        int first = 0, last = 0;  // covered columns [first, last); empty when equal
    };

    Sprite() = default;
    // Takes the pixels of an ARGB32 surface that was painted with a margin. `box_to_sprite` is how
    // it was painted; `transformable` keeps an interleaved copy for drawing with scale or rotation.
    Sprite(cairo_surface_t* painted, const Matrix& box_to_sprite, bool transformable);

    int width() const { return width_; }
    int height() const { return height_; }
    const std::uint8_t* row(Plane plane, int y) const {
        return bytes_.data() + (static_cast<std::size_t>(plane) * height_ + y) * width_;
    }
    Span span(int y) const { return spans_[y]; }
    const Matrix& box_to_sprite() const { return box_to_sprite_; }
    // Y | U << 8 | V << 16 | A << 24; null unless transformable.
    const std::uint32_t* interleaved() const {
        return interleaved_.empty() ? nullptr : interleaved_.data();
    }
    std::size_t memory() const { return bytes_.size() + interleaved_.size() * 4; }

  private:
    int width_ = 0, height_ = 0;
    std::vector<std::uint8_t> bytes_;
    std::vector<Span> spans_;
    std::vector<std::uint32_t> interleaved_;
    Matrix box_to_sprite_;
};

// A soft-edged cut through the output: pixels with x*nx + y*ny + c <= -0.5 vanish, above 0.5 they
// stay (`reveal`).
struct HalfPlane {
    double nx = 0, ny = 0, c = 1e9;
    bool cuts() const { return c < 1e9; }
};

// Row buffers for drawing; made once, for one output width.
class SpritePainter {
  public:
    explicit SpritePainter(int output_width);
    // Blends `sprite` so that box coordinates land at `box_to_output` (its translation a multiple
    // of 1/64 pixel). If only the translation differs from how the sprite was made, it is shifted
    // with 1/64 pixel bilinear steps; otherwise it is sampled bilinearly (needs a transformable
    // sprite). Opacity 0..256. Allocates nothing.
    void draw(const Picture& picture, const Sprite& sprite, const Matrix& box_to_output,
              int opacity, const HalfPlane& keep);

  private:
    struct Rows {
        const std::uint8_t* plane[2][Sprite::planes];
    };
    void draw_shifted(const Picture& picture, const Sprite& sprite, std::int64_t dx64,
                      std::int64_t dy64, int opacity, const HalfPlane& keep);
    void draw_transformed(const Picture& picture, const Sprite& sprite,
                          const Matrix& sprite_to_output, int opacity, const HalfPlane& keep);
    const std::uint8_t* shifted_row(const Sprite& sprite, Sprite::Plane plane, int y, int x,
                                    int count, int fx, int fy, std::uint8_t* out);
    void sample_row(const Sprite& sprite, const Matrix& output_to_sprite, int x, int y, int count,
                    int parity);
    void cut(Rows& rows, int x, int y, int count, const HalfPlane& keep);
    void blend(const Picture& picture, const Rows& rows, int x, int y, int count, int opacity);
    std::uint8_t* buffer(int parity, int plane);

    std::size_t row_bytes_;
    std::vector<std::uint8_t>
        buffers_;  // 2 rows x 4 planes, then one for the shift and two for chroma
};

}  // namespace vistter::render
