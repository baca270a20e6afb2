// Stages 7 and 8 of the compiler: what the target has, takes and reads.
#include "ocl/compile_kit.hpp"

namespace vistter::ocl {
namespace {

using contract::LayerKind;
using contract::Property;
using namespace test;

contract::CompileTarget nothing() {
    contract::CompileTarget target;
    target.name = "Pier";
    return target;
}

constexpr auto svg_asset = R"("assets":{
    "logo":{"asset_id":"ast_l","media_type":"image/svg+xml","size_bytes":9,
      "sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
    "flat":{"asset_id":"ast_f","media_type":"image/png","size_bytes":9,"width":8,"height":8,
      "sha256":"60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"}},)";

std::string svg(const std::string& more) {
    return scene_text(
        R"({"layer_id":"a","kind":"svg","asset":"logo","props":{"size":[10,10]})" + more + "}",
        svg_asset);
}

// C.15 stage 7: required iff the author marked the layer essential or gave no fallback.
TEST(CompileFeatures, required_unless_something_stands_in) {
    const auto required = [](const std::string& more) {
        const Compiled made = compiled(svg(more));
        EXPECT_FALSE(made.report.failed()) << told(made);
        EXPECT_EQ(made.document.features_used, std::vector<std::string>{"layer.svg"});
        return !made.document.features_required.empty();
    };
    EXPECT_TRUE(required(""));
    EXPECT_FALSE(required(R"(,"fallback":{"on_missing":"hide"})"));
    EXPECT_TRUE(required(R"(,"fallback":{"on_missing":"hide"},"essential":true)"));
    EXPECT_TRUE(required(R"(,"fallback":{"on_missing":"fail_scene"})"));
}

// G3.15, G3.16: refused with the target's name, or compiled without, as the author chose.
TEST(CompileFeatures, an_essential_construct_is_refused_by_the_targets_name) {
    const Compiled made = compiled(svg(""), nothing());
    EXPECT_EQ(only_error(made), "OCL_FEATURE_UNSUPPORTED /scenes/0/layers/0");
    EXPECT_NE(made.report.issues().front().text.find("Pier"), std::string::npos);
    EXPECT_TRUE(made.text.empty());
}

TEST(CompileFeatures, a_fallback_is_taken_when_the_scene_is_compiled) {
    const auto layer = [](const std::string& rule) {
        const Compiled made =
            compiled(svg(R"(,"fallback":{"on_missing":")" + rule + "\"}"), nothing());
        EXPECT_FALSE(made.report.failed()) << told(made);
        EXPECT_TRUE(made.document.features_used.empty());
        EXPECT_EQ(made.report.issues().front().severity, Severity::warning);
        return made.document.scenes.at(0).layers.at(0);
    };
    EXPECT_FALSE(prop<bool>(layer("hide"), Property::visible));
    EXPECT_EQ(layer("asset:flat").kind, LayerKind::image);
    EXPECT_EQ(layer("asset:flat").asset, "flat");
    EXPECT_EQ(layer("placeholder").kind, LayerKind::solid);
}

TEST(CompileFeatures, effects_are_left_out_but_for_essential_layers) {
    const std::string layers =
        R"({"layer_id":"m","kind":"solid","props":{"size":[9,9]}},
           {"layer_id":"a","kind":"solid","blend":"screen","mask":{"layer_id":"m","mode":"alpha"},
            "props":{"blur":4,"size":[9,9]})";
    const Compiled with = compiled(scene_text(layers + "}"));
    ASSERT_FALSE(with.report.failed()) << told(with);
    EXPECT_EQ(with.document.features_used,
              (std::vector<std::string>{"blend.modes", "effect.blur", "mask.alpha"}));
    EXPECT_TRUE(with.document.features_required.empty());
    const Compiled without = compiled(scene_text(layers + "}"), nothing());
    ASSERT_FALSE(without.report.failed()) << told(without);
    const auto& drawn = without.document.scenes.at(0).layers;
    EXPECT_EQ(drawn.at(1).blend, "normal");
    EXPECT_FALSE(drawn.at(1).mask.has_value());
    EXPECT_FALSE(drawn.at(1).props.contains(Property::blur));
    EXPECT_FALSE(prop<bool>(drawn.at(0), Property::visible));  // a mask is not painted
    EXPECT_TRUE(compiled(scene_text(layers + R"(,"essential":true})"), nothing()).report.failed());
}

