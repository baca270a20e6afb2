// Plans by example: cuts on exact frames, fades, gaps, repeats, overlays and their ends, look-ups,
// and what is refused.
#include <gtest/gtest.h>

#include "documents.hpp"
#include "timeline/plan.hpp"

namespace vistter::timeline {
namespace {

using contract::TrackKind;
using test::camera;
using test::cue;
using test::document;
using test::overlay;
using test::segment;
using test::track;

Plan compiled(const contract::TimelineDocument& document, Rate rate = {30, 1}) {
    Result<Plan> plan = Plan::compile(document, rate);
    EXPECT_TRUE(plan) << (plan ? "" : describe(plan.error()));
    return *plan;
}

contract::TimelineDocument two_cameras() {
    return document({segment("seg_a", 4000,
                             {track(TrackKind::video, {cue("a", 0, 2000, camera("cam_a")),
                                                       cue("b", 2000, 2000, camera("cam_b"))})})});
}

TEST(Plan, CutsOnTheFirstFrameAtOrAfterTheInstant) {  // contract C.3
    Plan plan = compiled(two_cameras());
    EXPECT_EQ(plan.at(59).program.id, "cam_a");
    EXPECT_EQ(plan.at(60).program.id, "cam_b");
    EXPECT_EQ(plan.length(), 120);
    EXPECT_EQ(plan.at(119).program.id, "cam_b");
    EXPECT_EQ(plan.at(120).program.kind, VideoSource::Kind::none);
    EXPECT_EQ(plan.at(-1).program.kind, VideoSource::Kind::none);
    Plan ntsc = compiled(two_cameras(), {30000, 1001});
    EXPECT_EQ(ntsc.at(59).program.id, "cam_a");  // 1968.6 ms
    EXPECT_EQ(ntsc.at(60).program.id, "cam_b");  // 2002 ms
}

TEST(Plan, AFadeMixesExactlyItsFramesOverTheRunningOutgoing) {
    contract::TimelineDocument made = two_cameras();
    made.segments[0].tracks[0].cues[1].transition = {contract::TransitionKind::fade, 100, {}, {}};
    Plan plan = compiled(made);
    EXPECT_FALSE(plan.at(59).outgoing);
    for (std::int64_t k = 0; k < 3; ++k) {
        FrameState state = plan.at(60 + k);
        ASSERT_TRUE(state.outgoing);
        EXPECT_EQ(state.outgoing->id, "cam_a");
        EXPECT_EQ(state.program.id, "cam_b");
        EXPECT_EQ(state.mix_num, k + 1);
        EXPECT_EQ(state.mix_den, 4);
    }
    EXPECT_FALSE(plan.at(63).outgoing);
    EXPECT_EQ(plan.at(63).mix_num, plan.at(63).mix_den);
}

TEST(Plan, AGapShowsTheFallback) {
    contract::TimelineDocument made = two_cameras();
    made.segments[0].tracks[0].cues[0].duration_ms = 1000;
    Plan plan = compiled(made);
    EXPECT_EQ(plan.at(29).video_cue_id, "a");
    EXPECT_EQ(plan.at(30).program.kind, VideoSource::Kind::none);
    EXPECT_EQ(plan.at(30).video_cue_id, "");
    EXPECT_EQ(plan.at(60).video_cue_id, "b");
}

TEST(Plan, RepeatsAndEndlessLastItemsKeepExactTime) {
    contract::TimelineDocument made =
        document({segment("seg_a", 1001,
                          {track(TrackKind::video, {cue("a", 0, 500, camera("cam_a")),
                                                    cue("b", 500, 501, camera("cam_b"))})})});
    made.sequence[0].repeat = 3;
    EXPECT_EQ(compiled(made).length(), 91);  // 3003 ms at 30/1: no rounding adds up
    made.sequence[0].repeat = std::nullopt;
    Plan plan = compiled(made);
    EXPECT_FALSE(plan.length());
    std::int64_t year = 365LL * 24 * 3600 * 30;
    std::int64_t position = plan.position_of_frame(year) % 1001;
    EXPECT_EQ(plan.at(year).program.id, position < 500 ? "cam_a" : "cam_b");
    EXPECT_EQ(plan.end_of_segment(0), 31);
    EXPECT_EQ(plan.end_of_segment(31), 61);
}

TEST(Plan, AnOverlayIsOnAirOnExactlyItsFramesWithItsSceneClock) {  // G3.11
    contract::TimelineDocument made = two_cameras();
    made.segments[0].tracks.push_back(
        track(TrackKind::overlay, {cue("o", 1000, 1000, overlay("ovl_a", "s"))}, 5));
    made.segments[0].tracks[1].cues[0].out = {"scene", 200};
    Plan plan = compiled(made);
    EXPECT_TRUE(plan.at(29).overlays.empty());
    ASSERT_EQ(plan.at(30).overlays.size(), 1U);
    EXPECT_EQ(plan.at(30).overlays[0].clock.frame, 0);
    EXPECT_EQ(plan.at(30).overlays[0].z, 5);
    EXPECT_FALSE(plan.at(53).overlays[0].clock.outro_frame);
    EXPECT_EQ(plan.at(53).overlays[0].clock.frame, 23);
    EXPECT_EQ(plan.at(54).overlays[0].clock.outro_frame, 0);
    EXPECT_EQ(plan.at(59).overlays[0].clock.outro_frame, 5);
    EXPECT_EQ(plan.at(59).overlays[0].clock.frame, 24);
    EXPECT_TRUE(plan.at(60).overlays.empty());
}

TEST(Plan, ASceneThatEndsByItselfIsNotHiddenAgain) {
    contract::TimelineDocument made = two_cameras();
    made.segments[0].tracks.push_back(
        track(TrackKind::overlay, {cue("o", 0, 3000, overlay("ovl_a", "s"))}));
    made.segments[0].tracks[1].cues[0].out = {"scene", 0};
    contract::OverlayRef ref;
    ref.overlay_id = "ovl_a";
    ref.ocl.emplace();
    ref.ocl->scenes.push_back({"main", 1000, {0, 200, "run", {}}, {}, {}});
    made.overlays.push_back(ref);
    EXPECT_FALSE(compiled(made).at(89).overlays[0].clock.outro_frame);
    made.overlays[0].ocl->scenes[0].duration_ms = std::nullopt;
    EXPECT_EQ(compiled(made).at(89).overlays[0].clock.outro_frame, 5);  // the scene's own 200 ms
}

TEST(Plan, AFadeOutWeighsTheInstance) {
    contract::TimelineDocument made = two_cameras();
    made.segments[0].tracks.push_back(
        track(TrackKind::overlay, {cue("o", 0, 1000, overlay("ovl_a", "s"))}));
    made.segments[0].tracks[1].cues[0].out = {"fade", 100};
    Plan plan = compiled(made);
    EXPECT_EQ(plan.at(26).overlays[0].mix_num, plan.at(26).overlays[0].mix_den);
    for (std::int64_t k = 0; k < 3; ++k) {
        EXPECT_EQ(plan.at(27 + k).overlays[0].mix_num, 3 - k);
        EXPECT_EQ(plan.at(27 + k).overlays[0].mix_den, 4);
    }
}

TEST(Plan, ASlotHoldsOneInstanceTheNewestStart) {  // contract D.5.1
    contract::TimelineDocument made = two_cameras();
    made.segments[0].tracks.push_back(
        track(TrackKind::overlay, {cue("under", 0, 3000, overlay("ovl_a", "s"))}, 9));
    made.segments[0].tracks.push_back(
        track(TrackKind::overlay, {cue("over", 1000, 1000, overlay("ovl_b", "s"))}));
    Plan plan = compiled(made);
    for (auto [frame, id] : {std::pair{29, "under"}, {30, "over"}, {59, "over"}, {60, "under"}}) {
        ASSERT_EQ(plan.at(frame).overlays.size(), 1U) << frame;
        EXPECT_EQ(plan.at(frame).overlays[0].cue_id, id) << frame;
    }
    EXPECT_EQ(plan.at(60).overlays[0].clock.frame, 60);  // its clock ran on underneath
}

TEST(Plan, TokenCuesChangeTheTokensOfTheirOverlayWhileTheyLast) {
    contract::TimelineDocument made = two_cameras();
    made.segments[0].tracks.push_back(
        track(TrackKind::overlay, {cue("o", 0, 4000, overlay("ovl_a", "s"))}));
    made.segments[0].tracks.push_back(
        track(TrackKind::overlay,
              {cue("t", 1000, 1000, contract::OverlayTokens{"ovl_a", {{"wind", 12.0}}})}));
    Plan plan = compiled(made);
    ASSERT_EQ(plan.uses().size(), 2U);
    EXPECT_TRUE(plan.uses()[plan.at(29).overlays[0].use].tokens.empty());
    EXPECT_EQ(plan.uses()[plan.at(30).overlays[0].use].tokens.at("wind"),
              contract::TokenValue{12.0});
    EXPECT_TRUE(plan.uses()[plan.at(60).overlays[0].use].tokens.empty());
    EXPECT_EQ(plan.at(30).overlays[0].show_frame, 0);  // still the same instance
}

TEST(Plan, EdgesComeEndsFirstThenByPhase) {  // contract D.5.1
    contract::TimelineDocument made = two_cameras();
    made.segments[0].tracks.push_back(
        track(TrackKind::overlay, {cue("o", 2000, 100, overlay("ovl_a", "s"))}));
    made.segments[0].tracks.push_back(
        track(TrackKind::control, {cue("m", 2000, 0, contract::Mark{"here"})}));
    Plan plan = compiled(made);  // edges view into it
    std::vector<CueEdge> edges = plan.edges(60, 61);
    std::vector<CueEdge> expected{{60, false, "seg_a", "a"},
                                  {60, true, "seg_a", "m"},
                                  {60, true, "seg_a", "o"},
                                  {60, true, "seg_a", "b"},
                                  {60, false, "seg_a", "m"}};
    EXPECT_EQ(edges, expected);
    EXPECT_EQ(plan.edges(120, 200), (std::vector<CueEdge>{{120, false, "seg_a", "b"}}));
    EXPECT_TRUE(plan.edges(-50, 0).empty());
}

TEST(Plan, FindsCuesCuePointsPositionsAndCameras) {
    contract::TimelineDocument made = two_cameras();
    made.segments.push_back(
        segment("seg_b", 1000, {track(TrackKind::video, {cue("c", 500, 500, camera("cam_0"))})}));
    made.segments[1].cue_points.push_back({"half", 500, "marker"});
    made.sequence = {{"seg_b", 2}, {"seg_a", 1}, {"seg_b", 1}};
    Plan plan = compiled(made);
    EXPECT_EQ(plan.frame_of_cue("c"), 15);
    EXPECT_EQ(plan.frame_of_cue("b"), 120);
    EXPECT_EQ(plan.frame_of_cue_point("half"), 15);
    EXPECT_FALSE(plan.frame_of_cue("z"));
    EXPECT_FALSE(plan.frame_of_cue_point("z"));
    EXPECT_EQ(plan.frame_of_position(1001), 31);
    EXPECT_EQ(plan.position_of_frame(31), 1033);
    EXPECT_EQ(plan.cameras(), (std::vector<std::string>{"cam_0", "cam_a", "cam_b"}));
}

TEST(Plan, ATrackThatIsOffIsNotThere) {
    contract::TimelineDocument made = two_cameras();
    made.segments[0].tracks.push_back(
        track(TrackKind::overlay, {cue("o", 0, 4000, overlay("ovl_a", "s"))}));
    made.segments[0].tracks[1].enabled = false;
    Plan plan = compiled(made);
    EXPECT_TRUE(plan.at(10).overlays.empty());
    EXPECT_EQ(plan.edges(0, 1).size(), 1U);
}

ErrorCode refusal(const contract::TimelineDocument& document, Rate rate = {30, 1}) {
    Result<Plan> plan = Plan::compile(document, rate);
    EXPECT_FALSE(plan);
    return plan ? ErrorCode::SYS_INTERNAL : plan.error().code;
}

TEST(Plan, RefusesWhatItWouldNotPlay) {
    contract::TimelineDocument made = two_cameras();
    made.segments[0].tracks[0].cues[0].action = contract::UnsupportedAction{"media.show", {}};
    EXPECT_EQ(refusal(made), ErrorCode::STA_UNSUPPORTED_ACTION);
    made.segments[0].tracks[0].cues[0].action = contract::SlateShow{"", "ast_1"};
    EXPECT_EQ(refusal(made), ErrorCode::STA_UNSUPPORTED_ACTION);

    made = two_cameras();
    made.segments[0].end_behavior = "hold";
    EXPECT_EQ(refusal(made), ErrorCode::VER_FEATURE_UNSUPPORTED);
    made.segments[0].end_behavior = "loop";
    EXPECT_FALSE(compiled(made).length());
    made.sequence.push_back({"seg_a", 1});
    EXPECT_EQ(refusal(made), ErrorCode::TML_UNREACHABLE);

    made = two_cameras();
    made.sequence = {{"seg_a", std::nullopt}, {"seg_a", 1}};
    EXPECT_EQ(refusal(made), ErrorCode::TML_UNREACHABLE);
    made.sequence = {{"seg_a", 10'000}, {"seg_a", 10'000}, {"seg_a", 10'000}, {"seg_a", 10'000},
                     {"seg_a", 10'000}, {"seg_a", 10'000}, {"seg_a", 10'000}, {"seg_a", 10'000},
                     {"seg_a", 10'000}, {"seg_a", 10'000}, {"seg_a", 10'000}, {"seg_a", 10'000},
                     {"seg_a", 10'000}, {"seg_a", 10'000}, {"seg_a", 10'000}, {"seg_a", 10'000}};
    EXPECT_EQ(refusal(made), ErrorCode::LIM_CAPACITY);
    made.sequence = {{"seg_z", 1}};
    EXPECT_EQ(refusal(made), ErrorCode::VAL_REFERENCE);
    EXPECT_EQ(refusal(two_cameras(), {0, 1}), ErrorCode::VAL_RANGE);
}

}  // namespace
}  // namespace vistter::timeline
