// Commands to runs take effect on one output frame and are answered once; what a run reports is
// complete and in order.
#include <gtest/gtest.h>

#include "program/core/run_board.hpp"
#include "shows.hpp"

namespace vistter::program {
namespace {

using contract::TrackKind;
using test::only;
using timeline::test::camera;
using timeline::test::cue;
using timeline::test::document;
using timeline::test::overlay;
using timeline::test::segment;
using timeline::test::track;

// 1 s of a, 1 s of b, a box from 0.5 s to 1.5 s; 60 frames.
contract::TimelineDocument two_cameras(const std::string& overlay_id = "ovl_box") {
    return document(
        {segment("seg", 2000,
                 {track(TrackKind::video, {cue("a", 0, 1000, camera("cam_a")),
                                           cue("b", 1000, 1000, camera("cam_b"))}),
                  track(TrackKind::overlay, {cue("o", 500, 1000, overlay(overlay_id, "s"))})})});
}

class Board : public testing::Test {
  protected:
    void SetUp() override { board_.load(test::show("tml_1", two_cameras())); }

    ipc::Play play(std::string run_id, std::int64_t start, std::int64_t run_frame = 0) {
        return {std::move(run_id), "tml_1", 1, start, run_frame};
    }
    // Makes frames up to and including `last`.
    void make_to(std::int64_t last) {
        for (; next_ <= last; ++next_) on_air_ = board_.step(next_, claimed_, events_);
    }
    std::string program() const {
        return on_air_ == nullptr ? "idle" : std::string(on_air_->state.program.id);
    }
    std::string last_error() const { return only<ipc::RunChanged>(events_).back().error_code; }
    std::string last_state() const { return only<ipc::RunChanged>(events_).back().state; }

