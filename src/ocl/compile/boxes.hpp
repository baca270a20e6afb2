// Where layers stand while nothing moves (contract C.4), as far as a scene says so itself: a text
// without a box is measured on the appliance only.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "contract/overlay_document.hpp"

namespace vistter::ocl {

struct Box {
    double x = 0, y = 0, width = 0, height = 0;  // canvas pixels
};

// Boxes of the layers of one list, by layer_id.
using Boxes = std::map<std::string, std::optional<Box>>;

// The size a layer has by itself: its props, its text box, its picture's own, or the canvas.
std::optional<contract::Pair> own_size(const contract::OverlayDocument& document,
                                       const contract::Layer& layer);
// The area a layer's anchor names. `parent`: the group's box, whose corner the other areas count
// from; nothing where its size is not known.
std::optional<Box> anchor_area(const contract::OverlayDocument& document,
                               const contract::Layer& layer, const std::optional<Box>& parent,
                               const Boxes& earlier);
Box placed_box(const contract::Layer& layer, const Box& area, const contract::Pair& size,
               const contract::Pair& position);
// The whole canvas.
Box canvas_box(const contract::OverlayDocument& document);

}  // namespace vistter::ocl
