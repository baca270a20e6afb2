// The built-in slates (rulings 21): what is shown when there is no picture.
#include <algorithm>
#include <string_view>

#include "render/color.hpp"
#include "render/layer_painter.hpp"
#include "render/picture.hpp"
#include "render/sprite_painter.hpp"

namespace vistter::render {

namespace {

// 75 % colour bars: white, yellow, cyan, green, magenta, red, blue, from the same matrix as
// everything else.
void draw_bars(const Picture& picture) {
    constexpr int on = 191;  // 75 % of 255
    constexpr std::uint8_t bars[7][3] = {{on, on, on}, {on, on, 0}, {0, on, on}, {0, on, 0},
                                         {on, 0, on},  {on, 0, 0},  {0, 0, on}};
    for (int bar = 0; bar < 7; ++bar) {
        const int left = picture.width * bar / 7 & ~1;
        const int right = bar == 6 ? picture.width : picture.width * (bar + 1) / 7 & ~1;
        const Yuva color = to_yuva(bars[bar][0], bars[bar][1], bars[bar][2], 255);
        for (int y = 0; y < picture.height; ++y) {
            std::fill_n(picture.y + y * picture.y_stride + left, right - left, color.y);
        }
        for (int y = 0; y < picture.height / 2; ++y) {
            for (int x = left / 2; x < right / 2; ++x) {
                picture.u[y * picture.u_stride + x * picture.chroma_step()] = color.u;
                picture.v[y * picture.v_stride + x * picture.chroma_step()] = color.v;
            }
        }
    }
}

void paint_line(cairo_t* context, const char* words, double size, contract::Color color, double y,
                double width) {
    contract::TextSpec spec;
    spec.align = "center";
    spec.min_size_px = 4;
    const TextBlock text(spec, words, size, contract::Pair{width * 0.9, size * 1.6}, {});
    cairo_save(context);
    cairo_translate(context, width * 0.05, y);
    text.paint(context, color, {}, 0);
    cairo_restore(context);
}

// A dark field, a triangle with an exclamation mark, two lines of words.
void paint_technical_difficulties(cairo_t* context, double width, double height) {
    const double unit = std::min(width / 16, height / 9);
    const double middle = width / 2, top = height / 2 - 2.6 * unit;
    set_color(context, {20, 26, 36, 255});
    cairo_paint(context);
    set_color(context, {36, 46, 62, 255});
    cairo_rectangle(context, 0, height - 0.5 * unit, width, 0.5 * unit);
    cairo_rectangle(context, 0, 0, width, 0.5 * unit);
    cairo_fill(context);
    set_color(context, {244, 178, 52, 255});
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_width(context, 0.3 * unit);
    cairo_move_to(context, middle, top);
    cairo_line_to(context, middle + 1.25 * unit, top + 2.1 * unit);
    cairo_line_to(context, middle - 1.25 * unit, top + 2.1 * unit);
    cairo_close_path(context);
    cairo_fill_preserve(context);
    cairo_stroke(context);
    set_color(context, {20, 26, 36, 255});
    cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_width(context, 0.26 * unit);
    cairo_move_to(context, middle, top + 0.75 * unit);
    cairo_line_to(context, middle, top + 1.35 * unit);
    cairo_stroke(context);
    cairo_arc(context, middle, top + 1.8 * unit, 0.16 * unit, 0, 6.2831853);
    cairo_fill(context);
    paint_line(context, "Technical difficulties", 0.95 * unit, {255, 255, 255, 255},
               top + 2.7 * unit, width);
    paint_line(context, "We will be right back", 0.5 * unit, {168, 180, 196, 255}, top + 4.2 * unit,
               width);
}

}  // namespace

void draw_slate(Picture picture, const char* builtin) {
    const std::string_view name = builtin;
    fill(picture, 16, 128, 128);
    if (name == "bars") draw_bars(picture);
    if (name != "technical_difficulties") return;
    const int width = picture.width + 2 * Sprite::margin,
              height = picture.height + 2 * Sprite::margin;
    const SurfacePtr surface = make_surface(width, height);
    const ContextPtr context = make_context(surface.get());
    cairo_translate(context.get(), Sprite::margin, Sprite::margin);
    cairo_rectangle(context.get(), 0, 0, picture.width, picture.height);
    cairo_clip(context.get());
    paint_technical_difficulties(context.get(), picture.width, picture.height);
    const Sprite sprite(surface.get(), Matrix{}, false);
    Matrix place;
    place.x0 = place.y0 = -Sprite::margin;
    SpritePainter(picture.width).draw({picture, nullptr}, sprite, place, {});
}

}  // namespace vistter::render
