// A timeline document into a plan: each segment once, its video and overlay tracks cut into slices.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <tuple>

#include "timeline/plan_data.hpp"

namespace vistter::timeline {
namespace {

using contract::Cue;
using contract::CueTrack;
using contract::Segment;
using contract::TrackKind;

constexpr std::int64_t longest_ms = 7LL * 24 * 3600 * 1000;
constexpr std::size_t most_uses = 256;

// The order of phases on one frame (contract D.5.1).
int phase_of(TrackKind kind) {
    switch (kind) {
        case TrackKind::control:
            return 0;
        case TrackKind::overlay:
            return 1;
        case TrackKind::video:
            return 2;
        case TrackKind::audio:
            return 3;
    }
    return 3;
}

class SegmentCompiler {
  public:
    SegmentCompiler(const contract::TimelineDocument& document, std::vector<OverlayUse>& uses)
        : document_(document), uses_(uses) {}

    Result<SegmentPlan> compile(const Segment& segment) {
        plan_.segment_id = segment.segment_id;
        plan_.duration_ms = segment.duration_ms;
        if (segment.duration_ms <= 0) {
            return fail(ErrorCode::VAL_RANGE,
                        fmt::format("segment {} has no duration", segment.segment_id));
        }
        for (const contract::CuePoint& point : segment.cue_points)
            plan_.cue_points[point.cue_point_id] = point.t_ms;
        plan_.video.push_back({});
        for (std::size_t order = 0; order < segment.tracks.size(); ++order) {
            const CueTrack& track = segment.tracks[order];
            if (!track.enabled) continue;
            for (const Cue& cue : track.cues) {
                if (Status added = add(track, order, cue); !added) return std::move(added).error();
            }
        }
        finish_cues();
        if (Status cut = finish_overlays(); !cut) return std::move(cut).error();
        return std::move(plan_);
    }

  private:
    struct Placed {  // an overlay cue with what decides its place in the paint order
        int z;
        std::size_t order;
        const Cue* cue;
        std::size_t instance;  // OverlayShow only
    };
    Status add(const CueTrack& track, std::size_t order, const Cue& cue) {
        plan_.cues.push_back({cue.start_ms, cue.start_ms + cue.duration_ms, phase_of(track.kind),
                              track.z, order, cue.cue_id});
        if (const auto* show = std::get_if<contract::CameraShow>(&cue.action)) {
            add_video(cue, VideoSource::Kind::camera, show->camera_id);
        } else if (const auto* slate = std::get_if<contract::SlateShow>(&cue.action)) {
            if (!slate->asset_id.empty()) return refuse(cue, "slate.show with an image asset");
            add_video(cue, VideoSource::Kind::slate, slate->builtin);
        } else if (const auto* overlay = std::get_if<contract::OverlayShow>(&cue.action)) {
            add_overlay(track, order, cue, *overlay);
        } else if (std::holds_alternative<contract::OverlayTokens>(cue.action)) {
            token_cues_.push_back({track.z, order, &cue, 0});
        } else if (const auto* other = std::get_if<contract::UnsupportedAction>(&cue.action)) {
            return refuse(cue, other->kind);
        }
        return ok();
    }

    static Error refuse(const Cue& cue, const std::string& what) {
        return fail(ErrorCode::STA_UNSUPPORTED_ACTION,
                    fmt::format("cue {} asks for {}, which this appliance does not play",
                                cue.cue_id, what));
    }

    void add_video(const Cue& cue, VideoSource::Kind kind, const std::string& id) {
        if (plan_.video.back().start_ms == cue.start_ms)
            plan_.video.pop_back();  // the gap before it has no length
        plan_.video.push_back({cue.start_ms, kind, id, cue.cue_id, cue.transition});
        std::int64_t end = cue.start_ms + cue.duration_ms;
        if (end < plan_.duration_ms)
            plan_.video.push_back({end, VideoSource::Kind::none, {}, {}, {}});
    }

    const contract::Scene* scene_of(const contract::OverlayShow& show) const {
        for (const contract::OverlayRef& ref : document_.overlays) {
            if (ref.overlay_id != show.overlay_id || !ref.ocl) continue;
            for (const contract::Scene& scene : ref.ocl->scenes) {
                if (scene.scene_id == show.scene_id) return &scene;
            }
        }
        return nullptr;
    }

