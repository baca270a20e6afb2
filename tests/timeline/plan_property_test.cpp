// Plans of random documents against a slow reference that was written from contract C.3 and D
// alone: it lays every pass of every cue out on the run's clock and asks each one, for each frame,
// with 128-bit fractions.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "documents.hpp"
#include "timeline/plan.hpp"

namespace vistter::timeline {
namespace {

__extension__ using Wide = __int128;

struct Laid {  // one cue in one pass, on the run's clock
    const contract::Cue* cue;
    const contract::CueTrack* track;
    const contract::Segment* segment;
    std::size_t track_order;
    std::int64_t start, end;
};

struct Instance {  // comparable face of an overlay on air
    std::string cue_id, overlay_id, slot;
    std::int64_t show = 0, frame = 0, outro = -1, num = 1, den = 1;
    ocl::Tokens tokens;
    friend bool operator==(const Instance&, const Instance&) = default;
};

struct Shown {  // comparable face of a frame
    std::string cue_id, source, outgoing;
    std::int64_t num = 1, den = 1;
    std::vector<Instance> overlays;
    friend bool operator==(const Shown&, const Shown&) = default;
};

class Reference {
  public:
    Reference(const contract::TimelineDocument& document, Rate rate, std::int64_t horizon_ms)
        : document_(document), rate_(rate) {
        std::int64_t at = 0;
        for (const contract::SequenceItem& item : document.sequence) {
            const contract::Segment& segment = *std::find_if(
                document.segments.begin(), document.segments.end(),
                [&](const contract::Segment& each) { return each.segment_id == item.segment_id; });
            for (std::int64_t i = 0; item.repeat ? i < *item.repeat : at < horizon_ms; ++i) {
                lay(segment, at);
                at += segment.duration_ms;
            }
        }
        total_ms_ = at;
    }

    // The first frame at or after an instant, by counting.
    std::int64_t first_frame(std::int64_t ms) const {
        Wide scaled = Wide{ms} * rate_.num, step = Wide{1000} * rate_.den;
        std::int64_t frame = static_cast<std::int64_t>(scaled / step);
        while (frame * step < scaled) ++frame;
        return frame;
    }

    Shown at(std::int64_t frame) const {
        Shown shown;
        shown.source = "none";
        if (outside(frame)) return shown;
        fill_video(frame, shown);
        fill_overlays(frame, shown);
        return shown;
    }

    // (frame, group, phase, z, order, id): sorted, this is the order of contract D.5.1.
    std::vector<std::tuple<std::int64_t, int, int, int, std::size_t, std::string>> edges() const {
        std::vector<std::tuple<std::int64_t, int, int, int, std::size_t, std::string>> all;
        static const std::map<contract::TrackKind, int> phases{{contract::TrackKind::control, 0},
                                                               {contract::TrackKind::overlay, 1},
                                                               {contract::TrackKind::video, 2},
                                                               {contract::TrackKind::audio, 3}};
        for (const Laid& laid : laid_) {
            std::int64_t first = first_frame(laid.start), end = first_frame(laid.end);
            int phase = phases.at(laid.track->kind);
            all.emplace_back(first, 1, phase, laid.track->z, laid.track_order, laid.cue->cue_id);
            all.emplace_back(end, first == end ? 2 : 0, phase, laid.track->z, laid.track_order,
                             laid.cue->cue_id);
        }
        std::sort(all.begin(), all.end());
        return all;
    }

  private:
    void lay(const contract::Segment& segment, std::int64_t base) {
        for (std::size_t order = 0; order < segment.tracks.size(); ++order) {
            const contract::CueTrack& track = segment.tracks[order];
            if (!track.enabled) continue;
            for (const contract::Cue& cue : track.cues) {
                laid_.push_back({&cue, &track, &segment, order, base + cue.start_ms,
                                 base + cue.start_ms + cue.duration_ms});
            }
        }
    }
    bool inside(std::int64_t frame, std::int64_t from_ms, std::int64_t to_ms) const {
        Wide now = Wide{frame} * 1000 * rate_.den;
        return Wide{from_ms} * rate_.num <= now && now < Wide{to_ms} * rate_.num;
    }
    bool outside(std::int64_t frame) const { return frame < 0 || !inside(frame, 0, total_ms_); }

    static std::string source(const contract::Cue& cue) {
        if (const auto* camera = std::get_if<contract::CameraShow>(&cue.action))
            return "camera " + camera->camera_id;
        return "slate " + std::get<contract::SlateShow>(cue.action).builtin;
    }

    void fill_video(std::int64_t frame, Shown& shown) const {
        for (const Laid& laid : laid_) {
            if (laid.track->kind != contract::TrackKind::video ||
                !inside(frame, laid.start, laid.end))
                continue;
            shown.cue_id = laid.cue->cue_id;
            shown.source = source(*laid.cue);
            std::int64_t join_end = laid.start + laid.cue->transition.duration_ms;
            if (laid.cue->transition.kind == contract::TransitionKind::cut ||
                !inside(frame, laid.start, join_end)) {
                continue;
            }
            shown.outgoing = "none";
            for (const Laid& other : laid_) {
                if (other.track->kind == contract::TrackKind::video && other.end == laid.start) {
                    shown.outgoing = source(*other.cue);
                }
            }
            shown.num = frame - first_frame(laid.start) + 1;
            shown.den = first_frame(join_end) - first_frame(laid.start) + 1;
        }
    }

