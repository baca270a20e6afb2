// Where a sprite's pixels come from: shifted by whole and fractional pixels, or sampled through a
// matrix.
#include "render/sprite_painter.hpp"

#include <algorithm>
#include <cmath>

#include "render/rows.hpp"

namespace vistter::render {

namespace {

int even_below(int value) {
    return value & ~1;
}
int even_above(int value) {
    return (value + 1) & ~1;
}

// The union of the spans of a range of row pairs.
Sprite::Span covered(const Sprite& sprite, int first_pair, int last_pair) {
    Sprite::Span all;
    for (int k = std::max(first_pair, 0); k <= std::min(last_pair, sprite.height() / 2 - 1); ++k) {
        const Sprite::Span span = sprite.span(k);
        if (span.first == span.last) continue;
        if (all.first == all.last) {
            all = span;
        } else {
            all = {std::min(all.first, span.first), std::max(all.last, span.last)};
        }
    }
    return all;
}

// One row as it lands on whole output pixels: its pixel i is mixed with the pixel to the left by
// share_x/128 and with the row above by share_y/128. `row` and `above` when there is nothing to mix
// are used directly. `out` and `between` are scratch.
const std::uint8_t* mixed_row(const std::uint8_t* row, const std::uint8_t* above, int count,
                              int share_x, int share_y, std::uint8_t* out, std::uint8_t* between) {
    const std::size_t n = static_cast<std::size_t>(count);
    if (share_x == 0 && share_y == 0) return row;
    if (share_x == 0) {
        lerp_row(out, row, above, n, share_y);
        return out;
    }
    if (share_y != 0) {
        lerp_row(between, row - 1, above - 1, n + 1, share_y);
        row = between + 1;
    }
    lerp_row(out, row, row - 1, n, share_x);
    return out;
}

}  // namespace

SpritePainter::SpritePainter(int output_width)
    : row_bytes_(static_cast<std::size_t>(output_width) + 64),
      bytes_(row_bytes_ * buffers),
      line_(Sprite::max_side) {}

std::uint8_t* SpritePainter::buffer(int which) {
    return bytes_.data() + row_bytes_ * static_cast<std::size_t>(which);
}

void SpritePainter::draw(const Target& target, const Sprite& sprite, const Matrix& box_to_output,
                         const Style& style) {
    const Matrix& made = sprite.box_to_sprite();
    if (style.opacity <= 0 || sprite.width() == 0) return;
    if (box_to_output.same_linear_part(made)) {
        draw_shifted(target, sprite, std::llrint((box_to_output.x0 - made.x0) * 64),
                     std::llrint((box_to_output.y0 - made.y0) * 64), style);
        return;
    }
    if (made.determinant() == 0 || std::fabs(box_to_output.determinant()) < 1e-9 ||
        !sprite.interleaved())
        return;
    draw_transformed(target, sprite, box_to_output * inverse(made), style);
}

// Luma acts in 1/64 pixel, chroma in 1/128 of its own; both are one mixed_row() a row.
RowPair SpritePainter::shifted(const Sprite& sprite, int x, int y, std::int64_t dx64,
                               std::int64_t dy64, int count) {
    const int fx = static_cast<int>(dx64 & 63) * 2, fy = static_cast<int>(dy64 & 63) * 2;
    const int sx = x - static_cast<int>(dx64 >> 6), sy = y - static_cast<int>(dy64 >> 6);
    RowPair rows;
    for (int i = 0; i < 2; ++i) {
        rows.luma[i] = mixed_row(sprite.luma(sy + i) + sx, sprite.luma(sy + i - 1) + sx, count, fx,
                                 fy, buffer(luma + i), buffer(between));
        rows.alpha[i] = mixed_row(sprite.alpha(sy + i) + sx, sprite.alpha(sy + i - 1) + sx, count,
                                  fx, fy, buffer(alpha + i), buffer(between));
    }
    const int cfx = static_cast<int>(dx64 & 127), cfy = static_cast<int>(dy64 & 127);
    const int cx = x / 2 - static_cast<int>(dx64 >> 7), cy = y / 2 - static_cast<int>(dy64 >> 7);
    const auto chroma = [&](const std::uint8_t* row, const std::uint8_t* above, int out) {
        return mixed_row(row + cx, above + cx, count / 2, cfx, cfy, buffer(out), buffer(between));
    };
    rows.blue = chroma(sprite.blue(cy), sprite.blue(cy - 1), blue);
    rows.red = chroma(sprite.red(cy), sprite.red(cy - 1), red);
    rows.chroma_alpha = chroma(sprite.chroma_alpha(cy), sprite.chroma_alpha(cy - 1), chroma_alpha);
    return rows;
}

void SpritePainter::draw_shifted(const Target& target, const Sprite& sprite, std::int64_t dx64,
                                 std::int64_t dy64, const Style& style) {
    constexpr std::int64_t far = 64 * 40000;
    if (std::abs(dx64) > far || std::abs(dy64) > far) return;
    const int dx = static_cast<int>(dx64 >> 6), dy = static_cast<int>(dy64 >> 6);
    const bool between_columns = (dx64 & 63) != 0, between_rows = (dy64 & 127) != 0;
    const int top = std::max(0, even_below(dy + Sprite::margin));
    const int bottom =
        std::min(target.height(), even_above(dy + sprite.height() - Sprite::margin + 1));
    for (int y = top; y < bottom; y += 2) {
        const Sprite::Span span = between_rows
                                      ? covered(sprite, (y - dy - 1) >> 1, (y - dy + 1) >> 1)
                                      : covered(sprite, (y - dy) / 2, (y - dy) / 2);
        if (span.first == span.last) continue;
        int left = std::max(0, even_below(dx + span.first));
        int right = std::min(target.width(), even_above(dx + span.last + between_columns));
        bool cut = false;
        narrow(style.keep, y, left, right, cut);
        if (left >= right) continue;
        finish(target, shifted(sprite, left, y, dx64, dy64, right - left), left, y, right - left,
               style);
    }
}

RowPair SpritePainter::sampled(const Sprite& sprite, const Matrix& m, int x, int y, int count) {
    constexpr double fixed = 65536;
    RowPair rows;
    for (int i = 0; i < 2; ++i) {
        const contract::Pair start = m.apply(x + 0.5, y + i + 0.5);
        const SampleLine line{sprite.interleaved(),
                              sprite.width(),
                              sprite.height(),
                              std::llrint((start[0] - 0.5) * fixed),
                              std::llrint((start[1] - 0.5) * fixed),
                              std::llrint(m.xx * fixed),
                              std::llrint(m.yx * fixed),
                              line_.data()};
        std::uint8_t* const planes[4] = {buffer(luma + i), buffer(sampled_blue + i),
                                         buffer(sampled_red + i), buffer(alpha + i)};
        sample_row(line, planes, static_cast<std::size_t>(count));
        rows.luma[i] = planes[0];
        rows.alpha[i] = planes[3];
    }
    const std::size_t half = static_cast<std::size_t>(count) / 2;
    halve_rows(buffer(blue), buffer(sampled_blue), buffer(sampled_blue + 1), half);
    halve_rows(buffer(red), buffer(sampled_red), buffer(sampled_red + 1), half);
    halve_rows(buffer(chroma_alpha), rows.alpha[0], rows.alpha[1], half);
    rows.blue = buffer(blue);
    rows.red = buffer(red);
    rows.chroma_alpha = buffer(chroma_alpha);
    return rows;
}

void SpritePainter::draw_transformed(const Target& target, const Sprite& sprite,
                                     const Matrix& sprite_to_output, const Style& style) {
    const Rect area = bounds(sprite_to_output, {1, 1, sprite.width() - 2.0, sprite.height() - 2.0});
    const Matrix back = inverse(sprite_to_output);
    // Smaller than a pixel in one direction: nothing to see, and no room in fixed point.
    constexpr double most = 16384;
    for (const double part : {back.xx, back.xy, back.yx, back.yy}) {
        if (!(std::fabs(part) < most)) return;
    }
    const auto clipped = [](double value, int limit) {
        return static_cast<int>(std::clamp(value, 0.0, limit + 0.0));
    };
    const int first = even_below(clipped(std::floor(area.x), target.width()));
    const int last = even_above(clipped(std::ceil(area.x + area.width), target.width()));
    const int top = even_below(clipped(std::floor(area.y), target.height()));
    const int bottom = even_above(clipped(std::ceil(area.y + area.height), target.height()));
    for (int y = top; y < bottom; y += 2) {
        int left = first, right = last;
        bool cut = false;
        narrow(style.keep, y, left, right, cut);
        if (left >= right) continue;
        finish(target, sampled(sprite, back, left, y, right - left), left, y, right - left, style);
    }
}

void SpritePainter::draw(const Target& target, Canvas& source, const Style& style) {
    const Canvas::Area area = source.painted();
    if (style.opacity <= 0) return;
    for (int y = area.top; y < area.bottom; y += 2) {
        int left = area.left, right = area.right;
        bool cut = false;
        narrow(style.keep, y, left, right, cut);
        if (left >= right) continue;
        finish(target, source.rows(left, y), left, y, right - left, style);
    }
}

}  // namespace vistter::render
