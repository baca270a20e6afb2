// The picture of a medium at a frame (contract C.3): exact, in loops, over a week, and through
// every phase of a scene.
#include "ocl/media_clock.hpp"

#include <gtest/gtest.h>

#include "ocl/document_kit.hpp"

namespace vistter::ocl {
namespace {

using contract::LoopMode;

std::vector<std::int64_t> first_pictures(std::int64_t count, LoopMode loop, int frames) {
    std::vector<std::int64_t> shown;
    for (std::int64_t n = 0; n < frames; ++n)
        shown.push_back(media_frame(n * 1000, 25, {25, 1}, count, loop));
    return shown;
}

TEST(MediaClock, ShowsTheLastPictureOrBeginsAgainOrTurns) {
    using Shown = std::vector<std::int64_t>;
    EXPECT_EQ(first_pictures(3, LoopMode::none, 6), (Shown{0, 1, 2, 2, 2, 2}));
    EXPECT_EQ(first_pictures(3, LoopMode::repeat, 7), (Shown{0, 1, 2, 0, 1, 2, 0}));
    EXPECT_EQ(first_pictures(3, LoopMode::ping_pong, 9), (Shown{0, 1, 2, 1, 0, 1, 2, 1, 0}));
    EXPECT_EQ(first_pictures(2, LoopMode::ping_pong, 4), (Shown{0, 1, 0, 1}));
    for (const LoopMode loop : {LoopMode::none, LoopMode::repeat, LoopMode::ping_pong}) {
        EXPECT_EQ(first_pictures(1, loop, 3), (Shown{0, 0, 0}));
        EXPECT_EQ(first_pictures(0, loop, 3), (Shown{0, 0, 0}));
    }
}

// A medium at the output's own rate shows picture n on frame n, for a week.
TEST(MediaClock, TheOutputsOwnRateIsNeverOnePictureOff) {
    for (const Rate rate : {Rate{24000, 1001}, Rate{30000, 1001}, Rate{60000, 1001}, Rate{60, 1}}) {
        const std::int64_t week = frame_at(604'800'000, rate);
        for (std::int64_t n = 0; n < week; n += n < 100'000 ? 1 : 9973) {
            ASSERT_EQ(media_frame(n * 1000 * rate.den, rate.num, rate, week + 1, LoopMode::none), n)
                << rate.num << '/' << rate.den;
        }
    }
}

// Against the formula in 128 bits, at the largest rates and times the contract allows.
TEST(MediaClock, NothingOverflows) {
    __extension__ using Wide = unsigned __int128;
    const Rate rate{240'000, 1};
    for (const std::int64_t num : {1LL, 30'000LL, 240'000LL}) {
        for (const std::int64_t ms : {0LL, 1LL, 333LL, 604'799'999LL, 604'800'000LL}) {
            const std::int64_t time = ms * num + (num > 1 ? num - 1 : 0);
            const Wide exact =
                static_cast<Wide>(time) * 240'000U / (1000U * static_cast<Wide>(num));
            EXPECT_EQ(media_frame(time, num, rate, 1LL << 40, LoopMode::none),
                      static_cast<std::int64_t>(exact));
        }
    }
}

contract::Layer sequence(LoopMode loop) {
    contract::Layer layer;
    layer.kind = contract::LayerKind::image_sequence;
    layer.in_ms = 200;
    layer.playback = {loop, {"a", "b", "c", "d"}, 10, 1};
    return layer;
}

TEST(MediaClock, ASequenceStartsWithItsLayerAndNamesItsPicture) {
    const auto document = kit::document(sequence(LoopMode::repeat), {}, 5000);
    const auto shown = [&](std::int64_t frame) { return kit::at(document, {frame, {}}, {20, 1}); };
    EXPECT_FALSE(shown(3).visible);
    EXPECT_EQ(shown(3).asset, "a");
    EXPECT_EQ(shown(4).asset, "a");  // 200 ms
    EXPECT_EQ(shown(5).asset, "a");
    EXPECT_EQ(shown(6).asset, "b");
    EXPECT_EQ(shown(11).media_frame, 3);
    EXPECT_EQ(shown(12).asset, "a");
}

TEST(MediaClock, TheSceneClockRulesPlayback) {
    const Rate rate{20, 1};
    const auto held = kit::document(sequence(LoopMode::repeat), {400, 100, "hold", {}});
    EXPECT_EQ(kit::at(held, {8, {}}, rate).asset, "c");
    EXPECT_EQ(kit::at(held, {500, {}}, rate).asset, "c");  // the held clock stands at 400 ms
    const auto looped = kit::document(sequence(LoopMode::none), {200, 100, "loop", 600});
    EXPECT_EQ(kit::at(looped, {11, {}}, rate).asset, "d");
    EXPECT_EQ(kit::at(looped, {12, {}}, rate).asset, "a");  // the body begins again
    EXPECT_EQ(kit::at(looped, {10, 1}, rate).asset, "d");   // frozen at the hide frame
}

}  // namespace
}  // namespace vistter::ocl
