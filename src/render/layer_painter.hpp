// Paints one layer's content with Cairo, in the layer's own box coordinates (canvas pixels). Not on
// the tick thread.
#pragma once

#include <optional>
#include <string>

#include "ocl/layer_values.hpp"
#include "render/asset_shelf.hpp"
#include "render/geometry.hpp"

namespace vistter::render {

class LayerPainter {
  public:
    LayerPainter(const contract::OverlayDocument& document, const AssetShelf& shelf,
                 const ocl::Tokens& tokens)
        : document_(document), shelf_(shelf), tokens_(tokens) {}

    // False for a layer that shows nothing with these tokens and assets: a missing image that
    // hides, a token that asks.
    bool can_paint(const contract::Layer& layer, const ocl::LayerValues& values) const;
    // Image: size or natural. Text: size, text.box or measured. Shape: size. Solid and group: size
    // or the canvas.
    contract::Pair box(const contract::Layer& layer, const ocl::LayerValues& values) const;
    // Everything paint() may touch, in box coordinates.
    Rect ink(const contract::Layer& layer, const ocl::LayerValues& values,
             const contract::Pair& box) const;
    void paint(cairo_t* context, const contract::Layer& layer, const ocl::LayerValues& values,
               const contract::Pair& box) const;

  private:
    // What a layer of pictures shows after its fallback.
    struct Shown {
        cairo_surface_t* image = nullptr;
        const SvgPicture* svg = nullptr;
        bool placeholder = false;  // drawn instead of both
    };
    Shown shown_by(const contract::Layer& layer, const ocl::LayerValues& values) const;
    Rect content_ink(const contract::Layer& layer, const ocl::LayerValues& values,
                     const contract::Pair& box) const;
    TextBlock text_of(const contract::Layer& layer, const ocl::LayerValues& values) const;
    void paint_picture(cairo_t* context, const contract::Layer& layer,
                       const ocl::LayerValues& values, const contract::Pair& box) const;
    void paint_group(cairo_t* context, const contract::Layer& group,
                     const contract::Pair& box) const;
    void paint_content(cairo_t* context, const contract::Layer& layer,
                       const ocl::LayerValues& values, const contract::Pair& box) const;
    template <class Visit>
    void for_each_child(const contract::Layer& group, const contract::Pair& box, Visit visit) const;

    const contract::OverlayDocument& document_;
    const AssetShelf& shelf_;
    const ocl::Tokens& tokens_;
};

// The part of a layer's box its clip leaves; the whole box without one.
Rect clip_rect(const contract::Layer& layer, const contract::Pair& box);
// Adds a path; the radius is at most half the shorter side.
void add_rounded_rectangle(cairo_t* context, const Rect& rect, double radius);
// A shape's outline and colours, `box` large, in box coordinates. Lines and polygons take their
// points in box pixels.
void paint_shape(cairo_t* context, const contract::ShapeSpec& shape, const ocl::LayerValues& values,
                 const contract::Pair& box);

}  // namespace vistter::render
