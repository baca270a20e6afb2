// A loaded timeline compiled for an output rate: a pure function frame -> what is on air (architecture 2, contract D).
// Run frames count from the run's first frame, holds already taken out; so play, pause and seek are the same function.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "contract/timeline_document.hpp"
#include "ocl/evaluate.hpp"

namespace vistter::timeline {

using ocl::Rate;

struct VideoSource {
    enum class Kind { camera, slate, none };  // none: a gap, the fallback picture
    Kind kind = Kind::none;
    std::string id;  // camera_id, or the slate's built-in name or asset_id
    friend bool operator==(const VideoSource&, const VideoSource&) = default;
};

// One overlay instance on air. `show_frame` names the instance: it is the run frame it started at.
struct OverlayOnAir {
    std::string overlay_id, scene_id, slot, cue_id;
    int z = 0;
    std::int64_t show_frame = 0;
    ocl::SceneClock clock;
    ocl::Tokens tokens;
};

struct FrameState {
    VideoSource program;                     // what is shown, or fades in
    std::optional<VideoSource> outgoing;     // under a transition
    contract::TransitionKind transition = contract::TransitionKind::cut;
    std::int64_t mix_num = 1, mix_den = 1;   // weight of `program` = mix_num / mix_den; 1/1 outside transitions
    std::string video_cue_id;                // empty in a gap
    std::vector<OverlayOnAir> overlays;      // in paint order: track z, track order, start
};

// A change a run reports (EVENT timeline.cue_started / timeline.cue_ended).
struct CueEdge {
    std::int64_t frame = 0;
    bool started = true;
    std::string segment_id, cue_id;
};

class Plan {
  public:
    // Compiles once; TML_* and VAL_REFERENCE faults were already refused when the document was parsed, so what is left
    // here is arithmetic. Errors: LIM_CAPACITY when a timeline is longer than 7 days of frames.
    static Result<Plan> compile(const contract::TimelineDocument& document, Rate rate);

    FrameState at(std::int64_t run_frame) const;
    // Ends before starts on one frame (contract D.5.1). Half-open range [from, to).
    std::vector<CueEdge> edges(std::int64_t from, std::int64_t to) const;
    // Frames of the whole sequence; nullopt if its last item repeats for ever.
    std::optional<std::int64_t> length() const;
    // First frame of a cue's first occurrence, or of a cue point.
    std::optional<std::int64_t> frame_of_cue(const std::string& cue_id) const;
    std::optional<std::int64_t> frame_of_cue_point(const std::string& cue_point_id) const;
    std::int64_t frame_of_position(std::int64_t position_ms) const;
    std::int64_t position_of_frame(std::int64_t run_frame) const;
    // Every camera a cue shows, once each, sorted.
    std::vector<std::string> cameras() const;

  private:
    struct Compiled;
    explicit Plan(std::shared_ptr<const Compiled> compiled);
    std::shared_ptr<const Compiled> compiled_;  // shared: plans are copied between control and tick, never changed
};

}  // namespace vistter::timeline
