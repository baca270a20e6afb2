// What takes coverage away from rows before they are blended: the cut of a reveal, masks and clips.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "render/rows.hpp"
#include "render/sprite_painter.hpp"

namespace vistter::render {

namespace {

// How much of the pixel at (x, y) is kept, unclamped; 0 and below is nothing, 1 and above all.
double kept(const HalfPlane& keep, int x, int y) {
    return keep.nx * (x + 0.5) + keep.ny * (y + 0.5) + keep.c + 0.5;
}

std::uint8_t brightness(int luma, int alpha) {
    return static_cast<std::uint8_t>(std::clamp((luma * 255 - 16 * alpha + 109) / 219, 0, alpha));
}

}  // namespace

void narrow(const HalfPlane& keep, int y, int& left, int& right, bool& cut) {
    cut = false;
    if (!keep.cuts() || left >= right) return;
    // The lower of the two rows' values at either end tells what is whole, the higher what is left.
    const double lift = std::fabs(keep.ny) / 2, middle = keep.ny / 2;
    const auto at = [&](int x) { return kept(keep, x, y) + middle; };
    if (keep.nx > 1e-9) {
        left = std::max(left, left + static_cast<int>(std::clamp(
                                         std::floor(-(at(left) + lift) / keep.nx), 0.0, 1e6)));
    } else if (keep.nx < -1e-9) {
        const double over = (at(right - 1) + lift) / keep.nx;  // columns to give up
        right -= static_cast<int>(std::clamp(std::floor(over), 0.0, 1e6));
    } else if (at(left) + lift <= 0) {
        right = left;
    }
    left &= ~1;
    right = (right + 1) & ~1;
    if (left >= right) return;
    cut = std::min(at(left), at(right - 1)) - lift < 1;
}

void SpritePainter::mask(const Mask& mask, int x, int y, int count) {
    const Canvas::Area& area = mask.canvas->painted();
    for (int i = 0; i < 2; ++i) {
        std::uint8_t* cover = buffer(cover_rows + i);
        const std::uint8_t* covered = mask.canvas->alpha(y + i) + x;
        const std::size_t n = static_cast<std::size_t>(count);
        if (mask.mode == MaskMode::alpha) {
            cover_row(cover, cover, covered, n);
            continue;
        }
        if (mask.mode == MaskMode::alpha_inverted && !area.has_rows(y)) continue;
        const std::uint8_t* bright = mask.canvas->luma(y + i) + x;
        std::uint8_t* passed = buffer(between);
        for (std::size_t k = 0; k < n; ++k) {
            passed[k] = mask.mode == MaskMode::luma ? brightness(bright[k], covered[k])
                                                    : static_cast<std::uint8_t>(255 - covered[k]);
        }
        cover_row(cover, cover, passed, n);
    }
}

// Returns false when nothing is left of the rows.
bool SpritePainter::cover(RowPair& rows, int x, int y, int count, const Style& style) {
    int left = x, right = x + count;
    bool cut = false;
    narrow(style.keep, y, left, right, cut);
    const bool masked = style.masks[0].canvas || style.masks[1].canvas;
    if (!cut && !masked) return true;
    for (const Mask& each : style.masks) {
        const bool nothing_outside = each.canvas && each.mode != MaskMode::alpha_inverted;
        if (nothing_outside && !each.canvas->painted().has_rows(y)) return false;
    }
    const std::size_t n = static_cast<std::size_t>(count);
    for (int i = 0; i < 2; ++i) {
        std::uint8_t* cover = buffer(cover_rows + i);
        if (!cut) {
            std::memset(cover, 255, n);
            continue;
        }
        const double start = kept(style.keep, x, y + i);
        for (int k = 0; k < count; ++k) {
            const double share = std::clamp(start + k * style.keep.nx, 0.0, 1.0);
            cover[k] = static_cast<std::uint8_t>(share * 255 + 0.5);
        }
    }
    for (const Mask& each : style.masks) {
        if (each.canvas) mask(each, x, y, count);
    }
    halve_rows(buffer(cover_half), buffer(cover_rows), buffer(cover_rows + 1), n / 2);
    const auto apply = [&](const std::uint8_t*& row, int out, int by, std::size_t length) {
        cover_row(buffer(out), row, buffer(by), length);
        row = buffer(out);
    };
    for (int i = 0; i < 2; ++i) {
        apply(rows.luma[i], luma + i, cover_rows + i, n);
        apply(rows.alpha[i], alpha + i, cover_rows + i, n);
    }
    apply(rows.blue, blue, cover_half, n / 2);
    apply(rows.red, red, cover_half, n / 2);
    apply(rows.chroma_alpha, chroma_alpha, cover_half, n / 2);
    return true;
}

}  // namespace vistter::render
