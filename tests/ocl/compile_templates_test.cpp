// Stage 1 of the compiler: templates, styles, variables.
#include "ocl/compile_kit.hpp"

namespace vistter::ocl {
namespace {

using contract::Color;
using contract::Pair;
using contract::Property;
using namespace test;

TEST(CompileTemplates, a_variable_stands_for_any_value) {
    const auto layers = layers_of(scene_text(
        R"({"layer_id":"a","kind":"solid","props":{"size":"$area","fill_color":"$brand"}})",
        R"("variables":{"area":[10,20],"brand":"#01020304"},)"));
    EXPECT_EQ(prop<Pair>(layers.at(0), Property::size), (Pair{10, 20}));
    EXPECT_EQ(prop<Color>(layers.at(0), Property::fill_color), (Color{1, 2, 3, 4}));
}

TEST(CompileTemplates, a_variable_may_name_another_but_not_itself) {
    const std::string layer =
        R"({"layer_id":"a","kind":"text","text":{"content":"$title","box":[1,1]}})";
    const auto layers =
        layers_of(scene_text(layer, R"("variables":{"title":"$name","name":"Marina"},)"));
    EXPECT_EQ(layers.at(0).text.content, "Marina");
    EXPECT_EQ(only_error(
                  compiled(scene_text(layer, R"("variables":{"title":"$name","name":"$title"},)"))),
              "VAL_REFERENCE /variables/name");
}

TEST(CompileTemplates, two_dollars_are_one_and_a_price_is_no_variable) {
    const auto content = [](const std::string& text) {
        return layers_of(scene_text(R"({"layer_id":"a","kind":"text","text":{"content":")" + text +
                                    R"(","box":[1,1]}})"))
            .at(0)
            .text.content;
    };
    EXPECT_EQ(content("$$title"), "$title");
    EXPECT_EQ(content("$5 a day"), "$5 a day");
}

TEST(CompileTemplates, a_variable_of_the_wrong_type_is_told_where_it_is_used) {
    const Compiled made =
        compiled(scene_text(R"({"layer_id":"a","kind":"solid","props":{"opacity":"$much"}})",
                            R"("variables":{"much":7},)"));
    EXPECT_EQ(only_error(made).substr(0, 3), "VAL");
    EXPECT_EQ(made.report.issues().front().authoring, "/scenes/0/layers/0/props/opacity");
}

TEST(CompileTemplates, an_unknown_name_is_told) {
    EXPECT_EQ(only_error(compiled(scene_text(R"({"layer_id":"a","use":"nothing"})"))),
              "VAL_REFERENCE /scenes/0/layers/0/use");
    EXPECT_EQ(
        only_error(compiled(scene_text(R"({"layer_id":"a","kind":"solid","style":"nothing"})"))),
        "VAL_REFERENCE /scenes/0/layers/0/style");
    EXPECT_EQ(only_error(compiled(
                  scene_text(R"({"layer_id":"a","kind":"solid","props":{"opacity":"$nothing"}})"))),
              "VAL_REFERENCE /scenes/0/layers/0/props/opacity");
}

TEST(CompileTemplates, a_style_lies_under_its_layer_and_over_what_it_extends) {
    const auto layers = layers_of(scene_text(
        R"({"layer_id":"a","kind":"text","style":"big","text":{"content":"x","align":"end","box":[1,1]}})",
        R"("styles":{"base":{"text":{"size_px":20,"align":"center","max_lines":2},
            "props":{"opacity":0.5}},"big":{"extends":"base","text":{"size_px":60}}},)"));
    EXPECT_EQ(layers.at(0).text.size_px, 60);
    EXPECT_EQ(layers.at(0).text.align, "end");
    EXPECT_EQ(layers.at(0).text.max_lines, 2);
    EXPECT_EQ(prop<double>(layers.at(0), Property::opacity), 0.5);
}

TEST(CompileTemplates, a_style_that_extends_itself_is_told) {
    EXPECT_EQ(
        only_error(compiled(scene_text(R"({"layer_id":"a","kind":"solid","style":"a"})",
                                       R"("styles":{"a":{"extends":"b"},"b":{"extends":"a"}},)"))),
        "VAL_REFERENCE /styles/b/extends");
}

constexpr auto plate = R"("templates":{"plate":{"variables":{"text":"none"},"layer":{
    "layer_id":"plate","kind":"group","props":{"size":[100,50]},"layers":[
      {"layer_id":"bar","kind":"solid"},
      {"layer_id":"label","kind":"text","anchor":{"area":"layer:bar"},
       "text":{"content":"$text","box":[10,10]}}]}}},)";

TEST(CompileTemplates, instances_have_their_own_ids_values_and_members) {
    const auto layers = layers_of(scene_text(R"({"layer_id":"p","use":"plate","with":{"text":"P"}},
                      {"layer_id":"q","use":"plate","props":{"position":[7,0]}})",
                                             plate));
    EXPECT_EQ(layers.at(0).layer_id, "p");
    EXPECT_EQ(layers.at(0).layers.at(1).layer_id, "p.label");
    EXPECT_EQ(layers.at(0).layers.at(1).anchor.area, "layer:p.bar");
    EXPECT_EQ(layers.at(0).layers.at(1).text.content, "P");
    EXPECT_EQ(layers.at(1).layers.at(1).text.content, "none");
    EXPECT_EQ(prop<Pair>(layers.at(1), Property::position), (Pair{7, 0}));
    EXPECT_EQ(prop<Pair>(layers.at(1), Property::size), (Pair{100, 50}));
}

TEST(CompileTemplates, a_template_may_hold_instances_but_not_itself) {
    const auto layers =
        layers_of(scene_text(R"({"layer_id":"two","use":"pair"})",
                             R"("templates":{"dot":{"layer":{"layer_id":"d","kind":"solid"}},
           "pair":{"layer":{"layer_id":"x","kind":"group","layers":[
             {"layer_id":"l","use":"dot"},{"layer_id":"r","use":"dot"}]}}},)"));
    EXPECT_EQ(layers.at(0).layers.at(1).layer_id, "two.r");
    const Compiled endless =
        compiled(scene_text(R"({"layer_id":"a","use":"t"})",
                            R"("templates":{"t":{"layer":{"layer_id":"x","kind":"group","layers":[
             {"layer_id":"y","use":"t"}]}}},)"));
    EXPECT_EQ(only_error(endless), "VAL_REFERENCE /templates/t/layer/layers/0/use");
}

// Sixteen levels of two instances each would be 65,536 layers.
TEST(CompileTemplates, templates_that_grow_without_end_are_stopped) {
    std::string templates = R"("templates":{"t0":{"layer":{"layer_id":"d","kind":"solid"}})";
    for (int i = 1; i < 15; ++i) {
        const std::string below = R"("use":"t)" + std::to_string(i - 1) + "\"";
        templates += R"(,"t)" + std::to_string(i) +
                     R"(":{"layer":{"layer_id":"g","kind":"group","layers":[{"layer_id":"l",)" +
                     below + R"(},{"layer_id":"r",)" + below + R"(},{"layer_id":"s",)" + below +
                     "}]}}";
    }
    const Compiled made = compiled(scene_text(R"({"layer_id":"a","use":"t14"})", templates + "},"));
    EXPECT_TRUE(made.report.failed());
    EXPECT_EQ(made.report.issues().back().code, ErrorCode::VAL_TOO_BIG);
}

}  // namespace
}  // namespace vistter::ocl
