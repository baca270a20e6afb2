// A camera's stretch of H.264, encoded once and played over and over (rulings 22: a simulated
// camera costs little CPU).
#pragma once

#include <filesystem>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "sim/camera/test_picture.hpp"

namespace vistter::sim {

struct LoopUnit {
    bool keyframe = false;
    Bytes data;  // AVC, length-prefixed
};

struct PlayLoop {
    Bytes codec_data;  // avcC
    std::vector<LoopUnit>
        units;  // one a frame, the first a keyframe; at least one keyframe in any half second
};

// Draws and encodes settings.loop_frames pictures. `cache`: a folder where the result is kept and
// looked for; may be empty.
Result<PlayLoop> make_test_loop(const TestPictureSettings& settings,
                                const std::filesystem::path& cache);

}  // namespace vistter::sim
