// Fitting and painting text with Pango. Hinting and rounded glyph positions are off, so that
// scaling is linear.
#include "render/text_block.hpp"

#include <algorithm>
#include <cmath>

#include "render/blur.hpp"
#include "render/surface.hpp"

namespace vistter::render {

using contract::Pair;

namespace {

double to_pixels(int pango_units) {
    return static_cast<double>(pango_units) / PANGO_SCALE;
}

PangoContextPtr make_context(PangoFontMap* map) {
    PangoContextPtr context(
        pango_font_map_create_context(map ? map : pango_cairo_font_map_get_default()));
    cairo_font_options_t* options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context.get(), options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(context.get(), FALSE);
    return context;
}

PangoAlignment alignment_of(const std::string& align) {
    if (align == "center") return PANGO_ALIGN_CENTER;
    return align == "end" ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT;
}

}  // namespace

TextBlock::TextBlock(const contract::TextSpec& spec, const std::string& text, double font_size,
                     std::optional<Pair> box, const FontChoice& font)
    : spec_(spec), boxed_(box.has_value()) {
    const PangoContextPtr context = make_context(font.map);
    layout_.reset(pango_layout_new(context.get()));
    PangoFontDescription* description = pango_font_description_new();
    pango_font_description_set_family(description, font.family.c_str());
    pango_layout_set_font_description(layout_.get(), description);
    pango_font_description_free(description);
    pango_layout_set_text(layout_.get(), text.c_str(), static_cast<int>(text.size()));
    pango_layout_set_alignment(layout_.get(), alignment_of(spec.align));
    pango_layout_set_single_paragraph_mode(layout_.get(), spec.max_lines == 1);
    set_size(font_size);
    if (!box) {
        const Rect measured = logical();
        box_ = {measured.width, measured.height};
        return;
    }
    box_ = *box;
    if (spec.max_lines > 1) {
        pango_layout_set_width(layout_.get(), static_cast<int>(box_[0] * PANGO_SCALE));
        pango_layout_set_wrap(layout_.get(), PANGO_WRAP_WORD_CHAR);
    }
    if (fits()) {
        pango_layout_set_width(layout_.get(), static_cast<int>(std::ceil(box_[0] * PANGO_SCALE)));
        return;
    }
    if (spec.overflow == "clip") {
        clipped_ = true;
        return;
    }
    if (spec.overflow == "shrink") shrink(std::min(spec.min_size_px, font_size));
    if (spec.overflow == "ellipsis" || !fits()) end_in_ellipsis();
    pango_layout_set_width(layout_.get(), static_cast<int>(std::ceil(box_[0] * PANGO_SCALE)));
}

void TextBlock::set_size(double size) {
    font_size_ = size;
    PangoFontDescription* description =
        pango_font_description_copy(pango_layout_get_font_description(layout_.get()));
    pango_font_description_set_absolute_size(description, size * PANGO_SCALE);
    pango_layout_set_font_description(layout_.get(), description);
    pango_font_description_free(description);
}

bool TextBlock::fits() const {
    const Rect text = logical();
    return text.width <= box_[0] && text.height <= box_[1] &&
           pango_layout_get_line_count(layout_.get()) <= std::max(1, spec_.max_lines);
}

// The largest size in quarter pixels that fits, or the smallest allowed.
void TextBlock::shrink(double min_size) {
    int low = static_cast<int>(std::ceil(min_size * 4));
    int high = static_cast<int>(std::floor(font_size_ * 4));
    while (low < high) {
        const int middle = (low + high + 1) / 2;
        set_size(middle / 4.0);
        if (fits()) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    set_size(low / 4.0);
}

void TextBlock::end_in_ellipsis() {
    pango_layout_set_width(layout_.get(), static_cast<int>(box_[0] * PANGO_SCALE));
    pango_layout_set_ellipsize(layout_.get(), PANGO_ELLIPSIZE_END);
    if (spec_.max_lines > 1) pango_layout_set_height(layout_.get(), -spec_.max_lines);
}

Rect TextBlock::logical() const {
    PangoRectangle rect;
    pango_layout_get_extents(layout_.get(), nullptr, &rect);
    return {to_pixels(rect.x), to_pixels(rect.y), to_pixels(rect.width), to_pixels(rect.height)};
}

Pair TextBlock::origin() const {
    if (!boxed_) return {-logical().x, 0};
    if (clipped_ && logical().height > box_[1]) return {0, 0};
    return {0, (box_[1] - logical().height) / 2};
}

Rect TextBlock::ink() const {
    if (clipped_) return {0, 0, box_[0], box_[1]};
    PangoRectangle rect;
    pango_layout_get_extents(layout_.get(), &rect, nullptr);
    const Pair at = origin();
    return {at[0] + to_pixels(rect.x), at[1] + to_pixels(rect.y), to_pixels(rect.width),
            to_pixels(rect.height)};
}

Rect TextBlock::shadow_ink(double stroke_width) const {
    if (!spec_.shadow) return {};
    const Rect text = ink();
    const double reach = blur_reach(spec_.shadow->blur) + stroke_width / 2;
    return {text.x + spec_.shadow->offset[0] - reach, text.y + spec_.shadow->offset[1] - reach,
            text.width + 2 * reach, text.height + 2 * reach};
}

void TextBlock::show(cairo_t* context, bool outline) const {
    const Pair at = origin();
    if (!clipped_) {
        cairo_move_to(context, at[0], at[1]);
        outline ? pango_cairo_layout_path(context, layout_.get())
                : pango_cairo_show_layout(context, layout_.get());
        return;
    }
    PangoLayoutIter* line = pango_layout_get_iter(layout_.get());
    int shown = 0;
    do {
        PangoRectangle rect;
        pango_layout_iter_get_line_extents(line, nullptr, &rect);
        cairo_move_to(context, at[0] + to_pixels(rect.x),
                      at[1] + to_pixels(pango_layout_iter_get_baseline(line)));
        PangoLayoutLine* glyphs = pango_layout_iter_get_line_readonly(line);
        outline ? pango_cairo_layout_line_path(context, glyphs)
                : pango_cairo_show_layout_line(context, glyphs);
    } while (++shown < std::max(1, spec_.max_lines) && pango_layout_iter_next_line(line));
    pango_layout_iter_free(line);
}

void TextBlock::paint_glyphs(cairo_t* context, contract::Color fill,
                             std::optional<contract::Color> stroke, double stroke_width) const {
    cairo_save(context);
    if (clipped_) {
        cairo_rectangle(context, 0, 0, box_[0], box_[1]);
        cairo_clip(context);
    }
    if (stroke && stroke_width > 0) {
        cairo_new_path(context);
        show(context, true);
        set_color(context, *stroke);
        cairo_set_line_width(context, stroke_width);
        cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND);
        cairo_stroke(context);
    }
    set_color(context, fill);
    show(context, false);
    cairo_restore(context);
}

void TextBlock::paint(cairo_t* context, contract::Color fill, std::optional<contract::Color> stroke,
                      double stroke_width) const {
    if (spec_.shadow) {
        const contract::TextShadow& shadow = *spec_.shadow;
        cairo_save(context);
        cairo_translate(context, shadow.offset[0], shadow.offset[1]);
        // Fill and outline overlap: painted opaque, and faded as one.
        cairo_push_group(context);
        paint_blurred(context, shadow.blur, [&](cairo_t* to) {
            contract::Color solid = shadow.color;
            solid.a = 255;
            paint_glyphs(to, solid, stroke ? std::optional(solid) : std::nullopt, stroke_width);
        });
        cairo_pop_group_to_source(context);
        cairo_paint_with_alpha(context, shadow.color.a / 255.0);
        cairo_restore(context);
    }
    paint_glyphs(context, fill, stroke, stroke_width);
}

}  // namespace vistter::render