    const contract::Scene* scene(const std::string& overlay_id) const {
        for (const contract::OverlayRef& ref : document_.overlays) {
            if (ref.overlay_id == overlay_id) return &ref.ocl->scenes[0];
        }
        return nullptr;
    }

    static int z_of(const Laid& laid) {
        int own = std::get<contract::OverlayShow>(laid.cue->action).z;
        return own != 0 ? own : laid.track->z;
    }

    void fill_overlays(std::int64_t frame, Shown& shown) const {
        std::vector<const Laid*> active;
        for (const Laid& laid : laid_) {
            if (std::holds_alternative<contract::OverlayShow>(laid.cue->action) &&
                inside(frame, laid.start, laid.end)) {
                active.push_back(&laid);
            }
        }
        std::sort(active.begin(), active.end(), [](const Laid* a, const Laid* b) {
            return std::tuple(z_of(*a), a->track_order, a->start) <
                   std::tuple(z_of(*b), b->track_order, b->start);
        });
        for (std::size_t i = 0; i < active.size(); ++i) {
            const std::string& slot = std::get<contract::OverlayShow>(active[i]->cue->action).slot;
            bool loses = false;
            for (std::size_t j = 0; j < active.size(); ++j) {
                if (i == j || std::get<contract::OverlayShow>(active[j]->cue->action).slot != slot)
                    continue;
                loses |= active[j]->start > active[i]->start ||
                         (active[j]->start == active[i]->start && j > i);
            }
            if (!loses) shown.overlays.push_back(instance(*active[i], frame));
        }
    }

    Instance instance(const Laid& laid, std::int64_t frame) const {
        const auto& show = std::get<contract::OverlayShow>(laid.cue->action);
        Instance made{
            laid.cue->cue_id, show.overlay_id, show.slot, first_frame(laid.start), 0, -1, 1, 1,
            show.tokens};
        made.frame = frame - made.show;
        const contract::Scene* known = scene(show.overlay_id);
        std::int64_t length = laid.cue->out.duration_ms;
        if (laid.cue->out.kind == "scene") {
            if (length == 0 && known != nullptr) length = known->phases.outro_ms;
            std::int64_t hide = std::max(laid.start, laid.end - length);
            bool ends_itself = known != nullptr && known->duration_ms &&
                               hide >= laid.start + *known->duration_ms - known->phases.outro_ms;
            if (length > 0 && !ends_itself && frame >= first_frame(hide)) {
                made.frame = first_frame(hide) - made.show;
                made.outro = frame - first_frame(hide);
            }
        } else if (laid.cue->out.kind == "fade" && length > 0) {
            std::int64_t from = first_frame(std::max(laid.start, laid.end - length)),
                         end = first_frame(laid.end);
            if (frame >= from)
                std::tie(made.num, made.den) = std::pair(end - frame, end - from + 1);
        }
        std::vector<const Laid*> changes;
        for (const Laid& other : laid_) {
            const auto* tokens = std::get_if<contract::OverlayTokens>(&other.cue->action);
            if (tokens != nullptr && tokens->overlay_id == show.overlay_id &&
                inside(frame, other.start, other.end)) {
                changes.push_back(&other);
            }
        }
        std::sort(changes.begin(), changes.end(), [](const Laid* a, const Laid* b) {
            return std::tuple(a->start, a->track->z, a->track_order) <
                   std::tuple(b->start, b->track->z, b->track_order);
        });
        for (const Laid* change : changes) {
            for (const auto& [name, value] :
                 std::get<contract::OverlayTokens>(change->cue->action).tokens) {
                made.tokens[name] = value;
            }
        }
        return made;
    }