    RunBoard board_;
    Events events_;
    std::vector<std::string_view> claimed_;
    std::int64_t next_ = 0;
    const OnAir* on_air_ = nullptr;
};

TEST_F(Board, ARunIsOnAirFromItsFrameToItsEnd) {  // G2.17
    board_.play(play("run_1", 10), 0, events_);
    make_to(9);
    EXPECT_EQ(program(), "idle");
    EXPECT_EQ(last_state(), "arming");
    make_to(10);
    EXPECT_EQ(program(), "cam_a");
    make_to(39);
    EXPECT_EQ(program(), "cam_a");
    make_to(40);
    EXPECT_EQ(program(), "cam_b");
    make_to(69);
    EXPECT_EQ(program(), "cam_b");
    make_to(70);
    EXPECT_EQ(program(), "idle");
    auto runs = only<ipc::RunChanged>(events_);
    ASSERT_EQ(runs.size(), 3U);
    EXPECT_EQ(runs[1].state, "playing");
    EXPECT_EQ(runs[1].output_frame, 10);
    EXPECT_EQ(runs[2].state, "completed");
    EXPECT_EQ(runs[2].output_frame, 70);
    EXPECT_EQ(runs[2].run_frame, 60);
}

TEST_F(Board, EveryCueAndOverlayIsReportedOnItsFrame) {
    board_.play(play("run_1", 10), 0, events_);
    make_to(70);
    std::vector<std::string> trail;
    for (const ipc::Message& event : events_) {
        if (const auto* changed = std::get_if<ipc::CueChanged>(&event)) {
            EXPECT_EQ(changed->planned_frame, changed->actual_frame);
            trail.push_back((changed->started ? "+" : "-") + changed->cue_id +
                            std::to_string(changed->actual_frame));
        } else if (const auto* shown = std::get_if<ipc::OverlayChanged>(&event)) {
            trail.push_back(shown->state + std::to_string(shown->output_frame));
        }
    }
    EXPECT_EQ(trail, (std::vector<std::string>{"+a10", "+o25", "shown25", "-a40", "+b40", "-o55",
                                               "hidden55", "-b70"}));
}

TEST_F(Board, AStartInThePastIsTheNextFrame) {
    board_.play(play("run_1", 3), 20, events_);
    next_ = 20;
    make_to(20);
    EXPECT_EQ(program(), "cam_a");
    EXPECT_EQ(only<ipc::RunChanged>(events_)[0].output_frame, 20);
}

TEST_F(Board, PauseFreezesThePositionAndResumeShiftsEverythingByTheHold) {  // G2.18
    board_.play(play("run_1", 0), 0, events_);
    make_to(29);
    board_.pause({"run_1"}, 30, events_);
    make_to(99);
    EXPECT_EQ(program(), "cam_a");  // the cut at run frame 30 has not come
    EXPECT_EQ(last_state(), "paused");
    EXPECT_EQ(only<ipc::RunChanged>(events_).back().output_frame, 30);
    EXPECT_EQ(only<ipc::RunChanged>(events_).back().run_frame, 29);
    EXPECT_EQ(on_air_->state.overlays[0].clock.frame, 14);
    board_.resume({"run_1"}, 100, events_);
    make_to(100);
    EXPECT_EQ(program(), "cam_b");
    auto cues = only<ipc::CueChanged>(events_);
    EXPECT_EQ(cues.back().cue_id, "b");
    EXPECT_EQ(cues.back().planned_frame, 100);
    EXPECT_EQ(cues.back().actual_frame, 100);
}

TEST_F(Board, SeekShowsWhatPlayingShowsAndReportsWhatItLeavesAndEnters) {  // G2.19
    board_.play(play("run_1", 0), 0, events_);
    make_to(9);
    events_.clear();
    board_.seek({"run_1", 50}, 10, events_);
    make_to(10);
    EXPECT_EQ(program(), "cam_b");
    EXPECT_TRUE(on_air_->state.overlays.empty());
    auto cues = only<ipc::CueChanged>(events_);
    ASSERT_EQ(cues.size(), 2U);
    EXPECT_EQ(cues[0].cue_id, "a");
    EXPECT_FALSE(cues[0].started);
    EXPECT_EQ(cues[1].cue_id, "b");
    EXPECT_EQ(cues[1].actual_frame, 10);
    board_.seek({"run_1", 20}, 11, events_);
    make_to(11);
    EXPECT_EQ(program(), "cam_a");
    ASSERT_EQ(on_air_->state.overlays.size(), 1U);
    EXPECT_EQ(on_air_->state.overlays[0].clock.frame, 5);
}

TEST_F(Board, SeekOutsideTheTimelineIsRefusedAndChangesNothing) {
    board_.play(play("run_1", 0), 0, events_);
    make_to(5);
    for (std::int64_t target : {-1, 60, 1'000'000}) {
        board_.seek({"run_1", target}, 6, events_);
        EXPECT_EQ(last_error(), "VAL_RANGE");
        EXPECT_EQ(last_state(), "playing");
    }
    make_to(29);
    EXPECT_EQ(program(), "cam_a");
    make_to(30);
    EXPECT_EQ(program(), "cam_b");
}

TEST_F(Board, ASecondPlayPreemptsTheFirstOnItsOwnFrame) {
    board_.load(test::show("tml_2", two_cameras()));
    board_.play(play("run_1", 0), 0, events_);
    make_to(10);
    board_.play({"run_2", "tml_2", 1, 40, 0}, 11, events_);
    make_to(39);
    EXPECT_EQ(*on_air_->run_id, "run_1");
    events_.clear();
    make_to(40);
    EXPECT_EQ(*on_air_->run_id, "run_2");
    auto runs = only<ipc::RunChanged>(events_);
    ASSERT_EQ(runs.size(), 2U);
    EXPECT_EQ(runs[0].run_id, "run_1");
    EXPECT_EQ(runs[0].state, "preempted");
    EXPECT_EQ(runs[0].output_frame, 40);
    EXPECT_EQ(runs[1].state, "playing");
    // Everything of the first was closed before the second began.
    auto first_cues = only<ipc::CueChanged>(events_);
    EXPECT_FALSE(first_cues[0].started);
    EXPECT_EQ(first_cues[0].run_id, "run_1");
    board_.pause({"run_1"}, 41, events_);
    EXPECT_EQ(last_error(), "STA_RUN_MISMATCH");
}

TEST_F(Board, StopCutEndsOnThatFrame) {
    board_.play(play("run_1", 0), 0, events_);
    make_to(19);
    board_.stop({"run_1", "cut"}, 20, events_);
    EXPECT_EQ(last_state(), "stopped");
    EXPECT_EQ(only<ipc::RunChanged>(events_).back().output_frame, 20);
    make_to(20);
    EXPECT_EQ(program(), "idle");
    EXPECT_EQ(only<ipc::OverlayChanged>(events_).back().state, "hidden");
}

TEST_F(Board, StopOutroLetsOverlaysLeaveOverTheRunningPicture) {
    board_.load(test::show("tml_1", two_cameras("ovl_slow")));  // 200 ms, 6 frames
    board_.play(play("run_1", 0), 0, events_);
    make_to(19);
    board_.stop({"run_1", "outro"}, 20, events_);
    for (std::int64_t frame = 20; frame < 26; ++frame) {
        make_to(frame);
        ASSERT_EQ(program(), "cam_a");
        ASSERT_EQ(on_air_->state.overlays.size(), 1U);
        EXPECT_EQ(on_air_->state.overlays[0].clock.outro_frame, frame - 20);
        EXPECT_EQ(on_air_->state.overlays[0].clock.frame, 5);
        EXPECT_EQ(last_state(), "playing");
    }
    board_.seek({"run_1", 0}, 26, events_);
    EXPECT_EQ(last_error(), "STA_TRANSITION");
    make_to(26);
    EXPECT_EQ(program(), "idle");
    EXPECT_EQ(last_state(), "stopped");
    EXPECT_EQ(only<ipc::RunChanged>(events_).back().output_frame, 26);
}

TEST_F(Board, StopAtTheEndOfTheSegmentPlaysItOut) {
    contract::TimelineDocument twice = two_cameras();
    twice.sequence[0].repeat = std::nullopt;
    board_.load(test::show("tml_1", twice));
    board_.play(play("run_1", 0), 0, events_);
    make_to(70);
    board_.stop({"run_1", "end_of_segment"}, 71, events_);
    make_to(119);
    EXPECT_EQ(program(), "cam_b");
    make_to(120);
    EXPECT_EQ(program(), "idle");
    EXPECT_EQ(only<ipc::RunChanged>(events_).back().output_frame, 120);
    EXPECT_EQ(last_state(), "stopped");
}

TEST_F(Board, AWaitingRunCanBeStopped) {
    board_.play(play("run_1", 50), 0, events_);
    board_.stop({"run_1", "outro"}, 10, events_);
    EXPECT_EQ(last_state(), "stopped");
    make_to(60);
    EXPECT_EQ(program(), "idle");
}

TEST_F(Board, RefusalsNameTheirReason) {
    board_.pause({"run_9"}, 0, events_);
    EXPECT_EQ(last_error(), "STA_RUN_MISMATCH");
    board_.play({"run_1", "tml_9", 1, 0, 0}, 0, events_);
    EXPECT_EQ(last_error(), "STA_NOT_READY");
    board_.play({"run_1", "tml_1", 2, 0, 0}, 0, events_);
    EXPECT_EQ(last_error(), "STA_NOT_READY");
    board_.play(play("run_1", 0, 60), 0, events_);
    EXPECT_EQ(last_error(), "VAL_RANGE");
    board_.play(play("run_1", 0), 0, events_);
    board_.play(play("run_1", 0), 0, events_);
    EXPECT_EQ(last_error(), "STA_TRANSITION");
    board_.resume({"run_1"}, 0, events_);
    EXPECT_EQ(last_error(), "STA_TRANSITION");
    EXPECT_EQ(last_state(), "playing");
    for (std::size_t i = 0; i < RunBoard::most_armed; ++i)
        board_.play(play("run_a" + std::to_string(i), 900), 0, events_);
    board_.play(play("run_b", 900), 0, events_);
    EXPECT_EQ(last_error(), "LIM_CAPACITY");
}

TEST_F(Board, EdgesInAGapOfLeftOutFramesAreReportedLate) {
    board_.play(play("run_1", 0), 0, events_);
    make_to(20);
    events_.clear();
    next_ = 45;  // frames 21 to 44 were missed
    make_to(45);
    EXPECT_EQ(program(), "cam_b");
    auto cues = only<ipc::CueChanged>(events_);
    ASSERT_EQ(cues.size(), 3U);  // -a +b at 30, -o at 45
    EXPECT_EQ(cues[1].planned_frame, 30);
    EXPECT_EQ(cues[1].actual_frame, 45);
}

TEST_F(Board, ASlotClaimedOutsideTheRunTakesItsOverlayOffAir) {
    board_.play(play("run_1", 0), 0, events_);
    make_to(20);
    claimed_.push_back("s");
    make_to(21);
    EXPECT_TRUE(on_air_->state.overlays.empty());
    EXPECT_EQ(only<ipc::OverlayChanged>(events_).back().state, "hidden");
    claimed_.clear();
    make_to(22);
    EXPECT_EQ(on_air_->state.overlays.size(), 1U);
    EXPECT_EQ(only<ipc::OverlayChanged>(events_).back().output_frame, 22);
}

TEST_F(Board, StatusTellsWhatAnAdoptingControlMustKnow) {
    board_.load(test::show("tml_2", two_cameras()));
    board_.play(play("run_0", 0), 0, events_);
    board_.play(play("run_1", 1), 0, events_);
    board_.play(play("run_2", 500), 0, events_);
    make_to(20);
    Events status;
    board_.status(20, status);
    EXPECT_EQ(only<ipc::ShowLoaded>(status).size(), 2U);
    auto runs = only<ipc::RunChanged>(status);
    ASSERT_EQ(runs.size(), 3U);
    EXPECT_EQ(runs[0].state, "preempted");
    EXPECT_EQ(runs[1].state, "arming");
    EXPECT_EQ(runs[1].output_frame, 500);
    EXPECT_EQ(runs[2].state, "playing");
    EXPECT_EQ(runs[2].run_frame, 19);
    ASSERT_EQ(only<ipc::OverlayChanged>(status).size(), 1U);
}

TEST_F(Board, AReloadLeavesTheRunOnItsOldPlan) {
    board_.play(play("run_1", 0), 0, events_);
    make_to(5);
    board_.load(test::show(
        "tml_1",
        document({segment("seg", 1000,
                          {track(TrackKind::video, {cue("c", 0, 1000, camera("cam_c"))})})})));
    make_to(35);
    EXPECT_EQ(program(), "cam_b");
    board_.play(play("run_2", 36), 36, events_);
    make_to(36);
    EXPECT_EQ(program(), "cam_c");
    EXPECT_FALSE(board_.take_retired().empty());
}

}  // namespace
}  // namespace vistter::program
