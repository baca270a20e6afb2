// What each named transition moves on a layer, as values from and to (contract C.10).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "contract/authoring.hpp"
#include "ocl/compile/boxes.hpp"

namespace vistter::ocl {

struct Move {
    contract::Property property = contract::Property::opacity;
    contract::PropertyValue from = 0.0, to = 0.0;
    std::optional<std::string> reveal_direction;  // wipes
    std::string fault;                            // why it cannot be; nothing else counts then
};

// Entering ends where the layer stands; leaving begins there. `box`: where it stands, if known; a
// slide starts or ends just outside the canvas.
//   fade                     opacity from or to 0
//   slide_DIRECTION          moves that way, in from or out to beyond the edge
//   wipe_DIRECTION           the edge of what is seen moves that way
//   scale_in, scale_out      from nothing, to nothing
//   zoom_in, zoom_out        fades while growing (in) or shrinking (out) by half its size
//   cut                      nothing
std::vector<Move> moves_in(const std::string& name, const contract::AuthoredLayer& layer,
                           const std::optional<Box>& box, const Box& canvas);
std::vector<Move> moves_out(const std::string& name, const contract::AuthoredLayer& layer,
                            const std::optional<Box>& box, const Box& canvas);

}  // namespace vistter::ocl
