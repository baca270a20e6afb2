// What the renderer puts into the picture, and what it refuses to leave out silently.
#include "render/overlay_renderer.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/file.hpp"
#include "crypto/digest.hpp"
#include "render/render_kit.hpp"

namespace vistter::render {
namespace {

using namespace kit;

constexpr Color white{255, 255, 255, 255};
constexpr int black_level = 16, white_level = 235;

TEST(OverlayRenderer, ASolidCoversItsPixelsAndNoOthers) {
    auto made = document(64, 32);
    made.scenes[0].layers.push_back(solid("s", {10, 6}, {20, 8}, white));
    auto renderer = opened(made, 64, 32);
    ASSERT_TRUE(renderer->prepare("main", {}).ok());
    OwnedPicture picture = drawn(*renderer, 0, 64, 32);
    for (int y = 0; y < 32; ++y) {
        for (int x = 0; x < 64; ++x) {
            const bool inside = x >= 10 && x < 30 && y >= 6 && y < 14;
            ASSERT_EQ(luma(picture, x, y), inside ? white_level : black_level) << x << ',' << y;
        }
    }
    EXPECT_EQ(renderer->stand_ins(), 0);
}

// G3.4: opacity to within 1/255, at every step.
TEST(OverlayRenderer, OpacityFadesTheBlend) {
    auto made = document(32, 32);
    Layer layer = solid("s", {0, 0}, {32, 32}, white);
    layer.tracks.push_back(track(Property::opacity, {{0, 0.0, {}}, {10'000, 1.0, {}}}));
    made.scenes[0].layers.push_back(layer);
    auto renderer = opened(made, 32, 32);
    ASSERT_TRUE(renderer->prepare("main", {}).ok());
    for (int n = 0; n <= 300; n += 3) {
        OwnedPicture picture = drawn(*renderer, n, 32, 32);
        const double expected = black_level + (white_level - black_level) * n / 300.0;
        ASSERT_NEAR(luma(picture, 16, 16), expected, 1.0) << n;
    }
}

// G3.5: a moving edge is where the numbers say, to a 64th of a pixel (seen as the edge pixel's
// brightness).
TEST(OverlayRenderer, PositionsActBelowOnePixel) {
    auto made = document(64, 16);
    Layer layer = solid("s", {0, 0}, {16, 16}, white);
    layer.tracks.push_back(
        track(Property::position, {{0, Pair{8, 0}, {}}, {8000, Pair{16, 0}, {}}}));
    made.scenes[0].layers.push_back(layer);
    auto renderer = opened(made, 64, 16);
    ASSERT_TRUE(renderer->prepare("main", {}).ok());
    for (int n = 0; n < 240; n += 7) {
        OwnedPicture picture = drawn(*renderer, n, 64, 16);
        const double edge = 8 + n / 30.0;
        double covered = 0;  // white pixels in the row, fractions counted
        for (int x = 0; x < 64; ++x) covered += (luma(picture, x, 8) - black_level) / 219.0;
        double first_moment = 0;
        for (int x = 0; x < 64; ++x)
            first_moment += (x + .5) * (luma(picture, x, 8) - black_level) / 219.0;
        EXPECT_NEAR(covered, 16, .02) << n;
        EXPECT_NEAR(first_moment / covered, edge + 8, 1.0 / 64) << n;
    }
}

// G3.6: a scaled layer covers the area the numbers say.
TEST(OverlayRenderer, ScaleAndRotationAreSampledFromTheSprite) {
    auto made = document(128, 128);
    Layer layer = solid("s", {0, 0}, {40, 40}, white);
    layer.anchor = {"canvas", "center"};
    layer.tracks.push_back(
        track(Property::scale, {{0, Pair{.5, .5}, {}}, {1000, Pair{1.5, 1.5}, {}}}));
    layer.tracks.push_back(track(Property::rotation, {{0, 0.0, {}}, {1000, 90.0, {}}}));
    made.scenes[0].layers.push_back(layer);
    auto renderer = opened(made, 128, 128);
    ASSERT_TRUE(renderer->prepare("main", {}).ok());
    for (int n = 0; n <= 30; n += 3) {
        OwnedPicture picture = drawn(*renderer, n, 128, 128);
        double area = 0;
        for (int y = 0; y < 128; ++y) {
            for (int x = 0; x < 128; ++x) area += (luma(picture, x, y) - black_level) / 219.0;
        }
        const double side = 40 * (.5 + n / 30.0);
        EXPECT_NEAR(std::sqrt(area), side, .5) << n;
        EXPECT_EQ(luma(picture, 64, 64), white_level);
    }
}

TEST(OverlayRenderer, RevealWipesInTheDirectionGiven) {
    for (const std::string direction : {"right", "left", "down", "up"}) {
        auto made = document(64, 64);
        Layer layer = solid("s", {0, 0}, {64, 64}, white);
        layer.reveal_direction = direction;
        layer.props[Property::reveal] = .25;
        made.scenes[0].layers.push_back(layer);
        auto renderer = opened(made, 64, 64);
        ASSERT_TRUE(renderer->prepare("main", {}).ok());
        OwnedPicture picture = drawn(*renderer, 0, 64, 64);
        const auto seen = [&](int x, int y) { return luma(picture, x, y) == white_level; };
        EXPECT_EQ(seen(8, 32), direction == "right") << direction;
        EXPECT_EQ(seen(56, 32), direction == "left") << direction;
        EXPECT_EQ(seen(32, 8), direction == "down") << direction;
        EXPECT_EQ(seen(32, 56), direction == "up") << direction;
        EXPECT_FALSE(seen(32, 32));
    }
}

// G3.11: on its first frame it is there, on the frame after its last it is not, at a fractional
// rate too.
TEST(OverlayRenderer, LayersAreDrawnOnExactlyTheirFrames) {
    for (const ocl::Rate rate : {ocl::Rate{30, 1}, ocl::Rate{30000, 1001}}) {
        auto made = document(32, 32);
        Layer layer = solid("s", {0, 0}, {32, 32}, white);
        layer.in_ms = 500;
        layer.out_ms = 1500;
        made.scenes[0].layers.push_back(layer);
        auto renderer = opened(made, 32, 32);
        ASSERT_TRUE(renderer->prepare("main", {}, rate).ok());
        for (std::int64_t n = 0; n < 60; ++n) {
            OwnedPicture picture(32, 32);
            renderer->draw(picture.view(), "main", {n, {}}, rate, {});
            const bool inside = n >= ocl::frame_at(500, rate) && n < ocl::frame_at(1500, rate);
            ASSERT_EQ(luma(picture, 16, 16) == white_level, inside) << n;
        }
    }
}

TEST(OverlayRenderer, AHiddenSceneSaysWhenItHasFinished) {
    auto made = document(32, 32);
    made.scenes[0].phases.outro_ms = 500;
    made.scenes[0].layers.push_back(solid("s", {0, 0}, {32, 32}, white));
    auto renderer = opened(made, 32, 32);
    ASSERT_TRUE(renderer->prepare("main", {}).ok());
    OwnedPicture picture(32, 32);
    EXPECT_FALSE(renderer->draw(picture.view(), "main", {90, 14}, {30, 1}, {}));
    OwnedPicture empty(32, 32);
    EXPECT_TRUE(renderer->draw(empty.view(), "main", {90, 15}, {30, 1}, {}));
    EXPECT_EQ(luma(empty, 16, 16), black_level);
    EXPECT_TRUE(renderer->draw(empty.view(), "no such scene", {0, {}}, {30, 1}, {}));
}

// A group is faded as one picture: where its children overlap, nothing shines through (contract
// C.2).
TEST(OverlayRenderer, AGroupFadesAsOne) {
    auto made = document(64, 32);
    Layer group;
    group.layer_id = "g";
    group.kind = LayerKind::group;
    group.props[Property::opacity] = .5;
    group.layers.push_back(solid("under", {0, 0}, {40, 32}, white));
    group.layers.push_back(solid("over", {20, 0}, {40, 32}, white));
    made.scenes[0].layers.push_back(group);
    auto renderer = opened(made, 64, 32);
    ASSERT_TRUE(renderer->prepare("main", {}).ok());
    OwnedPicture picture = drawn(*renderer, 0, 64, 32);
    EXPECT_EQ(luma(picture, 10, 16), luma(picture, 30, 16));
    EXPECT_NEAR(luma(picture, 30, 16), (black_level + white_level) / 2, 1);
}

// Colours that change are drawn with the colour of the frame, not a neighbour's.
TEST(OverlayRenderer, AnimatedLooksAreMadeForEveryFrameInAdvance) {
    auto made = document(32, 32);
    Layer layer = solid("s", {0, 0}, {32, 32}, white);
    layer.tracks.push_back(track(Property::fill_color, {{0, Color{0, 0, 0, 255}, {}},
                                                        {1000, Color{255, 255, 255, 255}, {}}}));
    layer.tracks.push_back(track(Property::size, {{0, Pair{32, 32}, {}}, {500, Pair{32, 16}, {}}}));
    made.scenes[0].layers.push_back(layer);
    auto renderer = opened(made, 32, 32);
    ASSERT_TRUE(renderer->prepare("main", {}).ok());
    for (int n = 0; n <= 40; ++n) {
        OwnedPicture picture = drawn(*renderer, n, 32, 32);
        EXPECT_NEAR(luma(picture, 16, 4), black_level + 219.0 * std::min(n, 30) / 30, 1.0) << n;
        EXPECT_EQ(luma(picture, 16, 24) > black_level, n > 0 && n < 8) << n;
    }
    EXPECT_EQ(renderer->stand_ins(), 0);
}

TEST(OverlayRenderer, OtherTokensShowOnceTheyArePrepared) {
    auto made = document(256, 64);
    made.tokens["name"].default_value = std::string("I");
    Layer layer;
    layer.layer_id = "t";
    layer.kind = LayerKind::text;
    layer.text.content = "{{name}}";
    layer.text.box = Pair{256, 64};
    made.scenes[0].layers.push_back(layer);
    auto renderer = opened(made, 256, 64);
    const ocl::Tokens other{{"name", std::string("WWWWW")}};
    const auto ink = [&](const ocl::Tokens& tokens) {
        OwnedPicture picture = drawn(*renderer, 0, 256, 64, tokens);
        int sum = 0;
        for (int y = 0; y < 64; ++y) {
            for (int x = 0; x < 256; ++x) sum += luma(picture, x, y) - black_level;
        }
        return sum;
    };
    EXPECT_EQ(ink({}), 0);  // nothing is prepared yet
    ASSERT_TRUE(renderer->prepare("main", {}).ok());
    const int narrow = ink({});
    EXPECT_GT(narrow, 0);
    EXPECT_EQ(ink(other), narrow);  // stands in
    ASSERT_TRUE(renderer->prepare("main", other).ok());
    EXPECT_GT(ink(other), 3 * narrow);
    EXPECT_EQ(ink({}), narrow);  // both sets are there
}

TEST(OverlayRenderer, WhatItCannotDrawIsRefusedWithItsPlace) {
    auto made = document(64, 64);
    made.features_required = {"layer.lottie", "mask.alpha"};
    Layer moving = solid("child", {0, 0}, {8, 8}, white);
    moving.tracks.push_back(track(Property::opacity, {{0, 1.0, {}}}));
    Layer group;
    group.kind = LayerKind::group;
    group.layers.push_back(moving);
    group.props[Property::blur] = 3.0;
    group.tracks.push_back(track(Property::crop, {{0, contract::Quad{0, 0, 0, 0}, {}}}));
    made.scenes[0].layers = {group};
    const auto result = OverlayRenderer::open(made, MemoryAssets(), 64, 64);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::OCL_FEATURE_UNSUPPORTED);
    std::vector<std::string> pointers;
    for (const auto& detail : result.error().details) pointers.push_back(detail.pointer);
    const std::vector<std::string> expected{"/features_required/0", "/scenes/0/layers/0/props/blur",
                                            "/scenes/0/layers/0/tracks/0"};
    EXPECT_EQ(pointers, expected);
}

// A feature used but not required takes the layer's fallback, and is reported (contract C.12).
TEST(OverlayRenderer, AnOptionalFeatureFallsBackAndIsReported) {
    auto made = document(64, 64);
    made.features_used = {"layer.lottie", "token.feed", "x.unheard_of"};
    Layer unknown = solid("lottie", {0, 0}, {64, 64}, white);
    unknown.kind = LayerKind::lottie;
    unknown.on_missing = "placeholder";
    made.scenes[0].layers = {unknown};
    auto renderer = opened(made, 64, 64);
    std::vector<std::string> pointers;
    for (const Error& fault : renderer->faults()) {
        EXPECT_EQ(fault.code, ErrorCode::OCL_FEATURE_UNSUPPORTED);
        pointers.push_back(fault.details.at(0).pointer);
    }
    EXPECT_EQ(pointers, (std::vector<std::string>{"/features_used/2", "/scenes/0/layers/0"}));
    ASSERT_TRUE(renderer->prepare("main", {}).ok());
    OwnedPicture picture = drawn(*renderer, 0, 64, 64);
    EXPECT_GT(luma(picture, 20, 40), black_level);
    made.scenes[0].layers[0].on_missing = "fail_scene";
    EXPECT_EQ(OverlayRenderer::open(made, MemoryAssets(), 64, 64).error().code,
              ErrorCode::OCL_FEATURE_UNSUPPORTED);
}

std::string logo_bytes() {
    return read_file(std::filesystem::path(VISTTER_SOURCE_DIR) / "sim/demo/assets/logo.png",
                     1 << 20)
        .value();
}

OverlayDocument with_logo(const std::string& sha256, const std::string& on_missing) {
    auto made = document(64, 64);
    made.assets["logo"] = {"ast_logo", sha256, "image/png", 128, 128, 0};
    Layer layer;
    layer.layer_id = "logo";
    layer.kind = LayerKind::image;
    layer.asset = "logo";
    layer.props[Property::size] = Pair{64, 64};
    layer.on_missing = on_missing;
    made.scenes[0].layers.push_back(layer);
    return made;
}

// G3.10: a flipped byte is found before the first frame that would show it.
TEST(OverlayRenderer, AnAssetThatDoesNotHashIsNeverDrawn) {
    const std::string bytes = logo_bytes(), sha256 = crypto::sha256_hex(bytes);
    MemoryAssets assets;
    assets.files[sha256] = bytes;
    EXPECT_TRUE(opened(with_logo(sha256, "hide"), 64, 64, assets)->faults().empty());
    assets.files[sha256][bytes.size() / 2] ^= 1;
    const auto failed = OverlayRenderer::open(with_logo(sha256, "fail_scene"), assets, 64, 64);
    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(failed.error().code, ErrorCode::AST_HASH);
    auto hidden = opened(with_logo(sha256, "hide"), 64, 64, assets);
    ASSERT_EQ(hidden->faults().size(), 1u);
    EXPECT_EQ(hidden->faults()[0].code, ErrorCode::AST_HASH);
    EXPECT_EQ(hidden->faults()[0].details.at(0).pointer, "/scenes/0/layers/0");
    ASSERT_TRUE(hidden->prepare("main", {}).ok());
    OwnedPicture picture = drawn(*hidden, 0, 64, 64);
    EXPECT_EQ(luma(picture, 32, 32), black_level);
}

TEST(OverlayRenderer, MissingAndDamagedImagesFallBack) {
    const std::string garbage = "not a picture";
    MemoryAssets assets;
    assets.files[crypto::sha256_hex(garbage)] = garbage;
    const auto damaged = with_logo(crypto::sha256_hex(garbage), "fail_scene");
    EXPECT_EQ(OverlayRenderer::open(damaged, assets, 64, 64).error().code, ErrorCode::AST_DECODE);
    const auto missing = with_logo(std::string(64, '0'), "fail_scene");
    EXPECT_EQ(OverlayRenderer::open(missing, assets, 64, 64).error().code,
              ErrorCode::RES_NOT_FOUND);
    auto placeholder = opened(with_logo(std::string(64, '0'), "placeholder"), 64, 64, assets);
    ASSERT_TRUE(placeholder->prepare("main", {}).ok());
    OwnedPicture picture = drawn(*placeholder, 0, 64, 64);
    EXPECT_GT(luma(picture, 20, 40), black_level);
}

// Contract C.12: fail_scene takes the fallback scene, else the fallback image, else nothing.
TEST(OverlayRenderer, ASceneThatFailsIsReplacedAsTheDocumentSays) {
    const std::string logo = logo_bytes();
    MemoryAssets assets;
    assets.files[crypto::sha256_hex(logo)] = logo;
    auto made = with_logo(std::string(64, '0'), "fail_scene");
    made.assets["spare"] = {"ast_spare", crypto::sha256_hex(logo), "image/png", 128, 128, 0};
    contract::Scene calm;
    calm.scene_id = "calm";
    calm.layers = {solid("calm", {0, 0}, {8, 8}, white)};
    made.scenes.push_back(calm);
    EXPECT_FALSE(OverlayRenderer::open(made, assets, 64, 64).ok());
    made.fallbacks.image = "spare";
    auto by_image = opened(made, 64, 64, assets);
    made.fallbacks.scene = "calm";
    auto by_scene = opened(made, 64, 64, assets);
    for (auto* renderer : {by_image.get(), by_scene.get()}) {
        ASSERT_EQ(renderer->faults().size(), 1u);
        EXPECT_EQ(renderer->faults()[0].details.at(0).pointer, "/scenes/0/layers/0");
        ASSERT_TRUE(renderer->prepare("main", {}).ok());
    }
    OwnedPicture image = drawn(*by_image, 0, 64, 64), scene = drawn(*by_scene, 0, 64, 64);
    EXPECT_GT(luma(image, 32, 32), black_level);
    EXPECT_EQ(luma(scene, 4, 4), white_level);
    EXPECT_EQ(luma(scene, 32, 32), black_level);
    made.fallbacks.policy = "hide_all";
    EXPECT_EQ(OverlayRenderer::open(made, assets, 64, 64).error().code, ErrorCode::RES_NOT_FOUND);
}

TEST(OverlayRenderer, AnUnknownSceneIsNotFound) {
    auto renderer = opened(document(64, 64), 64, 64);
    EXPECT_EQ(renderer->prepare("other", {}).error().code, ErrorCode::RES_NOT_FOUND);
}

TEST(OverlayRenderer, ALayerTooLargeForMemoryIsRefused) {
    auto made = document(64, 64);
    Layer layer = solid("huge", {0, 0}, {16'384, 16'384}, white);
    layer.props[Property::scale] = Pair{64, 64};
    made.scenes[0].layers.push_back(layer);
    const Status status = opened(made, 64, 64)->prepare("main", {});
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::OCL_LIMIT);
    EXPECT_EQ(status.error().details.at(0).pointer, "/scenes/0/layers/0");
}

// Far outside, inside out, flat or huge: nothing is written past the picture (the sanitizers
// watch).
TEST(OverlayRenderer, ExtremePlacesAreHarmless) {
    for (const Pair place :
         {Pair{-32768, -32768}, Pair{32768, 32768}, Pair{-15.98, -15.02}, Pair{63.02, 63.98}}) {
        for (const Pair scale : {Pair{1, 1}, Pair{-1, 1}, Pair{0, 1}, Pair{64, -.01}}) {
            auto made = document(64, 64);
            Layer layer = solid("s", place, {16, 16}, white);
            layer.tracks.push_back(track(Property::scale, {{0, Pair{1, 1}, {}}, {500, scale, {}}}));
            layer.tracks.push_back(track(Property::rotation, {{0, 0.0, {}}, {500, 45.0, {}}}));
            made.scenes[0].layers.push_back(layer);
            auto renderer = opened(made, 64, 64);
            if (!renderer->prepare("main", {}).ok()) continue;  // OCL_LIMIT is an answer too
            for (int n = 0; n < 20; ++n) drawn(*renderer, n, 64, 64);
        }
    }
}

}  // namespace
}  // namespace vistter::render
