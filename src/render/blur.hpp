// Gaussian blur of what Cairo painted (contract C.5 `blur`, a text's shadow). Not on the tick
// thread.
#pragma once

#include <functional>

#include "render/surface.hpp"

namespace vistter::render {

// How far a blur of this standard deviation reaches.
inline double blur_reach(double deviation) {
    return 3 * deviation;
}

// Paints what `paint` paints, blurred by `deviation` in the context's own units. Outside the
// context's clip counts as transparent. At most 128 device pixels; 0 paints as it is. `cut`, if
// given, narrows the clip for the blurred picture alone.
void paint_blurred(cairo_t* context, double deviation, const std::function<void(cairo_t*)>& paint,
                   const std::function<void(cairo_t*)>& cut = {});

}  // namespace vistter::render
