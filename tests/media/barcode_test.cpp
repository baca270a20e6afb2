// The strip survives scaling and coding, and nothing else is taken for a strip.
#include "media/barcode.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/random.hpp"
#include "media/frame_scaler.hpp"

namespace vistter::media {
namespace {

struct Luma {
    int width, height;
    std::vector<std::uint8_t> bytes =
        std::vector<std::uint8_t>(static_cast<std::size_t>(width) * height, 90);
};

std::optional<Barcode> read(const Luma& picture, int top) {
    return read_barcode(picture.bytes.data(), picture.width, picture.width, top,
                        barcode_cell(picture.width));
}

TEST(Barcode, EveryFieldComesBackAtEverySize) {
    for (int width : {320, 640, 1280, 1920}) {
        Luma picture{width, width * 9 / 16};
        for (Barcode code : {Barcode{0, 0, 0}, Barcode{15, 0xffffff, 0xffffffff},
                             Barcode{9, 1'234'567, 987'654'321}}) {
            draw_barcode(picture.bytes.data(), width, width, 0, code);
            auto found = read(picture, 0);
            ASSERT_TRUE(found) << "width " << width;
            EXPECT_EQ(found->source, code.source);
            EXPECT_EQ(found->frame, code.frame);
            EXPECT_EQ(found->time, code.time);
        }
    }
}

TEST(Barcode, FramesCountModuloTwoToTheTwentyFour) {
    Luma picture{640, 360};
    draw_barcode(picture.bytes.data(), 640, 640, 352, {15, 0x1000005, 0});
    ASSERT_TRUE(read(picture, 352));
    EXPECT_EQ(read(picture, 352)->frame, 5u);
}

TEST(Barcode, AStrideLargerThanTheWidthIsHonoured) {
    const int stride = 704;
    std::vector<std::uint8_t> padded(static_cast<std::size_t>(stride) * 16, 200);
    draw_barcode(padded.data(), stride, 640, 8, {4, 77, 0});
    auto found = read_barcode(padded.data(), stride, 640, 8, barcode_cell(640));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->frame, 77u);
    EXPECT_EQ(padded[static_cast<std::size_t>(stride) * 8 + 640], 200)
        << "nothing is drawn beyond the width";
}

TEST(Barcode, OneFlippedCellIsRefused) {
    for (int cell = 0; cell < 80; ++cell) {
        Luma picture{640, 360};
        draw_barcode(picture.bytes.data(), 640, 640, 0, {3, 42, 4242});
        std::uint8_t flipped =
            picture.bytes[static_cast<std::size_t>(cell) * 8 + 4] > 128 ? 30 : 220;
        for (int y = 0; y < 8; ++y) {
            for (int x = 0; x < 8; ++x)
                picture.bytes[static_cast<std::size_t>(y) * 640 + cell * 8 + x] = flipped;
        }
        EXPECT_FALSE(read(picture, 0)) << "cell " << cell;
    }
}

TEST(Barcode, NoiseAndFlatPicturesHoldNoStrip) {
    SeededRandom random(7);
    for (int round = 0; round < 200; ++round) {
        Luma picture{640, 16};
        random.fill(picture.bytes);
        EXPECT_FALSE(read(picture, 0)) << "seed 7, round " << round;
    }
    EXPECT_FALSE(read(Luma{640, 16}, 0));
}

// Cameras of another size than the programme's are scaled; their strip must stay readable.
TEST(Barcode, SurvivesScalingToTheProgrammesSize) {
    const int sizes[][2] = {{1280, 720}, {1920, 1080}, {320, 180}};
    for (auto [width, height] : sizes) {
        std::vector<std::uint8_t> i420(static_cast<std::size_t>(width) * height * 3 / 2, 128);
        draw_barcode(i420.data(), width, width, 0, {6, 4711, 1});
        PictureView view{i420.data(), i420.data() + static_cast<std::size_t>(width) * height,
                         nullptr,     width,
                         width / 2,   width / 2,
                         width,       height};
        view.v = view.u + static_cast<std::size_t>(width / 2) * (height / 2);
        FrameScaler scaler(640, 360);
        auto frame = scaler.fit(view);
        auto found = read_barcode(frame->y(), 640, 640, 0, barcode_cell(640));
        ASSERT_TRUE(found) << width;
        EXPECT_EQ(found->frame, 4711u);
    }
}

TEST(FrameScaler, KeepsTheShapeAndFillsUpWithBlack) {
    std::vector<std::uint8_t> square(200 * 200 * 3 / 2, 200);
    PictureView view{
        square.data(), square.data() + 40'000, square.data() + 50'000, 200, 100, 100, 200, 200};
    FrameScaler scaler(640, 360);
    auto frame = scaler.fit(view);
    auto luma = [&](int x, int y) { return frame->y()[y * 640 + x]; };
    EXPECT_EQ(luma(0, 180), 16);
    EXPECT_EQ(luma(639, 180), 16);
    EXPECT_EQ(luma(320, 0), 200);
    EXPECT_EQ(luma(320, 359), 200);
    EXPECT_EQ(frame->u()[90 * 320 + 5], 128);
}

TEST(FrameScaler, AFrameSomebodyStillHoldsIsNeverWrittenAgain) {
    std::vector<std::uint8_t> bytes(640 * 360 * 3 / 2, 50);
    PictureView view{bytes.data(),
                     bytes.data() + 640 * 360,
                     bytes.data() + 640 * 360 * 5 / 4,
                     640,
                     320,
                     320,
                     640,
                     360};
    FrameScaler scaler(640, 360);
    FramePtr held = scaler.fit(view);
    std::fill(bytes.begin(), bytes.end(), std::uint8_t{99});
    for (int i = 0; i < 10; ++i) EXPECT_NE(scaler.fit(view).get(), held.get());
    EXPECT_EQ(held->bytes[0], 50);
}

}  // namespace
}  // namespace vistter::media
