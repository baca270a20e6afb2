// Blending a sprite into I420, two rows at a time so that each chroma sample sees its four pixels.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "render/rows.hpp"
#include "render/sprite.hpp"

namespace vistter::render {

namespace {

int even_below(int value) {
    return value & ~1;
}
int even_above(int value) {
    return (value + 1) & ~1;
}

// The union of the spans of the sprite rows that feed output rows y and y+1; rows outside are
// empty.
Sprite::Span covered(const Sprite& sprite, int first_row, int last_row) {
    Sprite::Span all;
    for (int y = std::max(first_row, 0); y <= std::min(last_row, sprite.height() - 1); ++y) {
        const Sprite::Span span = sprite.span(y);
        if (span.first == span.last) continue;
        if (all.first == all.last) {
            all = span;
        } else {
            all = {std::min(all.first, span.first), std::max(all.last, span.last)};
        }
    }
    return all;
}

// Four bytes at once: bilinear between four interleaved pixels, fractions of 256.
std::uint32_t bilinear(std::uint32_t p00, std::uint32_t p10, std::uint32_t p01, std::uint32_t p11,
                       std::uint32_t fx, std::uint32_t fy) {
    const auto spread = [](std::uint32_t pixel) {
        const std::uint64_t wide = pixel;
        return (wide & 0xFF) | (wide & 0xFF00) << 8 | (wide & 0xFF0000) << 16 |
               (wide & 0xFF000000) << 24;
    };
    constexpr std::uint64_t half = 0x0080'0080'0080'0080, mask = 0x00FF'00FF'00FF'00FF;
    const auto mix = [&](std::uint64_t a, std::uint64_t b, std::uint64_t f) {
        return (a * (256 - f) + b * f + half) >> 8 & mask;
    };
    const std::uint64_t mixed =
        mix(mix(spread(p00), spread(p10), fx), mix(spread(p01), spread(p11), fx), fy);
    return static_cast<std::uint32_t>((mixed & 0xFF) | (mixed >> 8 & 0xFF00) |
                                      (mixed >> 16 & 0xFF0000) | (mixed >> 24 & 0xFF000000));
}

}  // namespace

SpritePainter::SpritePainter(int output_width)
    : row_bytes_(static_cast<std::size_t>(output_width) + 64), buffers_(row_bytes_ * 11) {}

std::uint8_t* SpritePainter::buffer(int parity, int plane) {
    return buffers_.data() + row_bytes_ * static_cast<std::size_t>(parity * Sprite::planes + plane);
}

void SpritePainter::draw(const Picture& picture, const Sprite& sprite, const Matrix& box_to_output,
                         int opacity, const HalfPlane& keep) {
    const Matrix& made = sprite.box_to_sprite();
    if (opacity <= 0 || sprite.width() == 0) return;
    if (box_to_output.same_linear_part(made)) {
        draw_shifted(picture, sprite, std::llrint((box_to_output.x0 - made.x0) * 64),
                     std::llrint((box_to_output.y0 - made.y0) * 64), opacity, keep);
        return;
    }
    if (made.determinant() == 0 || std::fabs(box_to_output.determinant()) < 1e-9 ||
        !sprite.interleaved())
        return;
    draw_transformed(picture, sprite, box_to_output * inverse(made), opacity, keep);
}

// One row of a plane as it lands on whole output pixels: value = sprite at (x - fx/64, y - fy/64).
// Direct when there is nothing to shift.
const std::uint8_t* SpritePainter::shifted_row(const Sprite& sprite, Sprite::Plane plane, int y,
                                               int x, int count, int fx, int fy,
                                               std::uint8_t* out) {
    const std::uint8_t* row = sprite.row(plane, y) + x;
    if (fx == 0 && fy == 0) return row;
    if (fx == 0) {
        lerp_row(out, row, sprite.row(plane, y - 1) + x, static_cast<std::size_t>(count), fy);
        return out;
    }
    if (fy != 0) {
        std::uint8_t* between = buffers_.data() + row_bytes_ * 8;
        lerp_row(between, row - 1, sprite.row(plane, y - 1) + x - 1,
                 static_cast<std::size_t>(count) + 1, fy);
        row = between + 1;
    }
    lerp_row(out, row, row - 1, static_cast<std::size_t>(count), fx);
    return out;
}

void SpritePainter::draw_shifted(const Picture& picture, const Sprite& sprite, std::int64_t dx64,
                                 std::int64_t dy64, int opacity, const HalfPlane& keep) {
    constexpr std::int64_t far = 64 * 40000;
    if (std::abs(dx64) > far || std::abs(dy64) > far) return;
    const int dx = static_cast<int>(dx64 >> 6), fx = static_cast<int>(dx64 & 63);
    const int dy = static_cast<int>(dy64 >> 6), fy = static_cast<int>(dy64 & 63);
    const int top = std::max(0, even_below(dy + Sprite::margin));
    const int bottom =
        std::min(picture.height, even_above(dy + sprite.height() - Sprite::margin + 1));
    for (int y = top; y < bottom; y += 2) {
        const Sprite::Span span = covered(sprite, y - dy - 1, y - dy + 1);
        if (span.first == span.last) continue;
        const int left = std::max(0, even_below(dx + span.first));
        const int right = std::min(picture.width, even_above(dx + span.last + (fx != 0)));
        if (left >= right) continue;
        Rows rows;
        for (int parity = 0; parity < 2; ++parity) {
            for (int plane = 0; plane < Sprite::planes; ++plane) {
                rows.plane[parity][plane] =
                    shifted_row(sprite, static_cast<Sprite::Plane>(plane), y - dy + parity,
                                left - dx, right - left, fx, fy, buffer(parity, plane));
            }
        }
        if (keep.cuts()) cut(rows, left, y, right - left, keep);
        blend(picture, rows, left, y, right - left, opacity);
    }
}

void SpritePainter::sample_row(const Sprite& sprite, const Matrix& m, int x, int y, int count,
                               int parity) {
    constexpr double fixed = 65536;
    const contract::Pair start = m.apply(x + 0.5, y + 0.5);
    std::int64_t u = std::llrint((start[0] - 0.5) * fixed),
                 v = std::llrint((start[1] - 0.5) * fixed);
    const std::int64_t du = std::llrint(m.xx * fixed), dv = std::llrint(m.yx * fixed);
    const std::uint32_t* pixels = sprite.interleaved();
    const std::int64_t width = sprite.width(), height = sprite.height();
    std::uint8_t* out[Sprite::planes];
    for (int plane = 0; plane < Sprite::planes; ++plane) out[plane] = buffer(parity, plane);
    for (int i = 0; i < count; ++i, u += du, v += dv) {
        const std::int64_t sx = u >> 16, sy = v >> 16;
        std::uint32_t value =
            0;  // the margin is transparent, so a border of one pixel may be left out
        if (sx >= 0 && sy >= 0 && sx + 1 < width && sy + 1 < height) {
            const std::uint32_t* at = pixels + sy * width + sx;
            value = bilinear(at[0], at[1], at[width], at[width + 1],
                             static_cast<std::uint32_t>(u >> 8 & 0xFF),
                             static_cast<std::uint32_t>(v >> 8 & 0xFF));
        }
        out[Sprite::luma][i] = value & 0xFF;
        out[Sprite::blue][i] = value >> 8 & 0xFF;
        out[Sprite::red][i] = value >> 16 & 0xFF;
        out[Sprite::alpha][i] = value >> 24;
    }
}

void SpritePainter::draw_transformed(const Picture& picture, const Sprite& sprite,
                                     const Matrix& sprite_to_output, int opacity,
                                     const HalfPlane& keep) {
    const Rect area = bounds(sprite_to_output, {1, 1, sprite.width() - 2.0, sprite.height() - 2.0});
    const Matrix back = inverse(sprite_to_output);
    const auto clipped = [](double value, int limit) {
        return static_cast<int>(std::clamp(value, 0.0, limit + 0.0));
    };
    const int left = even_below(clipped(std::floor(area.x), picture.width));
    const int right = even_above(clipped(std::ceil(area.x + area.width), picture.width));
    const int top = even_below(clipped(std::floor(area.y), picture.height));
    const int bottom = even_above(clipped(std::ceil(area.y + area.height), picture.height));
    if (left >= right) return;
    for (int y = top; y < bottom; y += 2) {
        Rows rows;
        for (int parity = 0; parity < 2; ++parity) {
            sample_row(sprite, back, left, y + parity, right - left, parity);
            for (int plane = 0; plane < Sprite::planes; ++plane)
                rows.plane[parity][plane] = buffer(parity, plane);
        }
        if (keep.cuts()) cut(rows, left, y, right - left, keep);
        blend(picture, rows, left, y, right - left, opacity);
    }
}

void SpritePainter::cut(Rows& rows, int x, int y, int count, const HalfPlane& keep) {
    for (int parity = 0; parity < 2; ++parity) {
        for (int plane = 0; plane < Sprite::planes; ++plane) {
            std::uint8_t* own = buffer(parity, plane);
            if (rows.plane[parity][plane] != own)
                std::memcpy(own, rows.plane[parity][plane], count);
            rows.plane[parity][plane] = own;
        }
        double distance = keep.nx * (x + 0.5) + keep.ny * (y + parity + 0.5) + keep.c + 0.5;
        for (int i = 0; i < count; ++i, distance += keep.nx) {
            if (distance >= 1) continue;
            const int share = static_cast<int>(std::lrint(std::max(0.0, distance) * 256));
            for (int plane = 0; plane < Sprite::planes; ++plane) {
                std::uint8_t& value = buffer(parity, plane)[i];
                value = static_cast<std::uint8_t>((value * share + 128) >> 8);
            }
        }
    }
}

void SpritePainter::blend(const Picture& picture, const Rows& rows, int x, int y, int count,
                          int opacity) {
    for (int parity = 0; parity < 2; ++parity) {
        blend_row(picture.y + (y + parity) * picture.y_stride + x, rows.plane[parity][Sprite::luma],
                  rows.plane[parity][Sprite::alpha], static_cast<std::size_t>(count), opacity);
    }
    const std::size_t half = static_cast<std::size_t>(count) / 2;
    std::uint8_t* alpha = buffers_.data() + row_bytes_ * 9;
    std::uint8_t* chroma = buffers_.data() + row_bytes_ * 10;
    halve_rows(alpha, rows.plane[0][Sprite::alpha], rows.plane[1][Sprite::alpha], half);
    halve_rows(chroma, rows.plane[0][Sprite::blue], rows.plane[1][Sprite::blue], half);
    blend_row(picture.u + y / 2 * picture.u_stride + x / 2, chroma, alpha, half, opacity);
    halve_rows(chroma, rows.plane[0][Sprite::red], rows.plane[1][Sprite::red], half);
    blend_row(picture.v + y / 2 * picture.v_stride + x / 2, chroma, alpha, half, opacity);
}

}  // namespace vistter::render
