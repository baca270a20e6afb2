// Stage 2 of the compiler: shares and stacks.
#include "ocl/compile_kit.hpp"

namespace vistter::ocl {
namespace {

using contract::Pair;
using contract::Property;
using namespace test;

TEST(CompileLayout, a_share_is_of_the_area_the_layer_is_anchored_to) {
    const auto layers = layers_of(scene_text(
        R"({"layer_id":"a","kind":"solid","props":{"size":["50%",100],"position":["10%","12.5%"]}},
           {"layer_id":"b","kind":"solid","anchor":{"area":"title"},"props":{"size":["100%","50%"]}},
           {"layer_id":"c","kind":"solid","anchor":{"area":"layer:a"},"props":{"size":["25%","100%"]}})"));
    EXPECT_EQ(prop<Pair>(layers.at(0), Property::size), (Pair{960, 100}));
    EXPECT_EQ(prop<Pair>(layers.at(0), Property::position), (Pair{192, 135}));
    EXPECT_EQ(prop<Pair>(layers.at(1), Property::size), (Pair{1728, 486}));
    EXPECT_EQ(prop<Pair>(layers.at(2), Property::size), (Pair{240, 100}));
    EXPECT_EQ(layers.at(2).anchor.area, "layer:a");
}

TEST(CompileLayout, keys_of_position_and_size_take_shares_too) {
    const auto layers = layers_of(scene_text(
        R"({"layer_id":"a","kind":"solid","tracks":[{"property":"position","keyframes":[
              {"t":0,"value":["-100%",0]},{"t":"1s","value":["50%","50%"]}]}]})"));
    const auto& keys = layers.at(0).tracks.at(0).keyframes;
    EXPECT_EQ(std::get<Pair>(keys.at(0).value), (Pair{-1920, 0}));
    EXPECT_EQ(std::get<Pair>(keys.at(1).value), (Pair{960, 540}));
}

TEST(CompileLayout, a_share_of_an_unknown_size_is_told) {
    EXPECT_EQ(only_error(compiled(scene_text(
                  R"({"layer_id":"a","kind":"text","text":{"content":"measured on air"}},
                     {"layer_id":"b","kind":"solid","anchor":{"area":"layer:a"},
                      "props":{"size":["50%",10]}})"))),
              "OCL_REFERENCE /scenes/0/layers/1/props/size");
}

TEST(CompileLayout, a_stack_places_its_layers_and_sizes_itself) {
    const auto layers = layers_of(scene_text(
        R"({"layer_id":"row","kind":"group","stack":{"direction":"row","gap":10,"padding":4,"align":"center"},
            "layers":[{"layer_id":"a","kind":"solid","props":{"size":[100,20]}},
                      {"layer_id":"b","kind":"solid","pivot":[0.5,0.5],"props":{"size":[50,40]}},
                      {"layer_id":"c","kind":"text","text":{"content":"c","box":[30,30]},
                       "props":{"position":[1,2]}}]})"));
    const auto& row = layers.at(0);
    EXPECT_EQ(prop<Pair>(row, Property::size), (Pair{100 + 10 + 50 + 10 + 30 + 8, 40 + 8}));
    EXPECT_EQ(prop<Pair>(row.layers.at(0), Property::position), (Pair{4, 14}));
    EXPECT_EQ(prop<Pair>(row.layers.at(1), Property::position), (Pair{114 + 25, 4 + 20}));
    EXPECT_EQ(prop<Pair>(row.layers.at(2), Property::position), (Pair{174 + 1, 9 + 2}));
    EXPECT_EQ(row.layers.at(2).anchor.area, "parent");
}

TEST(CompileLayout, a_column_of_given_size_aligns_to_its_end) {
    const auto layers = layers_of(scene_text(
        R"({"layer_id":"col","kind":"group","props":{"size":[200,300]},
            "stack":{"direction":"column","align":"end","gap":"1%"},
            "layers":[{"layer_id":"a","kind":"solid","props":{"size":["50%",20]}},
                      {"layer_id":"b","kind":"solid","props":{"size":[50,40]}}]})"));
    const auto& column = layers.at(0);
    EXPECT_EQ(prop<Pair>(column, Property::size), (Pair{200, 300}));
    EXPECT_EQ(prop<Pair>(column.layers.at(0), Property::position), (Pair{100, 0}));
    EXPECT_EQ(prop<Pair>(column.layers.at(1), Property::position), (Pair{150, 20 + 10.8}));
}

TEST(CompileLayout, a_stack_needs_to_know_sizes) {
    EXPECT_EQ(only_error(compiled(scene_text(
                  R"({"layer_id":"g","kind":"group","stack":{"direction":"row"},
                      "layers":[{"layer_id":"t","kind":"text","text":{"content":"?"}}]})"))),
              "OCL_REFERENCE /scenes/0/layers/0/layers/0");
}

TEST(CompileLayout, the_target_gives_the_canvas_where_the_scene_gives_none) {
    contract::CompileTarget target = everything();
    target.canvas = {1280, 720};
    target.locale = "hr";
    const std::string layer = R"({"layer_id":"a","kind":"solid","props":{"size":["50%","50%"]}})";
    const Compiled made = compiled(scene_text(layer), target);
    ASSERT_FALSE(made.report.failed()) << told(made);
    EXPECT_EQ(made.document.canvas_width, 1280);
    EXPECT_EQ(made.document.locale, "hr");
    EXPECT_EQ(prop<Pair>(made.document.scenes[0].layers[0], Property::size), (Pair{640, 360}));
    const Compiled own = compiled(
        scene_text(layer, R"("canvas":{"width":1000,"height":1000},"locale":"en",)"), target);
    EXPECT_EQ(own.document.canvas_width, 1000);
    EXPECT_EQ(own.document.locale, "en");
}

}  // namespace
}  // namespace vistter::ocl
