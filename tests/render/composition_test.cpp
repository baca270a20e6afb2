// Groups whose children move, clips, masks, blend modes and blur, against what arithmetic says they
// look like.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "render/render_kit.hpp"

namespace vistter::render {
namespace {

using namespace kit;

constexpr Color white{255, 255, 255, 255};
constexpr int black_level = 16, white_level = 235;

// The level of grey `share` of the way from black to white.
double level(double share) {
    return black_level + (white_level - black_level) * share;
}

Layer group(std::vector<Layer> children) {
    Layer made;
    made.layer_id = "group";
    made.kind = LayerKind::group;
    made.layers = std::move(children);
    return made;
}

// A track that says nothing new: the layer may move, so its group is composed on every frame.
void let_move(Layer& layer) {
    layer.tracks.push_back(track(Property::opacity, {{0, 1.0, {}}}));
}

std::unique_ptr<OverlayRenderer> prepared(OverlayDocument made, int width, int height) {
    auto renderer = opened(std::move(made), width, height);
    EXPECT_TRUE(renderer->prepare("main", {}).ok());
    return renderer;
}

OwnedPicture picture_of(const std::vector<Layer>& layers, int size, std::int64_t frame = 0) {
    auto made = document(size, size);
    made.scenes[0].layers = layers;
    return drawn(*prepared(made, size, size), frame, size, size);
}

double ink(OwnedPicture& picture, int size) {
    double sum = 0;
    for (int y = 0; y < size; ++y) {
        for (int x = 0; x < size; ++x) sum += (luma(picture, x, y) - black_level) / 219.0;
    }
    return sum;
}

TEST(Composition, AGroupIsTheSameWhetherItsChildrenMayMoveOrNot) {
    std::vector<Layer> children{solid("a", {4.5, 6}, {40, 30}, {200, 60, 40, 255}),
                                solid("b", {20, 16.25}, {30, 40}, {40, 90, 220, 128})};
    Layer still = group(children);
    still.props[Property::opacity] = .6;
    still.props[Property::position] = Pair{3, 5};
    let_move(children[0]);
    Layer moving = still;
    moving.layers = children;
    OwnedPicture one = picture_of({still}, 80), other = picture_of({moving}, 80);
    for (int y = 0; y < 80; ++y) {
        for (int x = 0; x < 80; ++x)
            ASSERT_NEAR(luma(one, x, y), luma(other, x, y), 2) << x << ',' << y;
    }
}

TEST(Composition, AMovingChildFadesWithItsGroupAsOnePicture) {
    Layer over = solid("over", {0, 0}, {40, 64}, white);
    over.tracks.push_back(
        track(Property::position, {{0, Pair{0, 0}, {}}, {1000, Pair{30, 0}, {}}}));
    Layer fading = group({solid("under", {0, 0}, {40, 64}, white), over});
    fading.props[Property::opacity] = .5;
    for (const int n : {0, 7, 15, 30}) {
        OwnedPicture picture = picture_of({fading}, 64, n);
        EXPECT_NEAR(luma(picture, 35, 32), level(.5), 1) << n;
        EXPECT_EQ(luma(picture, 63, 32) > black_level + 2, n == 30) << n;
    }
}

TEST(Composition, ChildrenComeAndGoAndAreRevealed) {
    Layer late = solid("late", {0, 0}, {32, 32}, white);
    late.in_ms = 500;
    late.out_ms = 1000;
    Layer half = solid("half", {32, 0}, {32, 32}, white);
    half.props[Property::reveal] = .5;
    auto made = document(64, 64);
    made.scenes[0].layers = {group({late, half})};
    auto renderer = prepared(made, 64, 64);
    for (int n = 0; n < 40; ++n) {
        OwnedPicture picture = drawn(*renderer, n, 64, 64);
        EXPECT_EQ(luma(picture, 16, 16) == white_level, n >= 15 && n < 30) << n;
        EXPECT_EQ(luma(picture, 40, 16), white_level);
        EXPECT_EQ(luma(picture, 56, 16), black_level);
    }
}

// Nothing of an earlier frame stays on the canvas.
TEST(Composition, AFrameOfAGroupDependsOnItsNumberAlone) {
    Layer child = solid("child", {0, 0}, {20, 20}, white);
    child.tracks.push_back(
        track(Property::position, {{0, Pair{0, 0}, {}}, {1000, Pair{44.5, 40}, {}}}));
    auto made = document(64, 64);
    made.scenes[0].layers = {group({child})};
    auto played = prepared(made, 64, 64);
    for (int n = 0; n < 30; ++n) drawn(*played, n, 64, 64);
    auto sought = prepared(made, 64, 64);
    OwnedPicture one = drawn(*played, 30, 64, 64), other = drawn(*sought, 30, 64, 64);
    for (int y = 0; y < 64; ++y) {
        for (int x = 0; x < 64; ++x) ASSERT_EQ(luma(one, x, y), luma(other, x, y));
    }
}

TEST(Composition, AClipCutsALayerAndAGroupAlike) {
    Layer layer = solid("s", {8, 8}, {48, 48}, white);
    layer.clip = contract::Clip{{.25, .5, 0, 0}, 0};
    Layer child = solid("child", {0, 0}, {64, 64}, white);
    let_move(child);
    Layer clipped = group({child});
    clipped.props[Property::position] = Pair{8, 8};
    clipped.props[Property::size] = Pair{48, 48};
    clipped.clip = layer.clip;
    for (const Layer& each : {layer, clipped}) {
        OwnedPicture picture = picture_of({each}, 64);
        for (int y = 0; y < 64; ++y) {
            for (int x = 0; x < 64; ++x) {
                const bool inside = x >= 20 && x < 56 && y >= 32 && y < 56;
                ASSERT_EQ(luma(picture, x, y), inside ? white_level : black_level)
                    << each.layer_id << ' ' << x << ',' << y;
            }
        }
    }
    layer.clip = contract::Clip{{0, 0, 0, 0}, 24};
    OwnedPicture round = picture_of({layer}, 64);
    EXPECT_NEAR(ink(round, 64), 3.14159265 * 24 * 24, 4);
}

TEST(Composition, AMaskGivesItsCoverageAndIsNotPaintedItself) {
    Layer mask = solid("mask", {16, 0}, {32, 64}, {255, 255, 255, 128});
    Layer masked = solid("masked", {0, 0}, {64, 64}, white);
    const auto with = [&](const std::string& mode) {
        masked.mask = contract::Mask{"mask", mode};
        return picture_of({mask, masked}, 64);
    };
    OwnedPicture alpha = with("alpha"), inverted = with("alpha_inverted"), bright = with("luma");
    EXPECT_EQ(luma(alpha, 8, 32), black_level);
    EXPECT_NEAR(luma(alpha, 32, 32), level(128 / 255.0), 1);
    EXPECT_EQ(luma(inverted, 8, 32), white_level);
    EXPECT_NEAR(luma(inverted, 32, 32), level(127 / 255.0), 1);
    EXPECT_NEAR(luma(bright, 32, 32), level(128 / 255.0), 1);
    mask.props[Property::fill_color] = Color{64, 64, 64, 255};
    OwnedPicture dim = with("luma");
    EXPECT_NEAR(luma(dim, 32, 32), level(64 / 255.0), 1);
    mask.props[Property::visible] = false;  // covers nothing
    OwnedPicture nothing = with("alpha"), all = with("alpha_inverted");
    EXPECT_EQ(ink(nothing, 64), 0);
    EXPECT_EQ(ink(all, 64), 64 * 64);
}

// The closed forms of contract C.7, on greys, over an opaque picture and inside a group.
TEST(Composition, BlendModesAreTheirFormulas) {
    const auto formula = [](const std::string& mode, double under, double over) {
        if (mode == "multiply") return under * over;
        if (mode == "screen") return under + over - under * over;
        return std::min(1.0, under + over);
    };
    const auto grey = [](int value) {
        const auto byte = static_cast<std::uint8_t>(value);
        return Color{byte, byte, byte, 255};
    };
    for (const std::string mode : {"multiply", "screen", "add"}) {
        for (const int under : {0, 40, 128, 255}) {
            for (const int over : {0, 90, 200, 255}) {
                Layer back = solid("back", {0, 0}, {64, 64}, grey(under));
                Layer front = solid("front", {0, 0}, {32, 64}, grey(over));
                front.blend = mode;
                const double full = formula(mode, under / 255.0, over / 255.0);
                OwnedPicture flat = picture_of({back, front}, 64);
                EXPECT_NEAR(luma(flat, 16, 16), level(full), 1) << mode << under << ' ' << over;
                EXPECT_NEAR(luma(flat, 48, 16), level(under / 255.0), 1);
                front.props[Property::opacity] = .5;
                OwnedPicture grouped = picture_of({group({back, front})}, 64);
                const double half = mode == "multiply" ? .5 * under / 255 + .5 * full : [&] {
                    return formula(mode, under / 255.0, over / 510.0);
                }();
                EXPECT_NEAR(luma(grouped, 16, 16), level(half), 1.6) << mode << under << over;
            }
        }
    }
}

// A group is isolated: a blend mode inside it sees the group's own children only.
TEST(Composition, ABlendModeInsideAGroupDoesNotSeeWhatLiesBelow) {
    Layer front = solid("front", {0, 0}, {64, 64}, {128, 128, 128, 255});
    front.blend = "multiply";
    OwnedPicture picture =
        picture_of({solid("below", {0, 0}, {64, 64}, white), group({front})}, 64);
    EXPECT_NEAR(luma(picture, 32, 32), level(128 / 255.0), 1);
    OwnedPicture alone =
        picture_of({solid("below", {0, 0}, {64, 64}, {64, 64, 64, 255}), front}, 64);
    EXPECT_NEAR(luma(alone, 32, 32), level(64.0 * 128 / 255 / 255), 1);
}

TEST(Composition, ABlurSpreadsAndKeepsTheInk) {
    Layer sharp = solid("s", {44, 44}, {40, 40}, white);
    OwnedPicture before = picture_of({sharp}, 128);
    sharp.props[Property::blur] = 6.0;
    OwnedPicture after = picture_of({sharp}, 128);
    EXPECT_NEAR(ink(after, 128), ink(before, 128), ink(before, 128) * .005);
    EXPECT_NEAR(luma(after, 44, 64), level(.5), 8);  // the edge is half as bright
    // The Gaussian's own value one deviation outside the edge, 6 px away, over the pixel's middle.
    EXPECT_NEAR(luma(after, 38, 64), level(.5 * std::erfc((44 - 38.5) / 6 / std::sqrt(2.0))), 2);
    EXPECT_EQ(luma(after, 20, 64), black_level);
}

TEST(Composition, ABlurThatChangesIsMadeForEveryFrame) {
    auto made = document(64, 64);
    Layer layer = solid("s", {24, 24}, {16, 16}, white);
    layer.tracks.push_back(track(Property::blur, {{0, 0.0, {}}, {1000, 5.0, {}}}));
    made.scenes[0].layers = {layer};
    auto renderer = prepared(made, 64, 64);
    int last = white_level + 1;
    for (int n = 0; n <= 30; n += 3) {
        OwnedPicture picture = drawn(*renderer, n, 64, 64);
        EXPECT_LE(luma(picture, 32, 32), last) << n;
        last = luma(picture, 32, 32);
    }
    EXPECT_LT(last, white_level);
    EXPECT_EQ(renderer->stand_ins(), 0);
}

TEST(Composition, AShadowLiesUnderTheText) {
    Layer text;
    text.layer_id = "t";
    text.kind = LayerKind::text;
    text.text.content = "I";
    text.text.size_px = 40;
    text.text.box = Pair{30, 60};
    text.props[Property::fill_color] = Color{0, 0, 0, 255};
    EXPECT_EQ(
        [&] {
            OwnedPicture plain = picture_of({text}, 64);
            return ink(plain, 64);
        }(),
        0);
    text.text.shadow = contract::TextShadow{{20, 0}, 0, {255, 255, 255, 255}};
    OwnedPicture hard = picture_of({text}, 64);
    text.text.shadow->blur = 3;
    OwnedPicture soft = picture_of({text}, 64);
    EXPECT_GT(ink(hard, 64), 50);
    EXPECT_NEAR(ink(soft, 64), ink(hard, 64), ink(hard, 64) * .03);
    text.text.shadow->color.a = 128;
    OwnedPicture faint = picture_of({text}, 64);
    EXPECT_NEAR(ink(faint, 64), ink(hard, 64) * 128 / 255, ink(hard, 64) * .03);
}

// NV12 is the same picture, byte for byte, its chroma in turn.
TEST(Composition, Nv12IsTheSamePictureAsI420) {
    Layer child = solid("child", {3.3, 4.7}, {50, 40}, {220, 30, 60, 200});
    child.tracks.push_back(
        track(Property::position, {{0, Pair{3.3, 4.7}, {}}, {1000, Pair{20, 11}, {}}}));
    Layer multiplied = solid("m", {20, 20}, {40, 40}, {90, 200, 120, 255});
    multiplied.blend = "multiply";
    auto made = document(80, 64);
    made.scenes[0].layers = {child, group({child}), multiplied};
    auto renderer = prepared(made, 80, 64);
    for (const int n : {0, 11}) {
        OwnedPicture planar(80, 64), paired(80, 64, PictureFormat::nv12);
        fill(planar.view(), 120, 90, 170);
        fill(paired.view(), 120, 90, 170);
        renderer->draw(planar.view(), "main", {n, {}}, {30, 1}, {});
        renderer->draw(paired.view(), "main", {n, {}}, {30, 1}, {});
        EXPECT_EQ(to_rgb(planar.view()), to_rgb(paired.view()));
        EXPECT_NE(to_rgb(planar.view())[(30 * 80 + 30) * 3], 0);
    }
}

}  // namespace
}  // namespace vistter::render
