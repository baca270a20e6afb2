// Pixels of the mixer: cuts, fades, dips, wipes, overlays, the slate where a picture is missing.
#include <gtest/gtest.h>

#include <map>

#include "program/core/compose.hpp"
#include "program/core/mixer.hpp"
#include "shows.hpp"

namespace vistter::program {
namespace {

using contract::TrackKind;
using test::height;
using test::width;
using timeline::test::camera;
using timeline::test::cue;
using timeline::test::document;
using timeline::test::overlay;
using timeline::test::segment;
using timeline::test::track;

std::vector<std::uint8_t> flat(std::uint8_t luma, std::uint8_t chroma = 128) {
    std::vector<std::uint8_t> bytes(picture_bytes(width, height), chroma);
    std::fill_n(bytes.begin(), width * height, luma);
    return bytes;
}

class Cameras final : public PictureSource {
  public:
    const std::uint8_t* camera(std::string_view id) override {
        auto found = pictures.find(std::string(id));
        return found == pictures.end() ? nullptr : found->second.data();
    }
    std::map<std::string, std::vector<std::uint8_t>> pictures;
};

class MixerTest : public testing::Test {
  protected:
    MixerTest() {
        cameras_.pictures["cam_a"] = flat(40, 100);
        cameras_.pictures["cam_b"] = flat(200, 160);
    }
    // The picture on `frame` of a run that began on frame 0.
    std::vector<std::uint8_t> picture(const contract::TimelineDocument& document,
                                      std::int64_t frame) {
        RunBoard board;
        board.load(test::show("tml_1", document));
        Events events;
        board.play({"run_1", "tml_1", 1, 0, 0}, 0, events);
        std::vector<std::uint8_t> out(picture_bytes(width, height), 7);
        const OnAir* on_air = nullptr;
        for (std::int64_t n = 0; n <= frame; ++n) on_air = board.step(n, {}, events);
        mixer_.make(out.data(), on_air, stage_, cameras_, frame);
        return out;
    }
    static std::uint8_t luma(const std::vector<std::uint8_t>& picture, int x, int y) {
        return picture[y * width + x];
    }

