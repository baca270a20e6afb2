// Stages 5 and 6 of the compiler: tokens and assets.
#include "ocl/compile/token_names.hpp"
#include "ocl/compile_kit.hpp"

namespace vistter::ocl {
namespace {

using namespace test;

std::string normal(std::string_view text) {
    std::vector<TokenUse> uses;
    return normalised_text(text, uses);
}

TEST(CompileTokens, names_become_lower_case_with_underscores) {
    EXPECT_EQ(token_name("locationName"), "location_name");
    EXPECT_EQ(token_name("location_name"), "location_name");
    EXPECT_EQ(token_name("windSpeed2"), "wind_speed2");
    EXPECT_EQ(token_name("wind_Speed"), "wind_speed");
}

TEST(CompileTokens, every_way_to_write_a_reference_becomes_one) {
    EXPECT_EQ(normal("{{ locationName }}"), "{{location_name}}");
    EXPECT_EQ(normal("${locationName}!"), "{{location_name}}!");
    EXPECT_EQ(normal("{{windSpeed|fixed:1}} kn"), "{{wind_speed|fixed:1}} kn");
    EXPECT_EQ(normal("${windSpeed | unit:kn | int}"), "{{wind_speed| unit:kn | int}}");
}

TEST(CompileTokens, what_is_no_reference_stays) {
    EXPECT_EQ(normal("{x} $5 }} {{ open"), "{x} $5 }} {{ open");
    EXPECT_EQ(normal("\\{{braces}}"), "\\{{braces}}");
    EXPECT_EQ(normal("\\${dollar}"), "${dollar}");
    EXPECT_EQ(normal(""), "");
}

TEST(CompileTokens, an_undeclared_token_gets_the_type_its_filters_ask_for) {
    const Compiled made = compiled(scene_text(
        R"({"layer_id":"a","kind":"text","anchor":{"area":"title"},"text":{"box":[9,9],
            "content":"{{name|upper}} {{speed|fixed:0}} {{at|time:HH:mm}} {{name}}"}})"));
    ASSERT_FALSE(made.report.failed()) << told(made);
    EXPECT_EQ(made.document.tokens.at("name").type, "string");
    EXPECT_EQ(made.document.tokens.at("speed").type, "number");
    EXPECT_EQ(made.document.tokens.at("at").type, "datetime");
    EXPECT_EQ(made.report.issues().size(), 3u);
    EXPECT_EQ(made.report.issues().front().severity, Severity::warning);
    EXPECT_EQ(made.report.issues().front().authoring, "/scenes/0/layers/0/text/content");
    EXPECT_EQ(made.report.issues().front().ocl, "/scenes/0/layers/0");
}

TEST(CompileTokens, a_declared_token_keeps_its_declaration_under_the_new_name) {
    const Compiled made = compiled(scene_text(
        R"({"layer_id":"a","kind":"text","anchor":{"area":"title"},
            "text":{"content":"{{locationName}}","box":[9,9]}})",
        R"("tokens":{"locationName":{"type":"string","default":"Marina","max_length":9}},)"));
    ASSERT_FALSE(made.report.failed()) << told(made);
    EXPECT_TRUE(made.report.issues().empty());
    EXPECT_EQ(made.document.tokens.at("location_name").max_length, 9);
}

TEST(CompileTokens, two_names_that_become_one_are_told) {
    EXPECT_EQ(only_error(compiled(scene_text(
                  "", R"("tokens":{"aName":{"type":"string"},"a_name":{"type":"string"}},)"))),
              "OCL_TOKEN /tokens/a_name");
}

constexpr auto picture = R"({"layer_id":"a","kind":"image","asset":"logo"})";
constexpr auto files = R"("assets":{"logo":{"asset_id":"ast_logo","file":"logo.png",
    "media_type":"image/png"},"old":{"asset_id":"ast_old","file":"old.png","media_type":"image/png"}},)";
const std::string hash(64, 'a');

TEST(CompileAssets, a_file_gives_hash_size_and_the_pictures_own_size) {
    const Compiled made = compiled(scene_text(picture, files), everything(),
                                   {{"logo", {hash, 77, 320, 160}}, {"old", {hash, 1, 1, 1}}});
    ASSERT_FALSE(made.report.failed()) << told(made);
    ASSERT_EQ(made.document.assets.size(), 1u);  // nobody uses "old"
    const contract::OverlayAsset& logo = made.document.assets.at("logo");
    EXPECT_EQ(logo.sha256, hash);
    EXPECT_EQ(logo.size_bytes, 77);
    EXPECT_EQ(logo.width, 320);
    ASSERT_EQ(made.report.issues().size(), 1u);
    EXPECT_EQ(made.report.issues().front().severity, Severity::note);
    EXPECT_EQ(made.report.issues().front().authoring, "/assets/old");
}

TEST(CompileAssets, a_file_that_was_not_given_is_told) {
    EXPECT_EQ(
        only_error(compiled(scene_text(picture, files), everything(), {{"old", {hash, 1, 1, 1}}})),
        "AST_FETCH /assets/logo/file");
}

TEST(CompileAssets, a_file_that_is_not_what_the_scene_says_is_told) {
    const std::string said =
        R"("assets":{"logo":{"asset_id":"ast_logo","file":"logo.png","sha256":")" +
        std::string(64, 'b') + R"(","media_type":"image/png"}},)";
    EXPECT_EQ(
        only_error(compiled(scene_text(picture, said), everything(), {{"logo", {hash, 1, 1, 1}}})),
        "AST_HASH /assets/logo/sha256");
}

}  // namespace
}  // namespace vistter::ocl
