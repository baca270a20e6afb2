// Blends sprites and canvases onto the picture or another canvas, two rows at a time. The only way
// pixels get onto a target; allocates nothing.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "render/blend_modes.hpp"
#include "render/canvas.hpp"
#include "render/picture.hpp"
#include "render/sprite.hpp"

namespace vistter::render {

// A soft-edged cut through the output: pixels with x*nx + y*ny + c <= -0.5 vanish, above 0.5 they
// stay (`reveal`).
struct HalfPlane {
    double nx = 0, ny = 0, c = 1e9;
    bool cuts() const { return c < 1e9; }
};

// What a canvas lets through: its coverage, the opposite, or its coverage times its brightness.
enum class MaskMode { alpha, alpha_inverted, luma };

struct Mask {
    Canvas* canvas = nullptr;
    MaskMode mode = MaskMode::alpha;
};

// How something is blended, besides where.
struct Style {
    int opacity = 256;  // 0..256
    HalfPlane keep;
    BlendMode blend = BlendMode::normal;
    std::array<Mask, 2> masks;  // those with a canvas apply
};

// What is painted on: the picture, or the canvas where there is one.
struct Target {
    Picture picture;
    Canvas* canvas = nullptr;
    int width() const { return canvas ? canvas->width() : picture.width; }
    int height() const { return canvas ? canvas->height() : picture.height; }
};

// Row buffers for drawing; made once, for one output width.
class SpritePainter {
  public:
    explicit SpritePainter(int output_width);
    // Blends `sprite` so that box coordinates land at `box_to_output` (its translation a multiple
    // of 1/64 pixel). If only the translation differs from how the sprite was made, it is shifted
    // with 1/64 pixel bilinear steps; otherwise it is sampled bilinearly (needs a transformable
    // sprite).
    void draw(const Target& target, const Sprite& sprite, const Matrix& box_to_output,
              const Style& style);
    // Blends what was painted on `source`, pixel on pixel.
    void draw(const Target& target, Canvas& source, const Style& style);

  private:
    void draw_shifted(const Target& target, const Sprite& sprite, std::int64_t dx64,
                      std::int64_t dy64, const Style& style);
    void draw_transformed(const Target& target, const Sprite& sprite,
                          const Matrix& sprite_to_output, const Style& style);
    RowPair shifted(const Sprite& sprite, int x, int y, std::int64_t dx64, std::int64_t dy64,
                    int count);
    RowPair sampled(const Sprite& sprite, const Matrix& output_to_sprite, int x, int y, int count);
    // Both: see row_cover.cpp.
    bool cover(RowPair& rows, int x, int y, int count, const Style& style);
    void mask(const Mask& mask, int x, int y, int count);
    // See row_sink.cpp.
    void finish(const Target& target, RowPair rows, int x, int y, int count, const Style& style);

    enum Buffer {
        luma,
        alpha = luma + 2,
        blue = alpha + 2,
        red,
        chroma_alpha,
        between,
        cover_rows,
        cover_half = cover_rows + 2,
        sampled_blue,
        sampled_red = sampled_blue + 2,
        buffers = sampled_red + 2
    };
    std::uint8_t* buffer(int which);

    std::size_t row_bytes_;
    std::vector<std::uint8_t> bytes_;
    std::vector<std::uint32_t> line_;  // one row of a sprite
};

// The even columns of [left, right) that `keep` leaves in rows y and y+1; `cut` tells whether any
// of them is less than whole. Empty when left >= right.
void narrow(const HalfPlane& keep, int y, int& left, int& right, bool& cut);

}  // namespace vistter::render
