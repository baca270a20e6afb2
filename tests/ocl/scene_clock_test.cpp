// The scene clock (contract C.3, C.10): intro, body, outro, loops, and where scenes end.
#include "ocl/scene_clock.hpp"

#include <gtest/gtest.h>

#include "ocl/document_kit.hpp"

namespace vistter::ocl {
namespace {

using namespace kit;

// Opacity follows time in seconds over a quarter of an hour, so a value tells where the clock is.
Layer clock_hand() {
    Layer layer;
    layer.tracks.push_back(
        track(Property::position, {{0, Pair{0, 0}, linear()}, {16'000, Pair{16'000, 0}, {}}}));
    return layer;
}
double hand(const OverlayDocument& made, SceneClock clock) {
    return at(made, clock, {10, 1}).position[0];
}

TEST(SceneClock, HoldStopsAtTheEndOfTheIntro) {
    const auto made = document(clock_hand(), {500, 300, "hold", {}});
    EXPECT_EQ(hand(made, {3, {}}), 300);
    EXPECT_EQ(hand(made, {5, {}}), 500);
    EXPECT_EQ(hand(made, {5000, {}}), 500);
}

TEST(SceneClock, LoopRepeatsTheBody) {
    const auto made = document(clock_hand(), {500, 300, "loop", 1500});
    EXPECT_EQ(hand(made, {14, {}}), 1400);
    EXPECT_EQ(hand(made, {15, {}}), 500);
    EXPECT_EQ(hand(made, {24, {}}), 1400);
    EXPECT_EQ(hand(made, {25, {}}), 500);
}

TEST(SceneClock, RunGoesOn) {
    EXPECT_EQ(hand(document(clock_hand(), {500, 300, "run", {}}), {100, {}}), 10'000);
}

// On hide the other tracks freeze where they are; outro tracks start from their own first key.
TEST(SceneClock, HideFreezesTheBodyAndStartsTheOutro) {
    Layer layer = clock_hand();
    layer.tracks.push_back(
        track(Property::opacity, {{0, 1.0, linear()}, {400, 0.0, {}}}, Phase::outro));
    const auto made = document(layer, {500, 400, "run", {}});
    EXPECT_EQ(at(made, {20, {}}, {10, 1}).opacity, 1);
    const LayerState start = at(made, {20, 0}, {10, 1});
    EXPECT_EQ(start.opacity, 1);
    EXPECT_EQ(start.position[0], 2000);
    const LayerState half = at(made, {20, 2}, {10, 1});
    EXPECT_EQ(half.opacity, .5);
    EXPECT_EQ(half.position[0], 2000);
    EXPECT_FALSE(evaluate(made, "main", {20, 3}, {10, 1}, {}).value().finished);
    EXPECT_TRUE(evaluate(made, "main", {20, 4}, {10, 1}, {}).value().finished);
    EXPECT_FALSE(at(made, {20, 4}, {10, 1}).visible);
}

TEST(SceneClock, ASceneWithoutOutroIsGoneOnTheHideFrame) {
    const auto made = document(clock_hand(), {0, 0, "run", {}});
    EXPECT_TRUE(evaluate(made, "main", {20, 0}, {10, 1}, {}).value().finished);
}

TEST(SceneClock, AFiniteSceneStartsItsOutroByItselfAndEnds) {
    Layer layer = clock_hand();
    layer.tracks.push_back(
        track(Property::opacity, {{0, 1.0, linear()}, {1000, 0.0, {}}}, Phase::outro));
    const auto made = document(layer, {500, 1000, "run", {}}, 5000);
    EXPECT_EQ(at(made, {39, {}}, {10, 1}).opacity, 1);
    EXPECT_EQ(at(made, {40, {}}, {10, 1}).opacity, 1);
    EXPECT_EQ(at(made, {45, {}}, {10, 1}).opacity, .5);
    EXPECT_EQ(at(made, {45, {}}, {10, 1}).position[0], 4000);
    EXPECT_FALSE(evaluate(made, "main", {49, {}}, {10, 1}, {}).value().finished);
    EXPECT_TRUE(evaluate(made, "main", {50, {}}, {10, 1}, {}).value().finished);
    // A hide that comes while the outro runs changes nothing.
    EXPECT_EQ(at(made, {43, 2}, {10, 1}).opacity, .5);
}

TEST(SceneClock, TheEndFallsOnTheFrameOfTheDurationAtFractionalRates) {
    const Rate rate{30000, 1001};
    const auto made = document(clock_hand(), {0, 500, "run", {}}, 5000);
    const std::int64_t end = frame_at(5000, rate);
    EXPECT_FALSE(evaluate(made, "main", {end - 1, {}}, rate, {}).value().finished);
    EXPECT_TRUE(evaluate(made, "main", {end, {}}, rate, {}).value().finished);
}

// C.10: hidden during its intro, a layer does not jump to the outro's first key.
TEST(SceneClock, AHideDuringTheIntroBlendsIntoTheOutro) {
    Layer layer;
    layer.tracks.push_back(track(Property::opacity, {{0, 0.0, linear()}, {1000, 1.0, {}}}));
    layer.tracks.push_back(
        track(Property::opacity, {{0, 1.0, hold()}, {1000, 1.0, {}}}, Phase::outro));
    const auto made = document(layer, {1000, 1000, "hold", {}});
    const Rate rate{100, 1};
    EXPECT_EQ(at(made, {20, 0}, rate).opacity, .2);  // as it was
    EXPECT_NEAR(at(made, {20, 5}, rate).opacity, .2 + .8 * 50 / 150, 1e-12);
    EXPECT_EQ(at(made, {20, 15}, rate).opacity, 1);  // 150 ms later the outro alone
    EXPECT_EQ(at(made, {120, 0}, rate).opacity, 1);  // after the intro: at once
}

TEST(SceneClock, TracksLoopOnTheirOwn) {
    Layer layer;
    layer.tracks.push_back(track(Property::rotation, {{200, 0.0, linear()}, {1200, 360.0, {}}},
                                 Phase::body, LoopMode::repeat));
    layer.tracks.push_back(track(Property::opacity, {{0, 0.0, linear()}, {1000, 1.0, {}}},
                                 Phase::body, LoopMode::ping_pong));
    const auto made = document(layer);
    EXPECT_EQ(at(made, {0, {}}, {10, 1}).rotation, 0);
    EXPECT_EQ(at(made, {7, {}}, {10, 1}).rotation, 180);
    EXPECT_EQ(at(made, {12, {}}, {10, 1}).rotation, 0);
    EXPECT_EQ(at(made, {10'017, {}}, {10, 1}).rotation, 180);
    EXPECT_EQ(at(made, {10, {}}, {10, 1}).opacity, 1);
    EXPECT_EQ(at(made, {15, {}}, {10, 1}).opacity, .5);
    EXPECT_EQ(at(made, {20, {}}, {10, 1}).opacity, 0);
}

}  // namespace
}  // namespace vistter::ocl
