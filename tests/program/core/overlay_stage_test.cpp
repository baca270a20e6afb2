// Overlays outside runs: slots, outros, durations, tokens (contract C.10).
#include <gtest/gtest.h>

#include "program/core/overlay_stage.hpp"
#include "shows.hpp"

namespace vistter::program {
namespace {

using test::only;

StageShow box(std::string overlay_id, std::string slot, std::int64_t outro_ms = 0) {
    StageShow show;
    show.overlay_id = overlay_id;
    show.scene_id = "main";
    show.slot = std::move(slot);
    show.sha256 = "aa";
    show.renderer = test::renderer(test::white_box(std::move(overlay_id), outro_ms));
    return show;
}

class Stage : public testing::Test {
  protected:
    std::vector<std::string> on_air() const {
        std::vector<std::string> ids;
        for (const StageItem& item : stage_.items()) ids.push_back(item.show.overlay_id);
        return ids;
    }
    ipc::OverlayChanged last() const { return only<ipc::OverlayChanged>(events_).back(); }

    OverlayStage stage_{test::rate};
    Events events_;
};

TEST_F(Stage, ShowAndHideTakeEffectOnTheirFrames) {
    stage_.show(box("ovl_a", "s"), 10, events_);
    EXPECT_EQ(last().state, "shown");
    EXPECT_EQ(last().output_frame, 10);
    EXPECT_EQ(stage_.clock_of(stage_.items()[0], 15).frame, 5);
    EXPECT_EQ(stage_.claimed(), std::vector<std::string_view>{"s"});
    stage_.hide("ovl_a", "cut", 20, events_);
    stage_.step(20, events_);
    EXPECT_TRUE(stage_.items().empty());
    EXPECT_TRUE(stage_.claimed().empty());
    EXPECT_EQ(last().state, "hidden");
    EXPECT_EQ(last().output_frame, 20);
    EXPECT_EQ(stage_.take_retired().size(), 1U);
}

TEST_F(Stage, HideWithTheScenesOwnOutro) {
    stage_.show(box("ovl_a", "s", 200), 10, events_);
    stage_.hide("ovl_a", "scene", 20, events_);
    for (std::int64_t frame = 20; frame < 26; ++frame) {
        stage_.step(frame, events_);
        ASSERT_EQ(stage_.items().size(), 1U) << frame;
        EXPECT_EQ(stage_.clock_of(stage_.items()[0], frame).outro_frame, frame - 20);
        EXPECT_EQ(stage_.clock_of(stage_.items()[0], frame).frame, 10);
    }
    stage_.hide("ovl_a", "scene", 23, events_);  // hiding twice changes nothing
    stage_.step(26, events_);
    EXPECT_TRUE(stage_.items().empty());
    EXPECT_EQ(last().output_frame, 26);
}

TEST_F(Stage, ADurationIncludesTheOutro) {
    StageShow show = box("ovl_a", "s", 200);
    show.duration_ms = 1000;
    stage_.show(std::move(show), 0, events_);
    stage_.step(23, events_);
    EXPECT_FALSE(stage_.clock_of(stage_.items()[0], 23).outro_frame);
    EXPECT_EQ(stage_.clock_of(stage_.items()[0], 24).outro_frame, 0);
    stage_.step(29, events_);
    EXPECT_EQ(stage_.items().size(), 1U);
    stage_.step(30, events_);
    EXPECT_TRUE(stage_.items().empty());
}

TEST_F(Stage, TheSameSceneAgainIsAChangeOfTokens) {
    stage_.show(box("ovl_a", "s"), 0, events_);
    stage_.show(box("ovl_a", "s"), 5, events_);
    EXPECT_EQ(stage_.items().size(), 1U);
    EXPECT_EQ(stage_.items()[0].show_frame, 0);
    StageShow other = box("ovl_a", "s");
    other.tokens["a"] = 1.0;
    stage_.show(std::move(other), 7, events_);
    EXPECT_EQ(last().state, "updated");
    EXPECT_EQ(stage_.items()[0].show_frame, 0);
    EXPECT_EQ(stage_.items()[0].show.tokens.at("a"), contract::TokenValue{1.0});
    stage_.set_tokens("ovl_a", {{"a", 2.0}}, 9, events_);
    EXPECT_EQ(last().state, "updated");
    EXPECT_EQ(last().output_frame, 9);
}

TEST_F(Stage, ASlotHasAtMostTwoTheNewInFront) {
    stage_.show(box("ovl_a", "s", 200), 0, events_);
    stage_.show(box("ovl_b", "s", 200), 10, events_);
    EXPECT_EQ(on_air(), (std::vector<std::string>{"ovl_a", "ovl_b"}));
    EXPECT_EQ(stage_.clock_of(stage_.items()[0], 12).outro_frame, 2);
    stage_.show(box("ovl_c", "s", 200), 12, events_);
    EXPECT_EQ(on_air(), (std::vector<std::string>{"ovl_b", "ovl_c"}));
    stage_.step(18, events_);
    EXPECT_EQ(on_air(), (std::vector<std::string>{"ovl_c"}));
}

TEST_F(Stage, PaintsByZThenAge) {
    StageShow top = box("ovl_top", "s1");
    top.z = 5;
    stage_.show(std::move(top), 0, events_);
    stage_.show(box("ovl_a", "s2"), 1, events_);
    stage_.show(box("ovl_b", "s3"), 2, events_);
    EXPECT_EQ(on_air(), (std::vector<std::string>{"ovl_a", "ovl_b", "ovl_top"}));
}

TEST_F(Stage, WhatIsNotShownCannotBeChanged) {
    stage_.hide("ovl_x", "scene", 3, events_);
    EXPECT_EQ(last().state, "failed");
    EXPECT_EQ(last().error_code, "RES_NOT_FOUND");
    stage_.set_tokens("ovl_x", {}, 3, events_);
    EXPECT_EQ(last().state, "failed");
}

}  // namespace
}  // namespace vistter::program
