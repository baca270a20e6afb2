// Evaluated scenes as text: JSON with every digit a double has, or a table for people.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ocl/evaluate.hpp"

namespace vistter::cli {

struct EvaluatedFrame {
    std::int64_t frame = 0;
    ocl::SceneState state;
};

// {"frames":[{"frame","finished","layers":[{layer_id, visible, opacity, position, ...}]}]}. Numbers
// are the shortest text that reads back as the same double.
std::string to_json(const std::vector<EvaluatedFrame>& frames);
// One line a frame and layer; layers of groups are indented.
std::string to_table(const std::vector<EvaluatedFrame>& frames);

}  // namespace vistter::cli
