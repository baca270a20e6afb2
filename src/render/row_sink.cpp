// Where rows end: on the picture (I420 or NV12) or on a canvas, by source-over or a blend mode.
#include "render/rows.hpp"
#include "render/sprite_painter.hpp"

namespace vistter::render {

namespace {

UnderRows under_rows(const Picture& picture, int x, int y) {
    const int at = x / 2 * picture.chroma_step();
    return {{picture.y + y * picture.y_stride + x, picture.y + (y + 1) * picture.y_stride + x},
            {nullptr, nullptr},
            picture.u + y / 2 * picture.u_stride + at,
            picture.v + y / 2 * picture.v_stride + at,
            nullptr,
            static_cast<std::size_t>(picture.chroma_step())};
}

UnderRows under_rows(Canvas& canvas, int x, int y) {
    const int half = y / 2;
    return {{canvas.luma(y) + x, canvas.luma(y + 1) + x},
            {canvas.alpha(y) + x, canvas.alpha(y + 1) + x},
            canvas.blue(half) + x / 2,
            canvas.red(half) + x / 2,
            canvas.chroma_alpha(half) + x / 2,
            1};
}

void blend_over(const UnderRows& under, const RowPair& rows, std::size_t count, int opacity) {
    const std::size_t half = count / 2;
    for (int i = 0; i < 2; ++i) {
        blend_row(under.luma[i], rows.luma[i], rows.alpha[i], count, opacity);
        if (under.alpha[i]) blend_row(under.alpha[i], rows.alpha[i], rows.alpha[i], count, opacity);
    }
    if (under.chroma_step == 2) {
        blend_pairs(under.blue, rows.blue, rows.red, rows.chroma_alpha, half, opacity);
        return;
    }
    blend_row(under.blue, rows.blue, rows.chroma_alpha, half, opacity);
    blend_row(under.red, rows.red, rows.chroma_alpha, half, opacity);
    if (under.chroma_alpha)
        blend_row(under.chroma_alpha, rows.chroma_alpha, rows.chroma_alpha, half, opacity);
}

}  // namespace

void SpritePainter::finish(const Target& target, RowPair rows, int x, int y, int count,
                           const Style& style) {
    if (!cover(rows, x, y, count, style)) return;
    const UnderRows under =
        target.canvas ? under_rows(*target.canvas, x, y) : under_rows(target.picture, x, y);
    if (target.canvas) target.canvas->add_painted(x, y, x + count);
    const std::size_t n = static_cast<std::size_t>(count);
    if (style.blend == BlendMode::normal) {
        blend_over(under, rows, n, style.opacity);
    } else {
        blend_rows(style.blend, under, rows, n, style.opacity);
    }
}

}  // namespace vistter::render