    void add_overlay(const CueTrack& track, std::size_t order, const Cue& cue,
                     const contract::OverlayShow& show) {
        OverlayInstance instance{show.overlay_id,
                                 show.scene_id,
                                 show.slot,
                                 cue.cue_id,
                                 show.z != 0 ? show.z : track.z,
                                 cue.start_ms,
                                 cue.start_ms + cue.duration_ms};
        std::int64_t length = cue.out.duration_ms;
        if (cue.out.kind == "scene") {
            const contract::Scene* scene = scene_of(show);
            if (length == 0 && scene != nullptr) length = scene->phases.outro_ms;
            std::int64_t hide = std::max(instance.start_ms, instance.end_ms - length);
            // A scene of known length that has begun its outro by itself is not told to hide again.
            bool over = scene != nullptr && scene->duration_ms &&
                        hide - instance.start_ms >= *scene->duration_ms - scene->phases.outro_ms;
            if (length > 0 && !over) instance.hide_ms = hide;
        } else if (cue.out.kind == "fade" && length > 0) {
            instance.fade_ms = std::max(instance.start_ms, instance.end_ms - length);
        }
        show_cues_.push_back({instance.z, order, &cue, plan_.instances.size()});
        plan_.instances.push_back(std::move(instance));
    }

    void finish_cues() {
        std::sort(plan_.cues.begin(), plan_.cues.end(),
                  [](const CueSpan& a, const CueSpan& b) { return a.rank() < b.rank(); });
        plan_.cues_by_start.resize(plan_.cues.size());
        std::iota(plan_.cues_by_start.begin(), plan_.cues_by_start.end(), 0U);
        plan_.cues_by_end = plan_.cues_by_start;
        std::stable_sort(plan_.cues_by_start.begin(), plan_.cues_by_start.end(),
                         [&](std::size_t a, std::size_t b) {
                             return plan_.cues[a].start_ms < plan_.cues[b].start_ms;
                         });
        std::stable_sort(plan_.cues_by_end.begin(), plan_.cues_by_end.end(),
                         [&](std::size_t a, std::size_t b) {
                             return plan_.cues[a].end_ms < plan_.cues[b].end_ms;
                         });
    }

    // Cuts the segment wherever an overlay or a token cue starts or ends.
    Status finish_overlays() {
        auto earlier = [](const Placed& a, const Placed& b) {
            return std::tuple(a.z, a.order, a.cue->start_ms) <
                   std::tuple(b.z, b.order, b.cue->start_ms);
        };
        std::stable_sort(show_cues_.begin(), show_cues_.end(), earlier);
        std::stable_sort(
            token_cues_.begin(), token_cues_.end(), [&](const Placed& a, const Placed& b) {
                return a.cue->start_ms != b.cue->start_ms ? a.cue->start_ms < b.cue->start_ms
                                                          : earlier(a, b);
            });
        std::vector<std::int64_t> cuts{0};
        for (const std::vector<Placed>* list : {&show_cues_, &token_cues_}) {
            for (const Placed& placed : *list) {
                cuts.push_back(placed.cue->start_ms);
                cuts.push_back(placed.cue->start_ms + placed.cue->duration_ms);
            }
        }
        std::sort(cuts.begin(), cuts.end());
        cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
        for (std::int64_t cut : cuts) {
            if (cut >= plan_.duration_ms) break;
            if (Status added = add_slice(cut); !added) return added;
        }
        return ok();
    }

    static bool covers(const Cue& cue, std::int64_t t) {
        return cue.start_ms <= t && t < cue.start_ms + cue.duration_ms;
    }

    Status add_slice(std::int64_t start_ms) {
        OverlaySlice slice{start_ms, {}};
        for (const Placed& placed : show_cues_) {
            if (!covers(*placed.cue, start_ms)) continue;
            const OverlayInstance& instance = plan_.instances[placed.instance];
            // One instance a slot: the newest start has it, of equals the one painted last.
            auto holder = std::find_if(
                slice.layers.begin(), slice.layers.end(), [&](const OverlayLayer& layer) {
                    return plan_.instances[layer.instance].slot == instance.slot;
                });
            if (holder != slice.layers.end()) {
                if (plan_.instances[holder->instance].start_ms > instance.start_ms) continue;
                slice.layers.erase(holder);
            }
            Result<std::size_t> use = use_of(*placed.cue, start_ms);
            if (!use) return std::move(use).error();
            slice.layers.push_back({placed.instance, *use});
        }
        plan_.overlays.push_back(std::move(slice));
        return ok();
    }

