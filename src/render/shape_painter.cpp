// Shapes: rectangle with rounded corners, ellipse, line, polygon; filled, then stroked along the
// outline's middle.
#include <algorithm>
#include <numbers>

#include "render/layer_painter.hpp"

namespace vistter::render {

namespace {

constexpr double quarter = std::numbers::pi / 2;

void ellipse(cairo_t* context, const contract::Pair& box) {
    if (box[0] <= 0 || box[1] <= 0) return;
    cairo_save(context);
    cairo_translate(context, box[0] / 2, box[1] / 2);
    cairo_scale(context, box[0] / 2, box[1] / 2);
    cairo_new_sub_path(context);
    cairo_arc(context, 0, 0, 1, 0, 4 * quarter);
    cairo_close_path(context);
    cairo_restore(context);
}

void points(cairo_t* context, const contract::ShapeSpec& shape) {
    for (const contract::Pair& point : shape.points) cairo_line_to(context, point[0], point[1]);
    if (shape.type == "polygon") cairo_close_path(context);
}

}  // namespace

void add_rounded_rectangle(cairo_t* context, const Rect& rect, double radius) {
    const double r = std::min({radius, rect.width / 2, rect.height / 2});
    if (r <= 0) {
        cairo_rectangle(context, rect.x, rect.y, rect.width, rect.height);
        return;
    }
    const double right = rect.x + rect.width, bottom = rect.y + rect.height;
    cairo_new_sub_path(context);
    cairo_arc(context, right - r, rect.y + r, r, -quarter, 0);
    cairo_arc(context, right - r, bottom - r, r, 0, quarter);
    cairo_arc(context, rect.x + r, bottom - r, r, quarter, 2 * quarter);
    cairo_arc(context, rect.x + r, rect.y + r, r, 2 * quarter, 3 * quarter);
    cairo_close_path(context);
}

void paint_shape(cairo_t* context, const contract::ShapeSpec& shape, const ocl::LayerValues& values,
                 const contract::Pair& box) {
    cairo_new_path(context);
    if (shape.type == "rect")
        add_rounded_rectangle(context, {0, 0, box[0], box[1]}, values.corner_radius);
    if (shape.type == "ellipse") ellipse(context, box);
    if (shape.type == "line" || shape.type == "polygon") points(context, shape);
    if (shape.type != "line") {
        set_color(context, values.fill_color);
        cairo_fill_preserve(context);
    }
    // A line without a stroke colour is drawn in the fill colour.
    const bool line = shape.type == "line";
    if (values.stroke_width > 0 && (values.stroke_color || line)) {
        set_color(context, values.stroke_color.value_or(values.fill_color));
        cairo_set_line_width(context, values.stroke_width);
        cairo_set_line_join(context, CAIRO_LINE_JOIN_MITER);
        cairo_stroke_preserve(context);
    }
    cairo_new_path(context);
}

}  // namespace vistter::render
