// Reads a recording (.flv, .ts, .mp4) picture by picture: strips, probe patches, and the pixels if
// wanted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "media/frame.hpp"
#include "sim/grader/grade.hpp"

namespace vistter::sim {

class Recording {
  public:
    virtual ~Recording() = default;
    // Decodes the next picture; nothing at the end. AST_DECODE when the file breaks off in the
    // middle of nothing decodable. `patches` are measured at the given rectangles (clipped to the
    // picture).
    virtual Result<std::optional<ObservedFrame>> next(const std::vector<Rect>& patches) = 0;
    // The pixels of the picture next() returned last; valid until the next call.
    virtual const media::Frame& picture() const = 0;
};

// RES_NOT_FOUND, AST_DECODE.
Result<std::unique_ptr<Recording>> open_recording(const std::filesystem::path& file);

// Every frame of a recording, with one patch a marker.
Result<std::vector<ObservedFrame>> read_recording(const std::filesystem::path& file,
                                                  const std::vector<Marker>& markers);

}  // namespace vistter::sim
