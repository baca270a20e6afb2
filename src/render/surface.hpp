// Cairo behind one owner: a premultiplied 32-bit surface and a context on it.
#pragma once

#include <cairo.h>

#include <cstdint>
#include <memory>

#include "render/geometry.hpp"

namespace vistter::render {

struct CairoFree {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
    void operator()(cairo_t* context) const { cairo_destroy(context); }
    void operator()(cairo_pattern_t* pattern) const { cairo_pattern_destroy(pattern); }
};
using SurfacePtr = std::unique_ptr<cairo_surface_t, CairoFree>;
using ContextPtr = std::unique_ptr<cairo_t, CairoFree>;
using PatternPtr = std::unique_ptr<cairo_pattern_t, CairoFree>;

inline SurfacePtr make_surface(int width, int height) {
    return SurfacePtr(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height));
}
inline ContextPtr make_context(cairo_surface_t* surface) {
    return ContextPtr(cairo_create(surface));
}

inline cairo_matrix_t to_cairo(const Matrix& m) {
    return {m.xx, m.yx, m.xy, m.yy, m.x0, m.y0};
}

inline void set_color(cairo_t* context, contract::Color color) {
    cairo_set_source_rgba(context, color.r / 255.0, color.g / 255.0, color.b / 255.0,
                          color.a / 255.0);
}

}  // namespace vistter::render
