// The compiler as a whole: the samples, the same bytes every time, and properties that hold for any
// scene.
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "contract/validate.hpp"
#include "contract/write_overlay.hpp"
#include "ocl/compile_kit.hpp"

namespace vistter::ocl {
namespace {

namespace fs = std::filesystem;
using namespace test;

std::vector<std::string> files_in(const std::string& folder) {
    std::vector<std::string> texts;
    for (const auto& entry :
         fs::directory_iterator(std::string(VISTTER_SOURCE_DIR) + "/contract/samples/" + folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        std::stringstream text;
        text << file.rdbuf();
        texts.push_back(text.str());
    }
    EXPECT_FALSE(texts.empty());
    return texts;
}

// G3.1
TEST(Compile, every_sample_compiles_to_a_valid_document) {
    for (const std::string& text : files_in("authoring/scene/valid")) {
        const Compiled made = compiled(text);
        ASSERT_FALSE(made.report.failed()) << told(made);
        EXPECT_TRUE(contract::validate_file(made.text).empty());
        EXPECT_EQ(made.sha256.size(), 64u);
    }
}

TEST(Compile, the_same_scene_gives_the_same_bytes) {
    for (const std::string& text : files_in("authoring/scene/valid")) {
        const Compiled first = compiled(text), second = compiled(text);
        EXPECT_EQ(first.text, second.text);
        EXPECT_EQ(first.sha256, second.sha256);
        EXPECT_EQ(told(first), told(second));
    }
}

// The one form of a document is its only form: reading and writing it changes nothing.
TEST(Compile, a_document_read_and_written_again_is_the_same_bytes) {
    for (const std::string& text : files_in("authoring/scene/valid")) {
        const Compiled made = compiled(text);
        const auto again = contract::read_overlay(made.text);
        ASSERT_TRUE(again.ok()) << describe(again.error());
        EXPECT_EQ(contract::write_overlay(*again), made.text);
    }
    for (const std::string& text : files_in("ocl/document/valid")) {
        if (text.find("\"ocl_version\"") == text.npos) continue;
        const auto document = contract::read_overlay(text);
        ASSERT_TRUE(document.ok()) << describe(document.error());
        const std::string once = contract::write_overlay(*document);
        const auto again = contract::read_overlay(once);
        ASSERT_TRUE(again.ok()) << describe(again.error()) << once;
        EXPECT_EQ(contract::write_overlay(*again), once);
    }
}

// Nothing in a result depends on the order in which an editor wrote members down.
TEST(Compile, order_of_members_does_not_matter) {
    const auto made = [](const char* layer) { return compiled(scene_text(layer)).text; };
    EXPECT_EQ(made(R"({"layer_id":"a","kind":"solid","props":{"opacity":0.5,"size":[1,2]}})"),
              made(R"({"props":{"size":[1,2],"opacity":0.5},"kind":"solid","layer_id":"a"})"));
}

// Random scenes of the authoring language: layers, groups, stacks, times in every spelling,
// transitions, easings, tokens.
class RandomScene {
  public:
    explicit RandomScene(unsigned seed) : random_(seed) {}

    std::string text() {
        const int count = pick(1, 5);
        std::string layers;
        for (int i = 0; i < count; ++i) layers += (i ? "," : "") + layer(0);
        const std::string rate =
            pick({R"({"num":25,"den":1})", R"({"num":30000,"den":1001})", R"({"num":60,"den":1})"});
        return scene_text(layers, R"("variables":{"gap":7,"ink":"#ffeeddcc"},)",
                          pick({"", R"("enter":"fade",)", R"("leave":"zoom_out",)"}) +
                              R"("phases":{"body":"hold"},)",
                          rate);
    }

  private:
    int pick(int low, int high) { return std::uniform_int_distribution(low, high)(random_); }
    std::string pick(const std::vector<std::string>& list) {
        return list[static_cast<std::size_t>(pick(0, static_cast<int>(list.size()) - 1))];
    }
    std::string length() {
        return pick({std::to_string(pick(1, 400)), "\"" + std::to_string(pick(1, 99)) + "%\"",
                     "\"" + std::to_string(pick(1, 99)) + ".5%\""});
    }
    std::string pair() { return "[" + length() + "," + length() + "]"; }
    std::string time(int frame) {
        const std::string two = (frame < 10 ? "0" : "") + std::to_string(frame);
        return pick({std::to_string(frame * 40), "\"" + std::to_string(frame) + "f\"",
                     "\"00:00:00:" + two + "\"", "\"t+" + std::to_string(frame) + "f\"",
                     "\"" + std::to_string(frame) + ".25s\""});
    }
    std::string ease() {
        return pick({"\"ease-in\"", "\"hold\"", "\"spring\"", "\"bounce-in-out\"",
                     "\"elastic-in-out\"", "\"back-out\"", R"({"cubic_bezier":[0.3,-1,0.6,2]})",
                     R"({"steps":{"count":4,"position":"jump-end"}})"});
    }
    std::string transition() {
        return R"({"name":")" +
               pick({"fade", "slide_left", "slide_up", "scale_in", "zoom_in", "zoom_out", "cut"}) +
               R"(","duration":)" + time(pick(1, 20)) + R"(,"ease":)" + ease() + "}";
    }
    std::string layer(int depth) {
        const std::string id = "l" + std::to_string(++ids_);
        std::string out = R"({"layer_id":")" + id + R"(","props":{"position":)" + pair() +
                          R"(,"size":)" + pair() + R"(,"fill_color":"$ink"},"anchor":{"area":)" +
                          pick({"\"canvas\"", "\"title\"", "\"action\""}) + "}";
        if (pick(0, 2) == 0) out += R"(,"enter":)" + transition();
        if (pick(0, 2) == 0) out += R"(,"leave":)" + transition();
        if (pick(0, 2) == 0) {
            out += R"(,"tracks":[{"property":"rotation","keyframes":[{"t":)" +
                   std::to_string(pick(0, 300)) + R"(,"value":0,"ease":)" + ease() +
                   R"(},{"t":"9s","value":)" + std::to_string(pick(-400, 400)) + "}]}]";
        }
        const int kind = pick(0, depth < 3 ? 3 : 2);
        if (kind == 0) return out + R"(,"kind":"solid"})";
        if (kind == 1) return out + R"(,"kind":"shape","shape":{"type":"ellipse"}})";
        if (kind == 2)
            return out + R"(,"kind":"text","text":{"content":"${someName} {{n|int}}","box":)" +
                   pair() + "}}";
        std::string children;
        for (int i = pick(1, 3); i > 0; --i) children += layer(depth + 1) + (i > 1 ? "," : "");
        if (pick(0, 1) == 0) out += R"(,"stack":{"direction":"column","gap":"$gap"})";
        return out + R"(,"kind":"group","layers":[)" + children + "]}";
    }

