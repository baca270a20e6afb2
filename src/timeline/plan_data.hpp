// What a plan is made of. Each segment is compiled once on its own clock, in milliseconds; a run
// frame is led to a pass of a segment and an exact time in it, so that repeats cost nothing and no
// rounding adds up.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "timeline/plan.hpp"

namespace vistter::timeline {

// A stretch of the video track: a cue, or the gap between two. Lasts until the next slice starts.
struct VideoSlice {
    std::int64_t start_ms = 0;
    VideoSource::Kind kind = VideoSource::Kind::none;
    std::string source_id, cue_id;
    contract::Transition transition;
};

struct OverlayInstance {
    std::string overlay_id, scene_id, slot, cue_id;
    int z = 0;
    std::int64_t start_ms = 0, end_ms = 0;
    std::int64_t hide_ms = -1;  // the outro starts here; -1: none
    std::int64_t fade_ms = -1;  // the fade out starts here and lasts to end_ms; -1: none
};

struct OverlayLayer {
    std::size_t instance = 0;  // into SegmentPlan::instances
    std::size_t use = 0;       // into Compiled::uses
};

// A stretch with the same overlays and tokens. Lasts until the next slice starts.
struct OverlaySlice {
    std::int64_t start_ms = 0;
    std::vector<OverlayLayer> layers;  // paint order, one a slot
};

struct CueSpan {
    std::int64_t start_ms = 0, end_ms = 0;
    int phase = 0, z = 0;  // of the track
    std::size_t track = 0;
    std::string cue_id;
    // The order among cues on one frame (contract D.5.1).
    auto rank() const { return std::tie(phase, z, track, cue_id); }
};

struct SegmentPlan {
    std::string segment_id;
    std::int64_t duration_ms = 0;
    std::vector<VideoSlice> video;       // first starts at 0
    std::vector<OverlaySlice> overlays;  // first starts at 0
    std::vector<OverlayInstance> instances;
    std::vector<CueSpan> cues;               // by rank
    std::vector<std::size_t> cues_by_start;  // indices into `cues`
    std::vector<std::size_t> cues_by_end;
    std::map<std::string, std::int64_t> cue_points;
};

struct SequencePass {
    std::size_t segment = 0;
    std::int64_t start_ms = 0;
    std::int64_t repeat = 1;  // at least 1; ignored for an endless last item
};

struct Plan::Compiled {
    Rate rate;
    std::vector<SegmentPlan> segments;
    std::vector<SequencePass> items;
    std::int64_t total_ms = 0;  // of the whole sequence, or of everything before an endless item
    bool endless = false;
    std::vector<OverlayUse> uses;
};

}  // namespace vistter::timeline
