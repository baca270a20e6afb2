// A plan's answers: which pass of which segment a frame is in, and what is on air there.
#include "timeline/plan.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "timeline/plan_data.hpp"

namespace vistter::timeline {
namespace {

using Compiled = Plan::Compiled;

// One pass of a segment.
struct Pass {
    std::size_t item = 0;
    std::int64_t repeat = 0;
    const SegmentPlan* segment = nullptr;
    std::int64_t base_ms = 0;  // run time of its start
};

Pass make_pass(const Compiled& plan, std::size_t item, std::int64_t repeat) {
    const SequencePass& placed = plan.items[item];
    const SegmentPlan& segment = plan.segments[placed.segment];
    return {item, repeat, &segment, placed.start_ms + repeat * segment.duration_ms};
}

// N of contract C.3: the frame's time in ms times the rate's numerator, exact.
std::int64_t exact_time(const Compiled& plan, std::int64_t frame) {
    return frame * 1000 * plan.rate.den;
}

std::int64_t frame_at(const Compiled& plan, const Pass& pass, std::int64_t local_ms) {
    return ocl::frame_at(pass.base_ms + local_ms, plan.rate);
}

std::optional<Pass> locate(const Compiled& plan, std::int64_t frame) {
    if (frame < 0) return std::nullopt;
    std::int64_t now = exact_time(plan, frame);
    if (!plan.endless && now >= plan.total_ms * plan.rate.num) return std::nullopt;
    auto after = std::upper_bound(plan.items.begin(), plan.items.end(), now,
                                  [&](std::int64_t n, const SequencePass& item) {
                                      return n < item.start_ms * plan.rate.num;
                                  });
    std::size_t item = static_cast<std::size_t>(after - plan.items.begin()) - 1;
    const SequencePass& placed = plan.items[item];
    std::int64_t pass_time = plan.segments[placed.segment].duration_ms * plan.rate.num;
    return make_pass(plan, item, (now - placed.start_ms * plan.rate.num) / pass_time);
}

std::optional<Pass> before(const Compiled& plan, const Pass& pass) {
    if (pass.repeat > 0) return make_pass(plan, pass.item, pass.repeat - 1);
    if (pass.item == 0) return std::nullopt;
    return make_pass(plan, pass.item - 1, plan.items[pass.item - 1].repeat - 1);
}

std::optional<Pass> after(const Compiled& plan, const Pass& pass) {
    bool last = pass.item + 1 == plan.items.size();
    if ((last && plan.endless) || pass.repeat + 1 < plan.items[pass.item].repeat) {
        return make_pass(plan, pass.item, pass.repeat + 1);
    }
    if (last) return std::nullopt;
    return make_pass(plan, pass.item + 1, 0);
}

// The slice a frame is in: the last that has started.
template <class Slice>
std::size_t slice_at(const Compiled& plan, const std::vector<Slice>& slices, std::int64_t base_ms,
                     std::int64_t frame) {
    std::int64_t local = exact_time(plan, frame) - base_ms * plan.rate.num;
    auto after = std::upper_bound(
        slices.begin(), slices.end(), local,
        [&](std::int64_t n, const Slice& slice) { return n < slice.start_ms * plan.rate.num; });
    return static_cast<std::size_t>(after - slices.begin()) - 1;
}

VideoSource source_of(const VideoSlice& slice) {
    return {slice.kind, slice.source_id};
}

void fill_video(const Compiled& plan, const Pass& pass, std::int64_t frame, FrameState& state) {
    const std::vector<VideoSlice>& slices = pass.segment->video;
    std::size_t at = slice_at(plan, slices, pass.base_ms, frame);
    const VideoSlice& slice = slices[at];
    state.program = source_of(slice);
    state.video_cue_id = slice.cue_id;
    if (slice.transition.kind == contract::TransitionKind::cut || slice.transition.duration_ms <= 0)
        return;
    std::int64_t first = frame_at(plan, pass, slice.start_ms);
    std::int64_t end = frame_at(plan, pass, slice.start_ms + slice.transition.duration_ms);
    if (frame >= end) return;
    state.outgoing = VideoSource{};
    if (at > 0) {
        state.outgoing = source_of(slices[at - 1]);
    } else if (std::optional<Pass> previous = before(plan, pass)) {
        state.outgoing = source_of(previous->segment->video.back());
    }
    state.transition = slice.transition.kind;
    state.mix_num = frame - first + 1;
    state.mix_den = end - first + 1;
    state.color = slice.transition.color.value_or(contract::Color{0, 0, 0, 255});
    state.direction = slice.transition.direction;
}

void fill_overlays(const Compiled& plan, const Pass& pass, std::int64_t frame, FrameState& state) {
    const SegmentPlan& segment = *pass.segment;
    const OverlaySlice& slice =
        segment.overlays[slice_at(plan, segment.overlays, pass.base_ms, frame)];
    for (const OverlayLayer& layer : slice.layers) {
        const OverlayInstance& instance = segment.instances[layer.instance];
        OverlayOnAir on_air{layer.use,
                            instance.overlay_id,
                            instance.scene_id,
                            instance.slot,
                            instance.cue_id,
                            instance.z,
                            frame_at(plan, pass, instance.start_ms),
                            {},
                            1,
                            1};
        on_air.clock.frame = frame - on_air.show_frame;
        std::int64_t hide =
            instance.hide_ms < 0 ? frame + 1 : frame_at(plan, pass, instance.hide_ms);
        if (frame >= hide) on_air.clock = {hide - on_air.show_frame, frame - hide};
        std::int64_t fade =
            instance.fade_ms < 0 ? frame + 1 : frame_at(plan, pass, instance.fade_ms);
        if (frame >= fade) {
            std::int64_t end = frame_at(plan, pass, instance.end_ms);
            on_air.mix_num = end - frame;
            on_air.mix_den = end - fade + 1;
        }
        state.overlays.push_back(on_air);
    }
}

// An edge with what orders it among the others on its frame.
struct RankedEdge {
    CueEdge edge;
    int group;  // 0 ends, 1 starts, 2 ends of cues that have no frame
    const CueSpan* cue;
    std::int64_t pass_ms;
    auto key() const { return std::tuple(edge.frame, group, cue->rank(), pass_ms); }
};

// The edges of one pass that fall into [from, to).
void collect(const Compiled& plan, const Pass& pass, std::int64_t from, std::int64_t to,
             std::vector<RankedEdge>& found) {
    const SegmentPlan& segment = *pass.segment;
    auto scan = [&](const std::vector<std::size_t>& order, std::int64_t CueSpan::*time,
                    bool started) {
        auto first = std::partition_point(order.begin(), order.end(), [&](std::size_t cue) {
            return frame_at(plan, pass, segment.cues[cue].*time) < from;
        });
        for (auto it = first; it != order.end(); ++it) {
            const CueSpan& cue = segment.cues[*it];
            std::int64_t frame = frame_at(plan, pass, cue.*time);
            if (frame >= to) break;
            bool frameless = !started && frame_at(plan, pass, cue.start_ms) == frame;
            found.push_back({{frame, started, segment.segment_id, cue.cue_id},
                             started     ? 1
                             : frameless ? 2
                                         : 0,
                             &cue,
                             pass.base_ms});
        }
    };
    scan(segment.cues_by_end, &CueSpan::end_ms, false);
    scan(segment.cues_by_start, &CueSpan::start_ms, true);
}

}  // namespace

void Plan::at(std::int64_t run_frame, FrameState& state) const {
    std::vector<OverlayOnAir> kept = std::move(state.overlays);
    kept.clear();
    state = FrameState{};
    state.overlays = std::move(kept);
    std::optional<Pass> pass = locate(*compiled_, run_frame);
    if (!pass) return;
    fill_video(*compiled_, *pass, run_frame, state);
    fill_overlays(*compiled_, *pass, run_frame, state);
}

FrameState Plan::at(std::int64_t run_frame) const {
    FrameState state;
    at(run_frame, state);
    return state;
}

std::vector<CueEdge> Plan::edges(std::int64_t from, std::int64_t to) const {
    const Compiled& plan = *compiled_;
    std::vector<CueEdge> edges;
    std::optional<std::int64_t> total = length();
    from = std::max<std::int64_t>(from, 0);
    if (total) to = std::min(to, *total + 1);  // the last cues end on the frame after the last
    if (from >= to) return edges;
    std::optional<Pass> pass = total && from >= *total ? make_pass(plan, plan.items.size() - 1,
                                                                   plan.items.back().repeat - 1)
                                                       : locate(plan, from);
    // The pass before ends on this one's first frame, so its last edges may be wanted; passes
    // shorter than a frame as well.
    while (pass && frame_at(plan, *pass, 0) >= from) {
        std::optional<Pass> previous = before(plan, *pass);
        if (!previous) break;
        pass = previous;
    }
    std::vector<RankedEdge> found;
    for (; pass && frame_at(plan, *pass, 0) < to; pass = after(plan, *pass))
        collect(plan, *pass, from, to, found);
    std::sort(found.begin(), found.end(),
              [](const RankedEdge& a, const RankedEdge& b) { return a.key() < b.key(); });
    edges.reserve(found.size());
    for (const RankedEdge& ranked : found) edges.push_back(ranked.edge);
    return edges;
}

std::vector<CueEdge> Plan::cues_at(std::int64_t run_frame) const {
    std::vector<CueEdge> cues;
    std::optional<Pass> pass = locate(*compiled_, run_frame);
    if (!pass) return cues;
    for (const CueSpan& cue : pass->segment->cues) {
        std::int64_t start = frame_at(*compiled_, *pass, cue.start_ms);
        if (start <= run_frame && run_frame < frame_at(*compiled_, *pass, cue.end_ms)) {
            cues.push_back({start, true, pass->segment->segment_id, cue.cue_id});
        }
    }
    return cues;
}

std::optional<std::int64_t> Plan::length() const {
    if (compiled_->endless) return std::nullopt;
    return ocl::frame_at(compiled_->total_ms, compiled_->rate);
}

std::int64_t Plan::end_of_segment(std::int64_t run_frame) const {
    std::optional<Pass> pass = locate(*compiled_, run_frame);
    return pass ? frame_at(*compiled_, *pass, pass->segment->duration_ms) : run_frame;
}

std::optional<std::int64_t> Plan::frame_of_cue(const std::string& cue_id) const {
    for (std::size_t item = 0; item < compiled_->items.size(); ++item) {
        Pass pass = make_pass(*compiled_, item, 0);
        for (const CueSpan& cue : pass.segment->cues) {
            if (cue.cue_id == cue_id) return frame_at(*compiled_, pass, cue.start_ms);
        }
    }
    return std::nullopt;
}

std::optional<std::int64_t> Plan::frame_of_cue_point(const std::string& cue_point_id) const {
    for (std::size_t item = 0; item < compiled_->items.size(); ++item) {
        Pass pass = make_pass(*compiled_, item, 0);
        auto point = pass.segment->cue_points.find(cue_point_id);
        if (point != pass.segment->cue_points.end())
            return frame_at(*compiled_, pass, point->second);
    }
    return std::nullopt;
}

std::int64_t Plan::frame_of_position(std::int64_t position_ms) const {
    return ocl::frame_at(position_ms, compiled_->rate);
}

std::int64_t Plan::position_of_frame(std::int64_t run_frame) const {
    return ocl::ms_of(run_frame, compiled_->rate);
}

std::vector<std::string> Plan::cameras() const {
    std::set<std::string> found;
    for (const SegmentPlan& segment : compiled_->segments) {
        for (const VideoSlice& slice : segment.video) {
            if (slice.kind == VideoSource::Kind::camera) found.insert(slice.source_id);
        }
    }
    return {found.begin(), found.end()};
}

const std::vector<OverlayUse>& Plan::uses() const {
    return compiled_->uses;
}
Rate Plan::rate() const {
    return compiled_->rate;
}

}  // namespace vistter::timeline
