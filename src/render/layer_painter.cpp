// Content of each kind of layer, with crop and fallbacks, and groups whose children stand still.
#include "render/layer_painter.hpp"

#include <algorithm>

#include "ocl/tokens.hpp"
#include "render/blur.hpp"

namespace vistter::render {

using contract::Layer;
using contract::LayerKind;
using contract::Pair;
using ocl::LayerValues;

namespace {

constexpr Pair placeholder_box{160, 90};

Rect united(const Rect& a, const Rect& b) {
    if (a.width <= 0 || a.height <= 0) return b;
    const double left = std::min(a.x, b.x), top = std::min(a.y, b.y);
    return {left, top, std::max(a.x + a.width, b.x + b.width) - left,
            std::max(a.y + a.height, b.y + b.height) - top};
}

Rect grown(const Rect& rect, double by) {
    return {rect.x - by, rect.y - by, rect.width + 2 * by, rect.height + 2 * by};
}

Rect intersected(const Rect& a, const Rect& b) {
    const double left = std::max(a.x, b.x), top = std::max(a.y, b.y);
    return {left, top, std::max(0.0, std::min(a.x + a.width, b.x + b.width) - left),
            std::max(0.0, std::min(a.y + a.height, b.y + b.height) - top)};
}

bool has_text(const Layer& layer) {
    return layer.kind == LayerKind::text || layer.kind == LayerKind::clock;
}

// Kinds whose content is a file. Lottie and video show their fallback.
bool has_picture(const Layer& layer) {
    switch (layer.kind) {
        case LayerKind::image:
        case LayerKind::svg:
        case LayerKind::image_sequence:
        case LayerKind::lottie:
        case LayerKind::video:
            return true;
        default:
            return false;
    }
}

void paint_placeholder(cairo_t* context, const Pair& box) {
    LayerValues values;
    values.fill_color = {96, 96, 96, 255};
    values.stroke_color = contract::Color{200, 200, 200, 255};
    values.stroke_width = 2;
    paint_shape(context, {"rect", {}}, values, box);
    paint_shape(context, {"line", {{0, 0}, box}}, values, box);
    paint_shape(context, {"line", {{0, box[1]}, {box[0], 0}}}, values, box);
}

// Shows the part of the box that `crop` leaves, stretched over the whole box.
void apply_crop(cairo_t* context, const contract::Quad& crop, const Pair& box) {
    const double width = 1 - crop[0] - crop[2], height = 1 - crop[1] - crop[3];
    if (crop == contract::Quad{0, 0, 0, 0} || width <= 0 || height <= 0) return;
    cairo_rectangle(context, 0, 0, box[0], box[1]);
    cairo_clip(context);
    cairo_scale(context, 1 / width, 1 / height);
    cairo_translate(context, -crop[0] * box[0], -crop[1] * box[1]);
}

}  // namespace

template <class Visit>
void LayerPainter::for_each_child(const Layer& group, const Pair& box, Visit visit) const {
    std::map<std::string, Rect> boxes;
    for (const Layer& child : group.layers) {
        const LayerValues values = ocl::unanimated(child);
        const Pair child_box = this->box(child, values);
        const Placement placement =
            place(child, area_of(document_, child.anchor.area, {0, 0, box[0], box[1]}, boxes));
        boxes[child.layer_id] = untransformed_box(placement, values, child_box);
        if (values.visible && can_paint(child, values)) {
            visit(child, values, child_box, layer_matrix(placement, values, child_box));
        }
    }
}

LayerPainter::Shown LayerPainter::shown_by(const Layer& layer, const LayerValues& values) const {
    Shown shown;
    const auto look_up = [&](const std::string& key) {
        shown.image = shelf_.image(key);
        shown.svg = shelf_.svg(key);
    };
    if (values.asset) look_up(*values.asset);
    if (!shown.image && !shown.svg && layer.on_missing.starts_with("asset:"))
        look_up(layer.on_missing.substr(6));
    shown.placeholder = !shown.image && !shown.svg && layer.on_missing == "placeholder";
    return shown;
}

TextBlock LayerPainter::text_of(const Layer& layer, const LayerValues& values) const {
    static const std::string nothing;
    const std::string& content = values.content ? *values.content : nothing;
    return TextBlock(layer.text, ocl::resolve_tokens(content, document_.tokens, tokens_).text,
                     values.font_size, values.size ? values.size : layer.text.box,
                     shelf_.font(layer.text.font));
}

bool LayerPainter::can_paint(const Layer& layer, const LayerValues& values) const {
    if (has_picture(layer)) {
        const Shown shown = shown_by(layer, values);
        return shown.image || shown.svg || shown.placeholder;
    }
    if (has_text(layer) && values.content) {
        return !ocl::resolve_tokens(*values.content, document_.tokens, tokens_).hide_layer;
    }
    return true;
}

Pair LayerPainter::box(const Layer& layer, const LayerValues& values) const {
    if (has_text(layer)) return text_of(layer, values).box();
    if (values.size) return *values.size;
    if (has_picture(layer)) {
        const Shown shown = shown_by(layer, values);
        if (shown.svg && shown.svg->size()[0] > 0) return shown.svg->size();
        if (!shown.image) return placeholder_box;
        return {static_cast<double>(cairo_image_surface_get_width(shown.image)),
                static_cast<double>(cairo_image_surface_get_height(shown.image))};
    }
    if (layer.kind == LayerKind::shape) return {0, 0};
    return {static_cast<double>(document_.canvas_width),
            static_cast<double>(document_.canvas_height)};
}

Rect LayerPainter::ink(const Layer& layer, const LayerValues& values, const Pair& box) const {
    const Rect all = content_ink(layer, values, box);
    // What a blur brings in from beyond the clip must have been painted first.
    if (values.blur > 0) return grown(all, blur_reach(values.blur));
    return layer.clip ? intersected(all, clip_rect(layer, box)) : all;
}

Rect LayerPainter::content_ink(const Layer& layer, const LayerValues& values,
                               const Pair& box) const {
    const Rect whole{0, 0, box[0], box[1]};
    if (values.crop != contract::Quad{0, 0, 0, 0}) return whole;
    const double stroke =
        values.stroke_width;  // half would do for round joins, mitres reach further
    if (has_text(layer)) {
        const TextBlock text = text_of(layer, values);
        return united(united(whole, grown(text.ink(), stroke / 2)), text.shadow_ink(stroke));
    }
    if (layer.kind == LayerKind::shape) {
        Rect rect = whole;
        for (const Pair& point : layer.shape.points)
            rect = united(rect, {point[0], point[1], 1e-9, 1e-9});
        const bool pointed = layer.shape.type == "polygon" || layer.shape.type == "line";
        return stroke > 0 ? grown(rect, pointed ? stroke * 5 : stroke / 2)
                          : rect;  // cairo's mitre limit is 10 half widths
    }
    if (layer.kind != LayerKind::group) return whole;
    Rect all{};
    for_each_child(layer, box,
                   [&](const Layer& child, const LayerValues& child_values, const Pair& child_box,
                       const Matrix& matrix) {
                       all = united(all, bounds(matrix, ink(child, child_values, child_box)));
                   });
    return all;
}

void LayerPainter::paint_picture(cairo_t* context, const Layer& layer, const LayerValues& values,
                                 const Pair& box) const {
    const Shown shown = shown_by(layer, values);
    if (shown.placeholder) return paint_placeholder(context, box);
    if (shown.svg) return shown.svg->paint(context, box);
    if (!shown.image) return;
    cairo_rectangle(context, 0, 0, box[0], box[1]);
    cairo_clip(context);
    cairo_scale(context, box[0] / cairo_image_surface_get_width(shown.image),
                box[1] / cairo_image_surface_get_height(shown.image));
    cairo_set_source_surface(context, shown.image, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_BEST);
    cairo_pattern_set_extend(cairo_get_source(context), CAIRO_EXTEND_PAD);
    cairo_paint(context);
}

// Children are composed off-screen by cairo_push_group, so that the group's own opacity fades them
// as one picture.
void LayerPainter::paint_group(cairo_t* context, const Layer& group, const Pair& box) const {
    for_each_child(group, box,
                   [&](const Layer& child, const LayerValues& values, const Pair& child_box,
                       const Matrix& matrix) {
                       cairo_save(context);
                       const cairo_matrix_t transform = to_cairo(matrix);
                       cairo_transform(context, &transform);
                       if (values.opacity >= 1) {
                           paint(context, child, values, child_box);
                       } else {
                           cairo_push_group(context);
                           paint(context, child, values, child_box);
                           cairo_pop_group_to_source(context);
                           cairo_paint_with_alpha(context, values.opacity);
                       }
                       cairo_restore(context);
                   });
}

void LayerPainter::paint_content(cairo_t* context, const Layer& layer, const LayerValues& values,
                                 const Pair& box) const {
    switch (layer.kind) {
        case LayerKind::image:
        case LayerKind::svg:
        case LayerKind::image_sequence:
        case LayerKind::lottie:
        case LayerKind::video:
            return paint_picture(context, layer, values, box);
        case LayerKind::text:
        case LayerKind::clock:
            return text_of(layer, values)
                .paint(context, values.fill_color, values.stroke_color, values.stroke_width);
        case LayerKind::shape:
            return paint_shape(context, layer.shape, values, box);
        case LayerKind::solid:
            cairo_rectangle(context, 0, 0, box[0], box[1]);
            set_color(context, values.fill_color);
            return cairo_fill(context);
        case LayerKind::group:
            return paint_group(context, layer, box);
    }
}

void LayerPainter::paint(cairo_t* context, const Layer& layer, const LayerValues& values,
                         const Pair& box) const {
    if (box[0] <= 0 || box[1] <= 0) {
        // A line or polygon may come without a size; everything else has no area to show.
        if (layer.kind != LayerKind::shape || layer.shape.points.empty()) return;
    }
    cairo_save(context);
    const auto cut = [&](cairo_t* to) {
        if (!layer.clip) return;
        add_rounded_rectangle(to, clip_rect(layer, box), layer.clip->corner_radius);
        cairo_clip(to);
    };
    const auto paint_cropped = [&](cairo_t* to) {
        cairo_save(to);
        apply_crop(to, values.crop, box);
        paint_content(to, layer, values, box);
        cairo_restore(to);
    };
    paint_blurred(context, values.blur, paint_cropped, cut);
    cairo_restore(context);
}

Rect clip_rect(const Layer& layer, const Pair& box) {
    if (!layer.clip) return {0, 0, box[0], box[1]};
    const contract::Quad& inset = layer.clip->inset;
    return {inset[0] * box[0], inset[1] * box[1], std::max(0.0, 1 - inset[0] - inset[2]) * box[0],
            std::max(0.0, 1 - inset[1] - inset[3]) * box[1]};
}

}  // namespace vistter::render
