// The air grader finds every kind of fault; a grader that passes everything would prove nothing.
#include "sim/grader/grade.hpp"

#include <gtest/gtest.h>

namespace vistter::sim {
namespace {

constexpr std::int64_t first = 100, last = 399, cut_at = 200, shown_from = 250, shown_to = 300;

// Camera 1, from frame 200 camera 2; an overlay on frames 250..299.
ExpectedFrame plan(std::int64_t frame) {
    ExpectedFrame expected;
    expected.source = frame < cut_at ? 1 : 2;
    expected.visible = {frame >= shown_from && frame < shown_to};
    return expected;
}

Marker marker() {
    return {.name = "lower third", .rect = {10, 10, 20, 20}, .y_min = 150, .y_max = 240};
}

// The recording of a show that follows plan(frame + shift).
std::vector<ObservedFrame> record(std::int64_t shift = 0) {
    std::vector<ObservedFrame> frames;
    for (std::int64_t frame = first; frame <= last; ++frame) {
        ExpectedFrame expected = plan(frame + shift);
        ObservedFrame seen;
        seen.index = frame - first;
        seen.output_frame = static_cast<std::uint32_t>(frame);
        seen.camera =
            CameraStrip{static_cast<unsigned>(expected.source), static_cast<std::uint32_t>(frame)};
        seen.patches = {Patch{*expected.visible[0] ? 200.0 : 60.0, 128, 128}};
        frames.push_back(seen);
    }
    return frames;
}

Verdict judge(const std::vector<ObservedFrame>& frames) {
    GradeRequest request;
    request.first = first;
    request.last = last;
    request.markers = {marker()};
    request.expected = plan;
    return grade(request, frames);
}

TEST(Grade, PassesAShowThatFollowsItsPlan) {
    Verdict verdict = judge(record());
    EXPECT_TRUE(verdict.ok);
    EXPECT_EQ(verdict.frames_graded, 300);
    EXPECT_EQ(verdict.cuts, 1);
    EXPECT_EQ(verdict.overlay_edges, 2);
    EXPECT_TRUE(verdict.faults.empty());
}

TEST(Grade, FailsAShowThatIsOneFrameLateOrEarly) {
    for (std::int64_t shift : {-1, 1}) {
        Verdict verdict = judge(record(shift));
        EXPECT_FALSE(verdict.ok) << shift;
        EXPECT_EQ(verdict.wrong_source_frames, 1) << shift;
        EXPECT_EQ(verdict.overlay_wrong_frames, 2) << shift;
    }
}

TEST(Grade, FindsMissingDoubledAndUnreadableFrames) {
    auto missing = record();
    missing.erase(missing.begin() + 50, missing.begin() + 53);
    EXPECT_EQ(judge(missing).missing, 3);
    EXPECT_FALSE(judge(missing).ok);

    auto doubled = record();
    doubled.insert(doubled.begin() + 60, doubled[59]);
    EXPECT_EQ(judge(doubled).doubled, 1);
    EXPECT_FALSE(judge(doubled).ok);

    auto unreadable = record();
    unreadable[70].output_frame.reset();
    EXPECT_EQ(judge(unreadable).unreadable, 1);
    EXPECT_EQ(judge(unreadable).missing, 1);
    EXPECT_FALSE(judge(unreadable).ok);

    auto swapped = record();
    std::swap(swapped[80], swapped[81]);
    EXPECT_EQ(judge(swapped).backwards, 1);
    EXPECT_FALSE(judge(swapped).ok);
}

TEST(Grade, FindsARecordingThatStartsLateOrEndsEarly) {
    auto late = record();
    late.erase(late.begin());
    EXPECT_EQ(judge(late).missing, 1);
    auto early = record();
    early.pop_back();
    EXPECT_EQ(judge(early).missing, 1);
    EXPECT_FALSE(judge(early).ok);
    EXPECT_FALSE(judge({}).ok) << "nothing recorded is no success";
    EXPECT_EQ(judge({}).missing, 300);
}

TEST(Grade, FindsASingleFrameWithAnotherCameraOrNone) {
    auto other = record();
    other[10].camera->source = 2;
    EXPECT_EQ(judge(other).wrong_source_frames, 1);
    auto slate = record();
    slate[10].camera.reset();
    EXPECT_EQ(judge(slate).wrong_source_frames, 1);
    EXPECT_FALSE(judge(slate).ok);
}

TEST(Grade, FindsASingleFrameWithoutItsOverlay) {
    auto blink = record();
    blink[260 - first].patches[0].y = 60;
    Verdict verdict = judge(blink);
    EXPECT_EQ(verdict.overlay_wrong_frames, 1);
    EXPECT_FALSE(verdict.ok);
    ASSERT_FALSE(verdict.faults.empty());
    EXPECT_NE(verdict.faults.front().find("output frame 260"), std::string::npos)
        << verdict.faults.front();
    auto unmeasured = record();
    unmeasured[260 - first].patches.clear();
    EXPECT_FALSE(judge(unmeasured).ok);
}

TEST(Grade, LeavesUncheckedWhatThePlanLeavesOpen) {
    GradeRequest request;
    request.first = first;
    request.last = last;
    request.markers = {marker()};
    request.expected = [](std::int64_t frame) {
        ExpectedFrame expected = plan(frame);
        if (frame >= 195 && frame < 205) expected.source = ExpectedFrame::any;
        if (frame >= 245 && frame < 255) expected.visible = {std::nullopt};
        return expected;
    };
    auto faded = record();
    for (std::int64_t frame = 195; frame < 205; ++frame) faded[frame - first].camera.reset();
    for (std::int64_t frame = 245; frame < 255; ++frame) faded[frame - first].patches[0].y = 120;
    Verdict verdict = grade(request, faded);
    EXPECT_TRUE(verdict.ok) << (verdict.faults.empty() ? "" : verdict.faults.front());
    EXPECT_EQ(verdict.cuts, 1);
}

TEST(Grade, IgnoresWhatWasRecordedOutsideTheRange) {
    auto longer = record();
    ObservedFrame before = longer.front();
    before.output_frame = 99;
    before.camera->source = 7;
    longer.insert(longer.begin(), before);
    ObservedFrame after = longer.back();
    after.output_frame = 400;
    after.camera->source = 7;
    longer.push_back(after);
    EXPECT_TRUE(judge(longer).ok);
    EXPECT_EQ(readable_range(longer)->first, 99);
    EXPECT_EQ(readable_range(longer)->second, 400);
}

TEST(Grade, TellsAtMostTwentyFaults) {
    auto wrong = record();
    for (ObservedFrame& seen : wrong) seen.camera->source = 9;
    Verdict verdict = judge(wrong);
    EXPECT_EQ(verdict.wrong_source_frames, 300);
    EXPECT_EQ(verdict.faults.size(), 20u);
}

}  // namespace
}  // namespace vistter::sim
