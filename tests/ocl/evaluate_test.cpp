// Every property of contract C.5 with its default, its mixing and its clamp, and layers in time.
#include "ocl/evaluate.hpp"

#include <gtest/gtest.h>

#include "ocl/document_kit.hpp"
#include "ocl/layer_values.hpp"

namespace vistter::ocl {
namespace {

using namespace kit;

TEST(Evaluate, DefaultsAreTheContracts) {
    const LayerState state = at(document({}), {0, {}});
    EXPECT_TRUE(state.visible);
    EXPECT_EQ(state.opacity, 1);
    EXPECT_EQ(state.position, (Pair{0, 0}));
    EXPECT_EQ(state.scale, (Pair{1, 1}));
    EXPECT_EQ(state.rotation, 0);
    EXPECT_FALSE(state.size);
    EXPECT_EQ(state.crop, (Quad{0, 0, 0, 0}));
    EXPECT_EQ(state.fill_color, (Color{255, 255, 255, 255}));
    EXPECT_FALSE(state.stroke_color);
    EXPECT_EQ(state.stroke_width, 0);
    EXPECT_EQ(state.corner_radius, 0);
    EXPECT_EQ(state.blur, 0);
    EXPECT_EQ(state.reveal, 1);
}

TEST(Evaluate, AnUnknownSceneIsNotFound) {
    const auto result = evaluate(document({}), "other", {0, {}}, {30, 1}, {});
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::RES_NOT_FOUND);
}

// G3.5, G3.6: half way between two keys every number is the mean, component by component.
TEST(Evaluate, NumbersMixPerComponent) {
    Layer layer;
    layer.kind = LayerKind::text;
    const auto add = [&](Property property, PropertyValue from, PropertyValue to) {
        layer.tracks.push_back(
            track(property, {{0, std::move(from), linear()}, {1000, std::move(to), {}}}));
    };
    add(Property::opacity, 0.0, 1.0);
    add(Property::position, Pair{0, 100}, Pair{10, -100});
    add(Property::scale, Pair{0, 1}, Pair{2, 3});
    add(Property::rotation, 350.0, 10.0);  // no shortest path
    add(Property::size, Pair{10, 20}, Pair{30, 60});
    add(Property::crop, Quad{0, 0, 0, 0}, Quad{.5, .25, .1, .2});
    add(Property::stroke_width, 2.0, 4.0);
    add(Property::corner_radius, 0.0, 8.0);
    add(Property::blur, 0.0, 3.0);
    add(Property::font_size, 20.0, 40.0);
    add(Property::reveal, 0.0, 1.0);
    const LayerState state = at(document(layer), {15, {}});
    EXPECT_EQ(state.opacity, .5);
    EXPECT_EQ(state.position, (Pair{5, 0}));
    EXPECT_EQ(state.scale, (Pair{1, 2}));
    EXPECT_EQ(state.rotation, 180);
    EXPECT_EQ(*state.size, (Pair{20, 40}));
    EXPECT_EQ(state.crop, (Quad{.25, .125, .05, .1}));
    EXPECT_EQ(state.stroke_width, 3);
    EXPECT_EQ(state.corner_radius, 4);
    EXPECT_EQ(state.blur, 1.5);
    EXPECT_EQ(state.font_size, 30);
    EXPECT_EQ(state.reveal, .5);
}

// Overshooting curves leave the keys' range; the property's own range still holds.
TEST(Evaluate, EveryPropertyIsClampedAfterMixing) {
    const Ease over{.kind = Ease::Kind::cubic, .x1 = 0, .y1 = 4, .x2 = 1, .y2 = 4, .points = {}};
    const Ease under{.kind = Ease::Kind::cubic, .x1 = 0, .y1 = -4, .x2 = 1, .y2 = -4, .points = {}};
    Layer layer;
    layer.kind = LayerKind::text;
    const auto add = [&](Property property, PropertyValue from, PropertyValue to,
                         const Ease& ease) {
        layer.tracks.push_back(
            track(property, {{0, std::move(from), ease}, {1000, std::move(to), {}}}));
    };
    add(Property::opacity, 0.0, 1.0, over);
    add(Property::position, Pair{0, 0}, Pair{32000, -32000}, over);
    add(Property::scale, Pair{0, 0}, Pair{60, -60}, over);
    add(Property::rotation, 0.0, -35000.0, over);
    add(Property::size, Pair{0, 100}, Pair{16000, 200}, over);
    add(Property::crop, Quad{0, 0, 0, 0}, Quad{1, 1, .1, .1}, over);
    add(Property::stroke_width, 0.0, 10.0, under);
    add(Property::corner_radius, 0.0, 10.0, under);
    add(Property::blur, 0.0, 10.0, under);
    add(Property::font_size, 500.0, 1000.0, over);
    add(Property::reveal, 0.0, 1.0, under);
    add(Property::fill_color, Color{0, 0, 0, 255}, Color{200, 100, 0, 255}, over);
    const LayerState state = at(document(layer), {15, {}});
    EXPECT_EQ(state.opacity, 1);
    EXPECT_EQ(state.position, (Pair{32768, -32768}));
    EXPECT_EQ(state.scale, (Pair{64, -64}));
    EXPECT_EQ(state.rotation, -36000);
    EXPECT_EQ((*state.size)[0], 16384);
    EXPECT_EQ(state.crop[0], 1);
    EXPECT_EQ(state.stroke_width, 0);
    EXPECT_EQ(state.corner_radius, 0);
    EXPECT_EQ(state.blur, 0);
    EXPECT_EQ(state.font_size, 1024);
    EXPECT_EQ(state.reveal, 0);
    EXPECT_EQ(state.fill_color, (Color{255, 255, 0, 255}));
    Layer low;
    low.tracks.push_back(track(Property::opacity, {{0, 0.0, under}, {1000, 1.0, {}}}));
    low.tracks.push_back(track(Property::size, {{0, Pair{0, 0}, under}, {1000, Pair{10, 10}, {}}}));
    EXPECT_EQ(at(document(low), {15, {}}).opacity, 0);
    EXPECT_EQ(*at(document(low), {15, {}}).size, (Pair{0, 0}));
}

TEST(Evaluate, ColoursMixPremultiplied) {
    // From invisible green to red: the green never shows.
    EXPECT_EQ(mix(Color{0, 255, 0, 0}, Color{255, 0, 0, 255}, .5), (Color{255, 0, 0, 128}));
    EXPECT_EQ(mix(Color{0, 0, 0, 255}, Color{255, 255, 255, 255}, .5), (Color{128, 128, 128, 255}));
    EXPECT_EQ(mix(Color{10, 20, 30, 40}, Color{200, 100, 50, 25}, 0), (Color{10, 20, 30, 40}));
    EXPECT_EQ(mix(Color{10, 20, 30, 40}, Color{200, 100, 50, 25}, 1), (Color{200, 100, 50, 25}));
    EXPECT_EQ(mix(Color{9, 9, 9, 0}, Color{7, 7, 7, 0}, .5), (Color{0, 0, 0, 0}));
}

// G3.3: two keys at one time; the second holds from that instant, the first is where the segment
// before it goes.
TEST(Evaluate, OfTwoKeysAtOneTimeTheSecondWins) {
    Layer layer;
    layer.tracks.push_back(
        track(Property::opacity,
              {{0, 0.0, linear()}, {1000, 1.0, linear()}, {1000, .25, linear()}, {2000, .75, {}}}));
    EXPECT_EQ(at(document(layer), {15, {}}).opacity, .5);
    EXPECT_EQ(at(document(layer), {30, {}}).opacity, .25);
    EXPECT_EQ(at(document(layer), {45, {}}).opacity, .5);
    EXPECT_EQ(at(document(layer), {600, {}}).opacity, .75);
}

TEST(Evaluate, BeforeTheFirstKeyAndAfterTheLastTheValueStands) {
    Layer layer;
    layer.props[Property::opacity] = 1.0;  // ignored: the property has a track
    layer.tracks.push_back(track(Property::opacity, {{500, .2, linear()}, {1000, .8, {}}}));
    EXPECT_EQ(at(document(layer), {0, {}}).opacity, .2);
    EXPECT_EQ(at(document(layer), {15, {}}).opacity, .2);
    EXPECT_EQ(at(document(layer), {300, {}}).opacity, .8);
}

TEST(Evaluate, DiscretePropertiesHold) {
    Layer layer;
    layer.kind = LayerKind::text;
    layer.text.content = "spec";
    layer.tracks.push_back(
        track(Property::content, {{0, std::string("one"), {}}, {500, std::string("two"), {}}}));
    layer.tracks.push_back(track(Property::visible, {{0, true, {}}, {1000, false, {}}}));
    EXPECT_EQ(at(document(layer), {14, {}}).content, "one");
    EXPECT_EQ(at(document(layer), {15, {}}).content, "two");
    EXPECT_TRUE(at(document(layer), {29, {}}).visible);
    EXPECT_FALSE(at(document(layer), {30, {}}).visible);
    Layer image;
    image.kind = LayerKind::image;
    image.asset = "day";
    image.tracks.push_back(track(
        Property::asset, {{1000, std::string("dusk"), {}}, {2000, std::string("night"), {}}}));
    EXPECT_EQ(at(document(image), {0, {}}).asset, "dusk");
    EXPECT_EQ(at(document(image), {60, {}}).asset, "night");
}

// A layer is there on every frame inside [in, out) and on no other, at every rate; neighbours never
// gap or overlap.
TEST(Evaluate, LayersAreThereInHalfOpenIntervals) {
    for (const Rate rate : {Rate{24, 1}, Rate{25, 1}, Rate{30000, 1001}, Rate{60000, 1001}}) {
        OverlayDocument made = document({});
        made.scenes[0].layers.clear();
        for (std::int64_t start = 0; start < 3000; start += 137) {
            Layer layer;
            layer.layer_id = std::to_string(start);
            layer.in_ms = start;
            layer.out_ms = start + 137;
            made.scenes[0].layers.push_back(layer);
        }
        for (std::int64_t n = 0; n < frame_at(3000, rate); ++n) {
            int seen = 0;
            const auto state = evaluate(made, "main", {n, {}}, rate, {}).value();
            for (const LayerState& layer : state.layers) seen += layer.visible;
            ASSERT_EQ(seen, 1) << n;
        }
    }
}

TEST(Evaluate, GroupsCarryTheirLayers) {
    Layer child;
    child.layer_id = "child";
    child.in_ms = 1000;
    Layer group;
    group.kind = LayerKind::group;
    group.layers.push_back(child);
    EXPECT_FALSE(at(document(group), {29, {}}).layers.at(0).visible);
    EXPECT_TRUE(at(document(group), {30, {}}).layers.at(0).visible);
}

TEST(Evaluate, ALayerWhoseTokenAsksForItIsHidden) {
    Layer layer;
    layer.kind = LayerKind::text;
    layer.text.content = "{{wind|fixed:0}} kn";
    OverlayDocument made = document(layer);
    made.tokens["wind"].on_missing = "hide_layer";
    EXPECT_FALSE(at(made, {0, {}}).visible);
    const LayerState state = at(made, {0, {}}, {30, 1}, {{"wind", 12.5}});
    EXPECT_TRUE(state.visible);
    EXPECT_EQ(state.content, "12 kn");
}

}  // namespace
}  // namespace vistter::ocl