TEST(CompileFeatures, scripts_and_feeds) {
    const Compiled made = compiled(scene_text(
        R"({"layer_id":"a","kind":"text","text":{"content":"שלום {{wind}}","box":[9,9]},
            "fallback":{"on_missing":"hide"}})",
        R"("tokens":{"wind":{"type":"number","source":"feed:weather","path":"/w","default":0}},)"));
    ASSERT_FALSE(made.report.failed()) << told(made);
    EXPECT_EQ(made.document.features_used, (std::vector<std::string>{"text.rtl", "token.feed"}));
    EXPECT_TRUE(made.document.features_required.empty());
    const Compiled plain = compiled(scene_text("", R"("tokens":{"wind":{"type":"number",
        "source":"feed:weather","path":"/w","max_age_s":60,"on_stale":"default","default":0}},)"),
                                    nothing());
    ASSERT_FALSE(plain.report.failed()) << told(plain);
    EXPECT_EQ(plain.document.tokens.at("wind").source, "static");
}

// G3.15
TEST(CompileTarget, a_target_that_reads_another_version_is_named) {
    contract::CompileTarget target = nothing();
    target.versions = {"2.0"};
    const Compiled made = compiled(scene_text(""), target);
    EXPECT_EQ(only_error(made), "OCL_VERSION ");
    EXPECT_NE(told(made).find("Pier reads no OCL 1.x"), std::string::npos);
}

TEST(CompileTarget, its_limits_are_kept) {
    const std::string two =
        R"({"layer_id":"g","kind":"group","layers":[{"layer_id":"a","kind":"solid","enter":"zoom_in"}]})";
    for (const auto& [name, most, at] : {std::tuple("layers_per_scene", 1, "/scenes/0/layers"),
                                         {"group_depth", 0, "/scenes/0/layers"},
                                         {"tracks_per_layer", 1, "/scenes/0/layers"},
                                         {"keys_per_track", 1, "/scenes/0/layers"},
                                         {"keys_per_document", 3, "/scenes"},
                                         {"scenes", 0, "/scenes"},
                                         {"document_bytes", 100, ""}}) {
        contract::CompileTarget target = nothing();
        target.limits[name] = most;
        EXPECT_EQ(only_error(compiled(scene_text(two), target)), std::string("OCL_LIMIT ") + at)
            << name;
        target.limits[name] = 10'000;
        EXPECT_FALSE(compiled(scene_text(two), target).report.failed()) << name;
    }
}

// What only the finished document shows is told in the author's words and at the author's place.
TEST(CompileTarget, the_public_schemas_faults_point_into_the_authoring_file) {
    const Compiled made = compiled(scene_text(
        R"({"layer_id":"t","use":"late"})",
        R"("templates":{"late":{"layer":{"layer_id":"x","kind":"solid","in":"2s","out":"1s"}}},)"));
    EXPECT_EQ(only_error(made), "OCL_SCHEMA /scenes/0/layers/0/out");
    EXPECT_EQ(made.report.issues().front().ocl, "/scenes/0/layers/0/out_ms");
}

TEST(CompileTarget, text_outside_the_title_area_is_a_warning) {
    const Compiled made = compiled(
        scene_text(R"({"layer_id":"t","kind":"text","text":{"content":"edge","box":[100,40]}})"));
    ASSERT_FALSE(made.report.failed()) << told(made);
    ASSERT_EQ(made.report.issues().size(), 1u) << told(made);
    EXPECT_EQ(made.report.issues().front().code, ErrorCode::OCL_SAFE_AREA);
    EXPECT_EQ(made.report.issues().front().severity, Severity::warning);
}

}  // namespace
}  // namespace vistter::ocl
