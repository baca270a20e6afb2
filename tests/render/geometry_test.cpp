// Placement (contract C.4): the published boxes, anchors, pivots, mappings and the rounding.
#include "render/geometry.hpp"

#include <gtest/gtest.h>

namespace vistter::render {
namespace {

using contract::Layer;
using contract::OverlayDocument;
using contract::Pair;

void expect_rect(const Rect& rect, double x, double y, double width, double height) {
    EXPECT_DOUBLE_EQ(rect.x, x);
    EXPECT_DOUBLE_EQ(rect.y, y);
    EXPECT_DOUBLE_EQ(rect.width, width);
    EXPECT_DOUBLE_EQ(rect.height, height);
}

// The numbers under the example document of contract C.1.
TEST(Geometry, ThePublishedExampleFallsWhereItSays) {
    const OverlayDocument document;
    const Rect title = area_of(document, "title", {}, {});
    expect_rect(title, 96, 54, 1728, 972);
    Layer bar;
    bar.anchor = {"title", "bottom_left"};
    bar.pivot = Pair{0, 1};
    ocl::LayerValues values;
    const Rect bar_box = untransformed_box(place(bar, title), values, {720, 120});
    expect_rect(bar_box, 96, 906, 720, 120);
    Layer line;
    line.anchor = {"layer:bar", "left"};
    line.pivot = Pair{0, .5};
    values.position = {24, 0};
    const Rect area = area_of(document, "layer:bar", {}, {{"bar", bar_box}});
    expect_rect(untransformed_box(place(line, area), values, {680, 60}), 120, 936, 680, 60);
}

TEST(Geometry, EveryPointHasItsFractionAndPivotsDefaultToIt) {
    const std::pair<const char*, Pair> points[] = {
        {"top_left", {0, 0}},    {"top", {.5, 0}},     {"top_right", {1, 0}},
        {"left", {0, .5}},       {"center", {.5, .5}}, {"right", {1, .5}},
        {"bottom_left", {0, 1}}, {"bottom", {.5, 1}},  {"bottom_right", {1, 1}}};
    for (const auto& [name, fraction] : points) {
        EXPECT_EQ(fraction_of(name), fraction) << name;
        Layer layer;
        layer.anchor.point = name;
        EXPECT_EQ(place(layer, {0, 0, 100, 100}).pivot, fraction) << name;
    }
}

TEST(Geometry, QuarterTurnsAreExactAndClockwise) {
    ocl::LayerValues values;
    for (const double turns : {0.0, 360.0, -720.0}) {
        values.rotation = 90 + turns;
        const Matrix m = layer_matrix({}, values, {10, 10});
        EXPECT_EQ(m.apply(1, 0), (Pair{0, 1}));  // right turns to down
        EXPECT_EQ(m.apply(0, 1), (Pair{-1, 0}));
    }
}

TEST(Geometry, ScaleAndRotationTurnAboutThePivot) {
    ocl::LayerValues values;
    values.scale = {2, -3};
    values.rotation = 33;
    values.position = {7, 9};
    const Placement placement{{100, 200}, {.25, .75}};
    const Pair pivot = layer_matrix(placement, values, {40, 80}).apply(10, 60);
    EXPECT_DOUBLE_EQ(pivot[0], 107);
    EXPECT_DOUBLE_EQ(pivot[1], 209);
}

TEST(Geometry, CanvasesMapToOutputsCentred) {
    OverlayDocument document;
    document.canvas_width = 400;
    document.canvas_height = 200;
    document.fit = "contain";
    EXPECT_EQ(output_mapping(document, 200, 200).apply(0, 0), (Pair{0, 50}));
    EXPECT_EQ(output_mapping(document, 200, 200).apply(400, 200), (Pair{200, 150}));
    document.fit = "cover";
    EXPECT_EQ(output_mapping(document, 200, 200).apply(0, 0), (Pair{-100, 0}));
    document.fit = "stretch";
    EXPECT_EQ(output_mapping(document, 200, 200).apply(400, 200), (Pair{200, 200}));
}

TEST(Geometry, TranslationsRoundTo64thsTiesToEven) {
    Matrix matrix;
    matrix.x0 = 1.5 / 64;
    matrix.y0 = 2.5 / 64;
    EXPECT_EQ(rounded(matrix).x0, 2.0 / 64);
    EXPECT_EQ(rounded(matrix).y0, 2.0 / 64);
}

TEST(Geometry, InverseUndoes) {
    const Matrix m{2, .5, -1, 3, 17, -4};
    const Pair there = m.apply(5, 6), back = inverse(m).apply(there[0], there[1]);
    EXPECT_NEAR(back[0], 5, 1e-12);
    EXPECT_NEAR(back[1], 6, 1e-12);
}

}  // namespace
}  // namespace vistter::render