    std::mt19937 random_;
    int ids_ = 0;
};

TEST(Compile, any_scene_gives_a_valid_document_or_says_where_it_cannot) {
    int succeeded = 0;
    for (unsigned seed = 0; seed < 400; ++seed) {
        const std::string text = RandomScene(seed).text();
        const Compiled made = compiled(text);
        if (made.report.failed()) {
            for (const Issue& issue : made.report.issues())
                EXPECT_NE(issue.code, ErrorCode::SYS_INTERNAL);
            continue;
        }
        ++succeeded;
        EXPECT_TRUE(contract::validate_file(made.text).empty()) << text;
        EXPECT_EQ(compiled(text).text, made.text) << text;
        const auto again = contract::read_overlay(made.text);
        ASSERT_TRUE(again.ok());
        EXPECT_EQ(contract::write_overlay(*again), made.text);
    }
    EXPECT_GT(succeeded, 300);
}

// Every entry of a report points at something that is there, or at the nearest thing above it.
TEST(Compile, reports_point_into_the_file) {
    const Compiled made = compiled(scene_text(
        R"({"layer_id":"a","kind":"solid","props":{"opacity":"$x"},"enter":"$y","in":"t+99:99:99:99"},
           {"layer_id":"b","use":"none"})"));
    ASSERT_TRUE(made.report.failed());
    ASSERT_EQ(made.report.issues().size(), 3u) << told(made);
    EXPECT_EQ(made.report.issues()[0].authoring, "/scenes/0/layers/0/props/opacity");
    EXPECT_EQ(made.report.issues()[1].authoring, "/scenes/0/layers/0/enter");
    EXPECT_EQ(made.report.issues()[2].authoring, "/scenes/0/layers/1/use");
}

TEST(Compile, wrong_files_are_refused_with_every_fault) {
    const auto wrong = contract::parse_authoring(
        scene_text(R"({"layer_id":"a","kind":"solid","z":1},{"layer_id":"b","kind":"blob"})"));
    ASSERT_FALSE(wrong.ok());
    EXPECT_EQ(wrong.error().details.size(), 2u);
    EXPECT_FALSE(contract::parse_authoring("[]").ok());
    EXPECT_FALSE(contract::parse_compile_target(R"({"kind":"authoring.target"})").ok());
    const auto target = contract::parse_compile_target(
        R"({"kind":"authoring.target","ocl":{"versions":["1.0"],"features":["layer.svg"],
            "limits":{"scenes":4}},"canvas":{"width":640,"height":360},"locale":"de"})");
    ASSERT_TRUE(target.ok());
    EXPECT_EQ(target->limits.at("scenes"), 4);
    EXPECT_EQ((*target->canvas)[0], 640);
}

}  // namespace
}  // namespace vistter::ocl