    const contract::TimelineDocument& document_;
    Rate rate_;
    std::vector<Laid> laid_;
    std::int64_t total_ms_ = 0;
};

std::string name_of(const VideoSource& source) {
    switch (source.kind) {
        case VideoSource::Kind::camera:
            return "camera " + std::string(source.id);
        case VideoSource::Kind::slate:
            return "slate " + std::string(source.id);
        case VideoSource::Kind::none:
            break;
    }
    return "none";
}

Shown face_of(const Plan& plan, const FrameState& state) {
    Shown shown{std::string(state.video_cue_id),
                name_of(state.program),
                "",
                state.mix_num,
                state.mix_den,
                {}};
    if (state.outgoing) shown.outgoing = name_of(*state.outgoing);
    for (const OverlayOnAir& on_air : state.overlays) {
        shown.overlays.push_back({std::string(on_air.cue_id), std::string(on_air.overlay_id),
                                  std::string(on_air.slot), on_air.show_frame, on_air.clock.frame,
                                  on_air.clock.outro_frame.value_or(-1), on_air.mix_num,
                                  on_air.mix_den, plan.uses()[on_air.use].tokens});
    }
    return shown;
}

constexpr Rate rates[] = {{30, 1},       {25, 1},       {60, 1}, {30000, 1001},
                          {24000, 1001}, {60000, 1001}, {7, 3},  {1, 1}};

class RandomPlans : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomPlans, AgreeWithTheReferenceOnEveryFrameInAnyOrder) {
    SeededRandom random(GetParam());
    for (int round = 0; round < 12; ++round) {
        contract::TimelineDocument document = test::RandomDocument(random).make();
        Rate rate = rates[random.below(std::size(rates))];
        SCOPED_TRACE(testing::Message() << "seed " << GetParam() << " round " << round << " rate "
                                        << rate.num << "/" << rate.den);
        Result<Plan> plan = Plan::compile(document, rate);
        ASSERT_TRUE(plan) << describe(plan.error());
        constexpr std::int64_t horizon_ms = 20'000;
        Reference reference(document, rate, horizon_ms + 10'000);
        std::int64_t frames =
            plan->length() ? *plan->length() + 3 : plan->frame_of_position(horizon_ms);
        std::vector<Shown> played;
        FrameState reused;  // by playing: one after the other into the same state
        for (std::int64_t frame = -1; frame < frames; ++frame) {
            plan->at(frame, reused);
            played.push_back(face_of(*plan, reused));
            ASSERT_EQ(played.back(), reference.at(frame)) << "frame " << frame;
        }
        for (int jump = 0; jump < 100; ++jump) {  // by seeking: what playing showed, G2.19
            std::int64_t frame = static_cast<std::int64_t>(random.below(played.size())) - 1;
            ASSERT_EQ(face_of(*plan, plan->at(frame)), played[static_cast<std::size_t>(frame + 1)])
                << frame;
        }
        if (plan->length()) {
            EXPECT_TRUE(reference.at(*plan->length()).source == "none");
            EXPECT_EQ(reference.at(*plan->length()).cue_id, "");
        }
    }
}

TEST_P(RandomPlans, ReportEveryEdgeOnceInOrderHoweverTheRangeIsCut) {
    SeededRandom random(GetParam() + 1000);
    for (int round = 0; round < 12; ++round) {
        contract::TimelineDocument document = test::RandomDocument(random).make();
        Rate rate = rates[random.below(std::size(rates))];
        SCOPED_TRACE(testing::Message() << "seed " << GetParam() + 1000 << " round " << round
                                        << " rate " << rate.num << "/" << rate.den);
        Result<Plan> plan = Plan::compile(document, rate);
        ASSERT_TRUE(plan) << describe(plan.error());
        std::int64_t frames =
            plan->length() ? *plan->length() + 1 : plan->frame_of_position(15'000);
        std::vector<CueEdge> whole = plan->edges(0, frames), pieces;
        for (std::int64_t from = 0; from < frames;) {
            std::int64_t to = from + 1 + static_cast<std::int64_t>(random.below(20));
            for (const CueEdge& edge : plan->edges(from, std::min(to, frames)))
                pieces.push_back(edge);
            from = to;
        }
        EXPECT_EQ(pieces, whole);
        Reference reference(document, rate, 20'000);
        std::map<std::pair<std::int64_t, int>, std::vector<std::string>> expected, got;
        for (const auto& [frame, group, phase, z, order, id] : reference.edges()) {
            if (frame < frames) expected[{frame, group == 1}].push_back(id);
        }
        for (const CueEdge& edge : whole) got[{edge.frame, edge.started}].emplace_back(edge.cue_id);
        EXPECT_EQ(got, expected);
        EXPECT_TRUE(
            std::is_sorted(whole.begin(), whole.end(),
                           [](const CueEdge& a, const CueEdge& b) { return a.frame < b.frame; }));
    }
}

TEST_P(RandomPlans, CoverOfAFrameIsWhatItsEdgesLeaveOpen) {
    SeededRandom random(GetParam() + 2000);
    contract::TimelineDocument document = test::RandomDocument(random).make();
    SCOPED_TRACE(GetParam() + 2000);
    Result<Plan> plan = Plan::compile(document, {30000, 1001});
    ASSERT_TRUE(plan);
    std::int64_t frames = plan->length() ? *plan->length() : plan->frame_of_position(10'000);
    std::multiset<std::string>
        open;  // passes shorter than a frame may start and end one cue several times on a frame
    for (std::int64_t frame = 0; frame < frames; ++frame) {
        for (const CueEdge& edge : plan->edges(frame, frame + 1)) {
            if (edge.started) {
                open.emplace(edge.cue_id);
            } else {
                ASSERT_NE(open.find(std::string(edge.cue_id)), open.end())
                    << edge.cue_id << " ended before it started";
                open.erase(open.find(std::string(edge.cue_id)));
            }
        }
        std::multiset<std::string> cover;
        for (const CueEdge& edge : plan->cues_at(frame)) cover.emplace(edge.cue_id);
        ASSERT_EQ(cover, open) << "frame " << frame;
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomPlans, testing::Range<std::uint64_t>(1, 26));

}  // namespace
}  // namespace vistter::timeline
