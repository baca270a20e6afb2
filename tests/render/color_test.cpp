// BT.709 limited range: known codes, the way there and back, and blending that needs no correction
// afterwards.
#include "render/color.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "render/picture.hpp"
#include "render/rows.hpp"

namespace vistter::render {
namespace {

struct Known {
    std::uint8_t r, g, b;
    int y, u, v;
};

// The codes every waveform monitor knows.
TEST(Color, PrimariesHaveTheirBt709Codes) {
    const Known known[] = {{0, 0, 0, 16, 128, 128},     {255, 255, 255, 235, 128, 128},
                           {255, 0, 0, 63, 102, 240},   {0, 255, 0, 173, 42, 26},
                           {0, 0, 255, 32, 240, 118},   {255, 255, 0, 219, 16, 138},
                           {0, 255, 255, 188, 154, 16}, {255, 0, 255, 78, 214, 230}};
    for (const Known& k : known) {
        const Yuva color = to_yuva(k.r, k.g, k.b, 255);
        EXPECT_NEAR(color.y, k.y, 1);
        EXPECT_NEAR(color.u, k.u, 1);
        EXPECT_NEAR(color.v, k.v, 1);
    }
}

TEST(Color, ThereAndBackLosesAtMostTwoSteps) {
    for (int r = 0; r < 256; r += 15) {
        for (int g = 0; g < 256; g += 15) {
            for (int b = 0; b < 256; b += 15) {
                const Yuva color = to_yuva(r, g, b, 255);
                const auto back = to_rgb(color.y, color.u, color.v);
                ASSERT_LE(std::abs(back[0] - r), 2);
                ASSERT_LE(std::abs(back[1] - g), 2);
                ASSERT_LE(std::abs(back[2] - b), 2);
            }
        }
    }
}

// A half transparent red over grey, blended as Y, U and V, is what blending R, G and B would have
// given.
TEST(Color, BlendingPremultipliedCodesEqualsBlendingRgb) {
    for (int alpha = 0; alpha < 256; alpha += 5) {
        const std::uint8_t a = static_cast<std::uint8_t>(alpha);
        const Yuva source = to_yuva(a, 0, 0, a);  // red, premultiplied
        const Yuva under = to_yuva(120, 120, 120, 255);
        std::uint8_t y = under.y, u = under.u, v = under.v;
        blend_row(&y, &source.y, &a, 1, 256);
        blend_row(&u, &source.u, &a, 1, 256);
        blend_row(&v, &source.v, &a, 1, 256);
        const double share = alpha / 255.0;
        const auto mixed = [&](double over) {
            return static_cast<std::uint8_t>(over * share + 120 * (1 - share) + .5);
        };
        const Yuva expected = to_yuva(mixed(255), mixed(0), mixed(0), 255);
        EXPECT_NEAR(y, expected.y, 1) << alpha;
        EXPECT_NEAR(u, expected.u, 1) << alpha;
        EXPECT_NEAR(v, expected.v, 1) << alpha;
    }
}

TEST(Color, BarsAre75PercentBt709) {
    OwnedPicture picture(1400, 2);
    draw_slate(picture.view(), "bars");
    const int codes[7][3] = {{180, 128, 128}, {168, 44, 136}, {145, 147, 44}, {133, 63, 52},
                             {63, 193, 204},  {51, 109, 212}, {28, 212, 120}};
    for (int bar = 0; bar < 7; ++bar) {
        const int x = 100 + 200 * bar;
        EXPECT_NEAR(picture.view().y[x], codes[bar][0], 1) << bar;
        EXPECT_NEAR(picture.view().u[x / 2], codes[bar][1], 1) << bar;
        EXPECT_NEAR(picture.view().v[x / 2], codes[bar][2], 1) << bar;
    }
}

}  // namespace
}  // namespace vistter::render