    // The scene with the cue's tokens and those of the token cues over `t`, the newest start last.
    Result<std::size_t> use_of(const Cue& cue, std::int64_t t) {
        const auto& show = std::get<contract::OverlayShow>(cue.action);
        OverlayUse use{show.overlay_id, show.scene_id, show.tokens};
        for (const Placed& placed : token_cues_) {
            const auto& change = std::get<contract::OverlayTokens>(placed.cue->action);
            if (change.overlay_id != show.overlay_id || !covers(*placed.cue, t)) continue;
            for (const auto& [name, value] : change.tokens) use.tokens[name] = value;
        }
        for (std::size_t i = 0; i < uses_.size(); ++i) {
            if (uses_[i].overlay_id == use.overlay_id && uses_[i].scene_id == use.scene_id &&
                uses_[i].tokens == use.tokens) {
                return i;
            }
        }
        if (uses_.size() == most_uses) {
            return fail(ErrorCode::LIM_CAPACITY,
                        fmt::format("more than {} overlays with their tokens", most_uses));
        }
        uses_.push_back(std::move(use));
        return uses_.size() - 1;
    }

    const contract::TimelineDocument& document_;
    std::vector<OverlayUse>& uses_;
    SegmentPlan plan_;
    std::vector<Placed> show_cues_, token_cues_;
};

Status check_end(const Segment& segment, bool last) {
    if (segment.end_behavior == "next" || (last && segment.end_behavior == "loop")) return ok();
    if (segment.end_behavior == "loop") {
        return fail(ErrorCode::TML_UNREACHABLE,
                    fmt::format("segment {} loops for ever, so nothing after it is reached",
                                segment.segment_id));
    }
    return fail(ErrorCode::VER_FEATURE_UNSUPPORTED,
                fmt::format("segment {} ends with {}, which this appliance does not play",
                            segment.segment_id, segment.end_behavior));
}

// Lays the sequence end to end.
Status lay_sequence(const contract::TimelineDocument& document, Plan::Compiled& plan) {
    for (std::size_t i = 0; i < document.sequence.size(); ++i) {
        const contract::SequenceItem& item = document.sequence[i];
        auto named = std::find_if(
            plan.segments.begin(), plan.segments.end(),
            [&](const SegmentPlan& segment) { return segment.segment_id == item.segment_id; });
        if (named == plan.segments.end()) {
            return fail(ErrorCode::VAL_REFERENCE, fmt::format("no segment {}", item.segment_id));
        }
        std::size_t segment = static_cast<std::size_t>(named - plan.segments.begin());
        bool last = i + 1 == document.sequence.size();
        if (Status end = check_end(document.segments[segment], last); !end) return end;
        bool endless = !item.repeat || document.segments[segment].end_behavior == "loop";
        if (endless && !last) {
            return fail(ErrorCode::TML_UNREACHABLE,
                        fmt::format("{} repeats for ever but is not last", item.segment_id));
        }
        if (!endless && *item.repeat < 1) return fail(ErrorCode::VAL_RANGE, "repeat is at least 1");
        std::int64_t passes = endless ? 1 : *item.repeat;
        plan.items.push_back({segment, plan.total_ms, passes});
        plan.endless = endless;
        if (passes > (longest_ms - plan.total_ms) / named->duration_ms) {
            return fail(ErrorCode::LIM_CAPACITY, "a timeline is at most 7 days long");
        }
        if (!endless) plan.total_ms += passes * named->duration_ms;
    }
    return ok();
}

}  // namespace

Result<Plan> Plan::compile(const contract::TimelineDocument& document, Rate rate) {
    if (rate.num <= 0 || rate.den <= 0)
        return fail(ErrorCode::VAL_RANGE, "the output rate is not positive");
    auto compiled = std::make_shared<Compiled>();
    compiled->rate = rate;
    for (const Segment& segment : document.segments) {
        Result<SegmentPlan> plan = SegmentCompiler(document, compiled->uses).compile(segment);
        if (!plan) return std::move(plan).error();
        compiled->segments.push_back(std::move(plan).value());
    }
    if (document.sequence.empty()) return fail(ErrorCode::VAL_RANGE, "the sequence is empty");
    if (Status laid = lay_sequence(document, *compiled); !laid) return std::move(laid).error();
    return Plan(std::move(compiled));
}

}  // namespace vistter::timeline
