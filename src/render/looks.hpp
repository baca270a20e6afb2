// Which looks a layer takes on over a scene, told from its tracks before anything is painted. Pure.
#pragma once

#include <vector>

#include "ocl/layer_values.hpp"

namespace vistter::render {

// Whether a layer has a track of scale or rotation.
bool turns_or_scales(const contract::Layer& layer);

// The looks a layer takes on at the frames of `rate`, in order of time, each once; the resting one
// first.
std::vector<ocl::LayerValues> looks_of(const contract::Scene& scene, const contract::Layer& layer,
                                       ocl::Rate rate);

// The pose sprites are made for: at rest; a scale so small that the sprite would be blurred later
// takes the largest.
ocl::LayerValues pose_of(const contract::Scene& scene, const contract::Layer& layer,
                         ocl::Rate rate);

}  // namespace vistter::render