    Mixer mixer_{width, height, test::rate};
    OverlayStage stage_{test::rate};
    Cameras cameras_;
};

contract::TimelineDocument a_then_b(contract::TransitionKind kind, std::int64_t duration) {
    contract::TimelineDocument made =
        document({segment("seg", 2000,
                          {track(TrackKind::video, {cue("a", 0, 1000, camera("cam_a")),
                                                    cue("b", 1000, 1000, camera("cam_b"))})})});
    made.segments[0].tracks[0].cues[1].transition = {kind, duration,
                                                     contract::Color{255, 255, 255, 255}, "right"};
    return made;
}

TEST_F(MixerTest, ACutShowsTheNewPictureWholeOnItsFrame) {
    auto show = a_then_b(contract::TransitionKind::cut, 0);
    EXPECT_EQ(picture(show, 29), cameras_.pictures["cam_a"]);
    EXPECT_EQ(picture(show, 30), cameras_.pictures["cam_b"]);
}

TEST_F(MixerTest, AFadeMovesEvenlyAndEveryFrameOfItIsAMix) {
    auto show = a_then_b(contract::TransitionKind::fade, 500);  // 15 frames
    std::uint8_t before = 40;
    for (std::int64_t k = 0; k < 15; ++k) {
        std::uint8_t now = luma(picture(show, 30 + k), 3, 3);
        EXPECT_NEAR(now, 40 + 160.0 * static_cast<double>(k + 1) / 16, 1.5) << k;
        EXPECT_GT(now, before);
        before = now;
    }
    EXPECT_EQ(picture(show, 45), cameras_.pictures["cam_b"]);
}

TEST_F(MixerTest, ADipGoesThroughItsColour) {
    auto show = a_then_b(contract::TransitionKind::dip, 1000);  // 30 frames, weights k/31
    EXPECT_NEAR(luma(picture(show, 45), 3, 3), 232, 6);         // the middle is almost white
    EXPECT_GT(luma(picture(show, 37), 3, 3), 40);
    EXPECT_NEAR(luma(picture(show, 59), 3, 3), 200, 4);
}

TEST_F(MixerTest, AWipesEdgeMovesAcross) {
    auto show = a_then_b(contract::TransitionKind::wipe, 500);
    auto middle = picture(show, 37);  // weight 8/16
    EXPECT_EQ(luma(middle, 10, 40), 200);
    EXPECT_EQ(luma(middle, width / 2 - 1, 40), 200);
    EXPECT_EQ(luma(middle, width / 2, 40), 40);
    EXPECT_EQ(luma(middle, width - 1, 40), 40);
}

TEST_F(MixerTest, AMissingCameraAGapAndNoRunShowTheSlate) {
    auto show = a_then_b(contract::TransitionKind::cut, 0);
    std::vector<std::uint8_t> slate(picture_bytes(width, height));
    copy_out(slate.data(),
             contiguous(const_cast<std::uint8_t*>(mixer_.slates().picture("")), width, height));
    cameras_.pictures.erase("cam_a");
    EXPECT_EQ(picture(show, 0), slate);
    show.segments[0].tracks[0].cues[1].duration_ms = 500;
    EXPECT_EQ(picture(show, 50), slate);
    EXPECT_EQ(picture(show, 60), slate);
    EXPECT_NE(slate, flat(16));
}

TEST_F(MixerTest, AnOverlayCoversExactlyItsFrames) {  // G3.11
    auto show = a_then_b(contract::TransitionKind::cut, 0);
    show.segments[0].tracks.push_back(
        track(TrackKind::overlay, {cue("o", 500, 1000, overlay("ovl_box", "s"))}));
    EXPECT_EQ(luma(picture(show, 14), 10, 40), 40);
    EXPECT_EQ(luma(picture(show, 15), 10, 40), 235);
    EXPECT_EQ(luma(picture(show, 15), width - 10, 40), 40);
    EXPECT_EQ(luma(picture(show, 44), 10, 40), 235);
    EXPECT_EQ(luma(picture(show, 45), 10, 40), 200);
}

TEST_F(MixerTest, AFadingOverlayIsWeighedAsAWhole) {
    auto show = a_then_b(contract::TransitionKind::cut, 0);
    show.segments[0].tracks.push_back(
        track(TrackKind::overlay, {cue("o", 0, 1000, overlay("ovl_box", "s"))}));
    show.segments[0].tracks[1].cues[0].out = {"fade", 100};  // 3 frames: 3/4, 2/4, 1/4
    for (int k = 0; k < 3; ++k) {
        auto fading = picture(show, 27 + k);
        EXPECT_NEAR(luma(fading, 10, 40), 40 + 195.0 * (3 - k) / 4, 1.5);
        EXPECT_EQ(luma(fading, width - 10, 40), 40);  // beside it nothing changed
    }
}

TEST(Compose, TheStripStaysWithinThePictureAtAnyCell) {
    for (int cell : {2, 5, 8, 9, 16}) {
        EXPECT_EQ(strip_top(360, cell) % 2, 0);
        EXPECT_LE(strip_top(360, cell) + cell, 360);
    }
    std::vector<std::uint8_t> bytes = flat(50, 77);
    grey_chroma(contiguous(bytes.data(), width, height), strip_top(height, 2));
    EXPECT_EQ(bytes[width * height], 77);
    EXPECT_EQ(bytes.back(), 128);
    EXPECT_EQ(bytes[static_cast<std::size_t>(width * height + width / 2 * (height / 2) - 1)], 128);
}

TEST(Compose, ColoursFollowBt709) {
    EXPECT_EQ(yuv_of({0, 0, 0, 255}).y, 16);
    EXPECT_EQ(yuv_of({255, 255, 255, 255}).y, 235);
    EXPECT_EQ(yuv_of({255, 255, 255, 255}).u, 128);
    Yuv red = yuv_of({255, 0, 0, 255});
    EXPECT_EQ(red.y, 63);
    EXPECT_EQ(red.u, 102);
    EXPECT_EQ(red.v, 240);
}

}  // namespace
}  // namespace vistter::program
