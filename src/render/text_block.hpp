// One laid-out text: fitted into its box in canvas pixels, so that every output size breaks and
// shrinks it alike.
#pragma once

#include <pango/pangocairo.h>

#include <memory>
#include <optional>
#include <string>

#include "contract/overlay_document.hpp"
#include "render/geometry.hpp"

namespace vistter::render {

struct GObjectFree {
    void operator()(gpointer object) const { g_object_unref(object); }
};
using LayoutPtr = std::unique_ptr<PangoLayout, GObjectFree>;
using PangoContextPtr = std::unique_ptr<PangoContext, GObjectFree>;
using FontMapPtr = std::unique_ptr<PangoFontMap, GObjectFree>;

// What a text is set in.
struct FontChoice {
    PangoFontMap* map = nullptr;  // null: the calling thread's own
    std::string family = "Inter";
};

class TextBlock {
  public:
    // Fits `text` by the rules of `spec`:
    //   shrink    reduces the size in quarter pixels down to min_size_px; past that an ellipsis
    //   ellipsis  keeps the size and ends in an ellipsis
    //   clip      keeps the size and cuts at the box and after max_lines
    // Without a box the text is as large as it is; lines break at line feeds only. With one line,
    // line feeds are spaces.
    TextBlock(const contract::TextSpec& spec, const std::string& text, double font_size,
              std::optional<contract::Pair> box, const FontChoice& font);

    // The given box, or the measured one.
    contract::Pair box() const { return box_; }
    double font_size() const { return font_size_; }
    // Everything paint() may touch without a stroke, in box coordinates.
    Rect ink() const;
    // Where the shadow falls, outline included; no size without one.
    Rect shadow_ink(double stroke_width) const;
    // Centred vertically in the box. The shadow of glyphs and outline lies undermost, then the
    // outline, centred on the glyphs' edge.
    void paint(cairo_t* context, contract::Color fill, std::optional<contract::Color> stroke,
               double stroke_width) const;

  private:
    void set_size(double size);
    bool fits() const;
    void shrink(double min_size);
    void end_in_ellipsis();
    Rect logical() const;
    contract::Pair origin() const;
    void show(cairo_t* context, bool outline) const;
    void paint_glyphs(cairo_t* context, contract::Color fill, std::optional<contract::Color> stroke,
                      double stroke_width) const;

    const contract::TextSpec& spec_;
    LayoutPtr layout_;
    contract::Pair box_{0, 0};
    bool boxed_ = false, clipped_ = false;
    double font_size_ = 0;
};

}  // namespace vistter::render
