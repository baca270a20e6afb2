// A loaded timeline compiled for an output rate: a pure function frame -> what is on air
// (architecture 2, contract D). Run frames count from the run's first frame, holds already taken
// out; so play, pause and seek are the same function.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "contract/timeline_document.hpp"
#include "ocl/evaluate.hpp"

namespace vistter::timeline {

using ocl::Rate;

// Views (`std::string_view`, pointers) in these answers point into the plan and live as long as a
// copy of it.

struct VideoSource {
    enum class Kind { camera, slate, none };  // none: a gap, the fallback picture
    Kind kind = Kind::none;
    std::string_view id;  // camera_id, or the slate's built-in name
    friend bool operator==(const VideoSource&, const VideoSource&) = default;
};

// A scene with the tokens it is shown with: what must be rasterised before the run. Numbered from 0
// within a plan.
struct OverlayUse {
    std::string overlay_id, scene_id;
    ocl::Tokens tokens;
};

// One overlay instance on air. (`cue_id`, `show_frame`) names the instance: the run frame it
// started at.
struct OverlayOnAir {
    std::size_t use = 0;  // index into Plan::uses(): overlay, scene and tokens
    std::string_view overlay_id, scene_id, slot, cue_id;
    int z = 0;  // the cue's own, else its track's
    std::int64_t show_frame = 0;
    ocl::SceneClock clock;
    std::int64_t mix_num = 1,
                 mix_den = 1;  // weight of the whole instance; below 1/1 inside a cue's `out` fade
};

struct FrameState {
    VideoSource program;                  // what is shown, or fades in
    std::optional<VideoSource> outgoing;  // under a transition
    // What joins `outgoing` to `program`; a transition of c frames has weights 1/(c+1) .. c/(c+1),
    // so that its every frame is a mix and none repeats the picture before or after it.
    // `transition` is cut and 1/1 outside.
    contract::TransitionKind transition = contract::TransitionKind::cut;
    std::int64_t mix_num = 1, mix_den = 1;  // weight of `program`
    contract::Color color;                  // dip
    std::string_view direction;             // wipe
    std::string_view video_cue_id;          // empty in a gap
    std::vector<OverlayOnAir> overlays;     // in paint order: z, track order, start
};

// A change a run reports (EVENT timeline.cue_started / timeline.cue_ended).
struct CueEdge {
    std::int64_t frame = 0;
    bool started = true;
    std::string_view segment_id, cue_id;
    friend bool operator==(const CueEdge&, const CueEdge&) = default;
};

class Plan {
  public:
    // Compiles once. Faults of a document were refused when it was parsed; what is refused here is
    // what this size does not play: STA_UNSUPPORTED_ACTION (an action, an image slate),
    // VER_FEATURE_UNSUPPORTED (end_behavior hold and fallback), LIM_CAPACITY (7 days of frames, 256
    // distinct overlay uses), TML_UNREACHABLE (items behind an endless one). `loop` as the last
    // segment's end_behavior is an endless repeat. VAL_RANGE for a rate or duration that is not
    // positive.
    static Result<Plan> compile(const contract::TimelineDocument& document, Rate rate);

    // Before 0 and at or past the end: nothing on air. Any thread; O(log cues).
    FrameState at(std::int64_t run_frame) const;
    // The same into `state`, whose vector is reused: allocates only when more overlays are on air
    // than ever before.
    void at(std::int64_t run_frame, FrameState& state) const;
    // On one frame ends come before starts, then control, overlay, video, audio, then track z,
    // track order, cue id (contract D.5.1); a cue too short for any frame ends right after its
    // start. Half-open range [from, to).
    std::vector<CueEdge> edges(std::int64_t from, std::int64_t to) const;
    // The cues that cover a frame as `started` edges with the frame they started at: what a seek
    // leaves and enters.
    std::vector<CueEdge> cues_at(std::int64_t run_frame) const;
    // Frames of the whole sequence; nullopt if its last item repeats for ever.
    std::optional<std::int64_t> length() const;
    // The first frame after the pass of the segment that `run_frame` is in.
    std::int64_t end_of_segment(std::int64_t run_frame) const;
    // First frame of a cue's first occurrence, or of a cue point.
    std::optional<std::int64_t> frame_of_cue(const std::string& cue_id) const;
    std::optional<std::int64_t> frame_of_cue_point(const std::string& cue_point_id) const;
    std::int64_t frame_of_position(std::int64_t position_ms) const;
    std::int64_t position_of_frame(std::int64_t run_frame) const;
    // Every camera a cue shows, once each, sorted.
    std::vector<std::string> cameras() const;
    const std::vector<OverlayUse>& uses() const;
    Rate rate() const;

    struct Compiled;  // plan_data.hpp, within this room

  private:
    // Shared with copies of the plan, see compiled_.
    explicit Plan(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
    // Shared: plans are copied between control and tick, never changed.
    std::shared_ptr<const Compiled> compiled_;
};

}  // namespace vistter::timeline
