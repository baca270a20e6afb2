// Evaluated scenes as text: JSON with every digit a double has, or a table for people.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ocl/evaluate.hpp"

namespace vistter::cli {

struct EvaluatedFrame {
    std::int64_t frame = 0;
    std::int64_t scene_frame = 0;  // the scene's own clock, which stands at pauses
    bool paused = false;
    std::vector<std::string> cue_points;  // ids of those that fire on this frame
    ocl::SceneState state;
};

// {"frames":[{"frame","scene_frame","paused","cue_points","finished","layers":[{layer_id, visible,
// opacity, position, ...}]}]}. Numbers are the shortest text that reads back as the same double.
std::string to_json(const std::vector<EvaluatedFrame>& frames);
// One line a frame and layer; layers of groups are indented.
std::string to_table(const std::vector<EvaluatedFrame>& frames);

}  // namespace vistter::cli
