// What a document's author is told (contract C.1 to C.14): every fault in one pass with code and
// pointer, warnings apart. Each single rule has its sample in contract/samples/ocl.
#include <gtest/gtest.h>

#include <set>

#include "base/random.hpp"
#include "contract/json.hpp"
#include "contract/messages.hpp"
#include "contract/validate.hpp"

namespace vistter::ocl {
namespace {

using contract::validate_overlay;
namespace json = contract::json;

std::string document(const std::string& layers, const std::string& more = {}) {
    return R"({"ocl_version":"1.0","min_reader":"1.0","kind":"ocl.document","overlay_id":"ovl_x",)"
           R"("revision":1,"canvas":{"width":1000,"height":1000},)" +
           more + R"("scenes":[{"scene_id":"main","layers":[)" + layers + "]}]}";
}

std::set<std::string> told(const std::vector<contract::Finding>& findings) {
    std::set<std::string> lines;
    for (const auto& finding : findings)
        lines.insert(std::string(to_string(finding.code)) + " " + finding.pointer);
    return lines;
}

// G3.2: faults of form, of reference, of order, of features and of tokens, each where it is.
TEST(DocumentCheck, FaultsOfEveryKindComeInOnePass) {
    const std::string text = document(
        R"({"layer_id":"a","kind":"solid","glow":1,"props":{"opacity":2},"blend":"add"},)"
        R"({"layer_id":"a","kind":"image","anchor":{"area":"layer:z"}},)"
        R"({"layer_id":"t","kind":"text","text":{"content":"{{no}}"},"tracks":[)"
        R"({"property":"opacity","keyframes":[{"t_ms":5,"value":0,"ease":"jump"},{"t_ms":1,"value":1}]}]},)"
        R"({"layer_id":"c","kind":"solid","clip":{"type":"rect","inset":[1,0,0,0]}})",
        R"("tokens":{"w":{"type":"number","default":"x"}},"fallbacks":{"scene":"none"},)");
    const std::string layers = "/scenes/0/layers/";
    EXPECT_EQ(
        told(validate_overlay(text).faults),
        (std::set<std::string>{
            "VAL_SCHEMA " + layers + "0/glow", "VAL_RANGE " + layers + "0/props/opacity",
            "OCL_FEATURE_UNDECLARED " + layers + "0/blend", "VAL_SCHEMA " + layers + "1",
            "VAL_DUPLICATE_ID " + layers + "1/layer_id",
            "OCL_REFERENCE " + layers + "1/anchor/area", "OCL_TOKEN " + layers + "2/text/content",
            "OCL_EASE " + layers + "2/tracks/0/keyframes/0/ease",
            "OCL_KEY_ORDER " + layers + "2/tracks/0/keyframes/1/t_ms",
            "VAL_RANGE " + layers + "3/clip/inset", "OCL_TOKEN /tokens/w/default",
            "OCL_REFERENCE /fallbacks/scene"}));
}

TEST(DocumentCheck, WhatIsNoDocumentHasOneFault) {
    EXPECT_EQ(told(validate_overlay("[]").faults), std::set<std::string>{"VAL_SCHEMA "});
    EXPECT_EQ(told(validate_overlay("{").faults), std::set<std::string>{"VAL_JSON "});
}

std::string text_layer(const std::string& rest) {
    return R"({"layer_id":"t","kind":"text","text":{"content":"x","box":[200,50]},)" + rest + "}";
}

std::set<std::string> warnings(const std::string& layers) {
    const auto verdict = validate_overlay(document(layers));
    EXPECT_TRUE(verdict.faults.empty()) << *told(verdict.faults).begin();
    return told(verdict.warnings);
}

// C.4: never an error. The title area of this canvas is 50 to 950.
TEST(DocumentCheck, ATextOutsideTheTitleAreaIsWarnedOf) {
    const std::set<std::string> none, one{"OCL_SAFE_AREA /scenes/0/layers/0"};
    EXPECT_EQ(warnings(text_layer(R"("anchor":{"area":"title","point":"top_left"})")), none);
    EXPECT_EQ(warnings(text_layer(R"("anchor":{"area":"title","point":"bottom_right"})")), none);
    EXPECT_EQ(warnings(text_layer(R"("anchor":{"area":"canvas","point":"top_left"})")), one);
    EXPECT_EQ(warnings(text_layer(R"("props":{"position":[50,50]})")), none);
    EXPECT_EQ(warnings(text_layer(R"("props":{"position":[751,50]})")), one);
    EXPECT_EQ(warnings(text_layer(R"("anchor":{"area":"title","point":"top_left"},"pivot":[1,0])")),
              one);
    // A text that rests inside is not told of, wherever it comes from.
    const auto moving = [](const std::string& end) {
        return text_layer(
            R"("tracks":[{"property":"position","keyframes":[{"t_ms":0,"value":[-300,500]},)"
            R"({"t_ms":500,"value":)" +
            end + "}]}]");
    };
    EXPECT_EQ(warnings(moving("[60,500]")), none);
    EXPECT_EQ(warnings(moving("[20,500]")), one);
    // Nothing is known of a measured, turned or growing text.
    EXPECT_EQ(warnings(R"({"layer_id":"t","kind":"text","text":{"content":"x"}})"), none);
    EXPECT_EQ(warnings(text_layer(R"("props":{"rotation":30})")), none);
}

TEST(DocumentCheck, ATextIsFollowedIntoItsGroupAndBesideItsNeighbour) {
    const auto group = [](const std::string& at) {
        return R"({"layer_id":"g","kind":"group","props":{"size":[300,100],"position":)" + at +
               R"(},"layers":[)" + text_layer(R"("anchor":{"area":"parent","point":"top_left"})") +
               "]}";
    };
    EXPECT_TRUE(warnings(group("[60,60]")).empty());
    EXPECT_EQ(warnings(group("[20,60]")),
              std::set<std::string>{"OCL_SAFE_AREA /scenes/0/layers/0/layers/0"});
    const auto beside = [](const std::string& at) {
        return R"({"layer_id":"b","kind":"solid","props":{"size":[300,100],"position":)" + at +
               R"(}},)" + text_layer(R"("anchor":{"area":"layer:b","point":"right"})");
    };
    EXPECT_TRUE(warnings(beside("[600,60]")).empty());
    EXPECT_EQ(warnings(beside("[700,60]")),
              std::set<std::string>{"OCL_SAFE_AREA /scenes/0/layers/1"});
}

// C.13 at any instant: half-open intervals, groups' own times included.
TEST(DocumentCheck, LayersAreCountedAtTheInstantTheyShareOnly) {
    const auto layers = [](int count, const std::string& times, const std::string& prefix) {
        std::string list;
        for (int i = 0; i < count; ++i) {
            list += (i ? "," : "") + (R"({"layer_id":")" + prefix) + std::to_string(i) +
                    R"(","kind":"solid","props":{"size":[10,10]})" + times + "}";
        }
        return list;
    };
    const auto is_valid = [](const std::string& list) {
        return validate_overlay(document(list)).faults.empty();
    };
    EXPECT_TRUE(is_valid(layers(32, "", "a")));
    EXPECT_FALSE(is_valid(layers(33, "", "a")));
    const std::string first = layers(32, R"(,"out_ms":100)", "a");
    EXPECT_TRUE(is_valid(first + "," + layers(32, R"(,"in_ms":100)", "b")));
    EXPECT_FALSE(is_valid(first + "," + layers(1, R"(,"in_ms":99)", "b")));
    const std::string group = R"({"layer_id":"g","kind":"group","in_ms":100,"layers":[)";
    EXPECT_TRUE(is_valid(first + "," + group + layers(32, "", "b") + "]}"));
    EXPECT_FALSE(is_valid(layers(32, "", "a") + "," + group + layers(1, "", "b") + "]}"));
}

