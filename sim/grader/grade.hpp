// Compares what went on air, frame by frame, with what the plan says. Pure: plain data in, a
// verdict out.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace vistter::sim {

struct Rect {
    int x = 0, y = 0, width = 0, height = 0;
};

// Mean levels of a rectangle, limited range (luma 16..235, chroma around 128).
struct Patch {
    double y = 0, u = 128, v = 128;
};

// A place in the picture that tells whether an overlay is there: it is visible exactly if all means
// are within the bounds.
struct Marker {
    std::string name;
    Rect rect;
    double y_min = 0, y_max = 255, u_min = 0, u_max = 255, v_min = 0, v_max = 255;
    bool visible(const Patch& patch) const {
        return patch.y >= y_min && patch.y <= y_max && patch.u >= u_min && patch.u <= u_max &&
               patch.v >= v_min && patch.v <= v_max;
    }
};

struct CameraStrip {
    unsigned source = 0;
    std::uint32_t frame = 0;
};

// One frame of a recording, as it was read.
struct ObservedFrame {
    std::int64_t index = 0;                     // in the recording, from 0
    std::int64_t pts_ns = 0;                    // of the recording
    std::optional<std::uint32_t> output_frame;  // the programme's own strip
    std::optional<CameraStrip> camera;          // the camera's strip, if one is readable
    std::vector<Patch> patches;                 // one a marker, in the markers' order
};

// What should be seen at one output frame.
struct ExpectedFrame {
    static constexpr int any = -1;   // do not check (inside a fade)
    static constexpr int none = -2;  // no camera: slate or black
    int source = any;
    std::vector<std::optional<bool>>
        visible;  // one a marker; nothing: do not check. Shorter: the rest is not checked
};

struct GradeRequest {
    std::int64_t
        first = 0,
        last = 0;  // output frames to grade, both included; the recording must hold all of them
    std::vector<Marker> markers;
    std::function<ExpectedFrame(std::int64_t output_frame)> expected;
};

struct Verdict {
    bool ok = false;
    std::int64_t frames_graded = 0;  // observed once, in order and within the range
    std::int64_t first = 0, last = 0;
    std::int64_t missing = 0, doubled = 0, backwards = 0;
    std::int64_t unreadable =
        0;  // recorded frames between the first and last graded one without a programme number
    std::int64_t wrong_source_frames = 0, overlay_wrong_frames = 0;
    std::int64_t cuts = 0, overlay_edges = 0;  // changes seen, so that a show in which nothing
                                               // happened does not pass unnoticed
    std::vector<std::string> faults;           // the first 20, in words
};

// Every frame first..last must be there once, in order, with the expected camera and overlays. An
// empty range is not ok.
Verdict grade(const GradeRequest& request, const std::vector<ObservedFrame>& observed);

// The output frames from the first to the last readable number, for grading a whole recording.
std::optional<std::pair<std::int64_t, std::int64_t>> readable_range(
    const std::vector<ObservedFrame>& observed);

}  // namespace vistter::sim