// Values of every wrong type and range at every place: judged, never a crash, and nothing is
// accepted by one judge that the other refuses.
TEST(DocumentCheck, AnyMutationOfAFullDocumentIsJudged) {
    const std::string text = document(
        R"({"layer_id":"s","kind":"image_sequence","playback":{"assets":["p"],"loop":"repeat",)"
        R"("rate":{"num":25,"den":1}}},)"
        R"({"layer_id":"g","kind":"group","clip":{"type":"rect","inset":[0,0,0,0]},"layers":[)"
        R"({"layer_id":"t","kind":"text","text":{"content":"{{w|fixed:1}}","shadow":{"offset":[1,1]}},)"
        R"("mask":{"layer_id":"s","mode":"alpha"},"fallback":{"on_missing":"asset:p"},"tracks":[)"
        R"({"property":"position","keyframes":[{"t_ms":0,"value":[1,2],"ease":{"cubic_bezier":[0,0,1,1]}},)"
        R"({"t_ms":9,"value":[3,4]}]}]}]})",
        R"("assets":{"p":{"asset_id":"ast_p","sha256":")" + std::string(64, 'a') +
            R"(","media_type":"image/png","width":9,"height":9}},)"
            R"("tokens":{"w":{"type":"number","source":"feed:a","max_age_s":9,"on_stale":"last"}},)"
            R"("features_used":["layer.image_sequence","mask.alpha","token.feed"],)");
    const json::Value whole = json::parse(text, 1 << 20).value();
    const std::uint64_t seed = 4;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SeededRandom random(seed);
    const json::Value odd[] = {nullptr, true, -1, 0.5, "x", 1e18, json::Array{}, json::Object{}};
    const auto mutate = [&](auto& self, json::Value& value) -> void {
        if (random.below(12) == 0) {
            value = odd[random.below(std::size(odd))];
        } else if (value.is_object() && !value.get_object().empty()) {
            auto& object = value.get_object();
            const auto chosen = random.below(object.size());
            auto member = object.begin() + static_cast<std::ptrdiff_t>(chosen);
            if (random.below(12) == 0) {
                object.erase(member);
            } else {
                self(self, member->value());
            }
        } else if (value.is_array() && !value.get_array().empty()) {
            self(self, value.get_array()[random.below(value.get_array().size())]);
        } else {
            value = odd[random.below(std::size(odd))];
        }
    };
    for (int i = 0; i < 3000; ++i) {
        json::Value changed = whole;
        mutate(mutate, changed);
        if (random.below(3) == 0) mutate(mutate, changed);
        const std::string bytes = boost::json::serialize(changed);
        const bool valid = validate_overlay(bytes).faults.empty();
        const auto read = contract::parse_overlay_document(bytes);
        ASSERT_TRUE(valid || !read.ok()) << bytes;
    }
}

}  // namespace
}  // namespace vistter::ocl
