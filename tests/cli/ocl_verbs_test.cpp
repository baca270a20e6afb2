// `vistter ocl eval` and `ocl render` as a person or a script meets them: the real program, its
// numbers, its picture and its exit codes.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>

#include "base/file.hpp"
#include "cli/verb.hpp"
#include "kit/temporary_folder.hpp"
#include "sim/kit/child_process.hpp"

namespace vistter::cli {
namespace {

constexpr std::int64_t deadline_ms = 30'000;

struct Outcome {
    int exit_code = -1;
    std::string output;  // lines joined by line feeds
    std::string errors;
};

class OclVerbs : public ::testing::Test {
  protected:
    Outcome run(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {std::string(VISTTER_BIN_DIR) + "/vistter", "ocl"});
        Outcome outcome;
        const std::string errors = (folder_ / "errors").string();
        auto child = sim::ChildProcess::start(
            {.argv = arguments, .log_file = errors, .extra_environment = {}});
        if (!child) return outcome;
        for (auto line = child->read_line(deadline_ms); line.ok();
             line = child->read_line(deadline_ms)) {
            outcome.output += *line + "\n";
        }
        outcome.exit_code = child->wait(deadline_ms).value_or(-1);
        if (auto text = read_file(errors, 1 << 20)) outcome.errors = *text;
        return outcome;
    }
    std::string write(const std::string& name, const std::string& text) {
        const std::string path = (folder_ / name).string();
        std::ofstream(path, std::ios::binary) << text;
        return path;
    }
    static std::string demo(const std::string& path) {
        return std::string(VISTTER_SOURCE_DIR) + "/sim/demo/" + path;
    }

    kit::TemporaryFolder folder_;
};

constexpr const char* golden_document = R"({
  "ocl_version": "1.0", "min_reader": "1.0", "kind": "ocl.document", "overlay_id": "ovl_golden",
  "revision": 1, "canvas": {"width": 1920, "height": 1080},
  "scenes": [{"scene_id": "s", "duration_ms": null, "layers": [
    {"layer_id": "a", "kind": "solid", "props": {"size": [10, 10]}, "tracks": [
      {"property": "opacity", "keyframes": [
        {"t_ms": 0, "value": 0, "ease": "ease-out"}, {"t_ms": 500, "value": 1, "ease": "hold"},
        {"t_ms": 4500, "value": 1, "ease": "ease-in"}, {"t_ms": 5000, "value": 0}]}]}]}]})";

// Every digit of the contract's golden vector arrives in the text, and B is included (rulings 5).
TEST_F(OclVerbs, EvalPrintsTheGoldenVectorToTheLastDigit) {
    const std::string file = write("golden.json", golden_document);
    const Outcome outcome =
        run({"eval", file, "--scene", "s", "--rate", "30000/1001", "--frames", "0..150", "--json"});
    ASSERT_EQ(outcome.exit_code, exit_ok) << outcome.errors;
    const auto frames = boost::json::parse(outcome.output).at("frames").as_array();
    ASSERT_EQ(frames.size(), 151u);
    EXPECT_EQ(frames[150].at("frame").as_int64(), 150);
    for (const char* digits :
         {"\"opacity\":0.10882113691299988,", "\"opacity\":0.6486403869040321,",
          "\"opacity\":0.9923901628432316,", "\"opacity\":0.9998484801377274,",
          "\"opacity\":0.7098953125289416,", "\"opacity\":0.09298416964397582,"}) {
        EXPECT_NE(outcome.output.find(digits), std::string::npos) << digits;
    }
    const auto& layer = frames[0].at("layers").at(0).as_object();
    for (const char* member : {"layer_id", "visible", "opacity", "position", "scale", "rotation"}) {
        EXPECT_TRUE(layer.contains(member)) << member;
    }
}

TEST_F(OclVerbs, EvalFollowsAHide) {
    const Outcome outcome = run({"eval", demo("overlays/lower_third.json"), "--scene",
                                 "lower_third", "--frames", "74..75", "--hide-at", "60", "--json"});
    ASSERT_EQ(outcome.exit_code, exit_ok) << outcome.errors;
    const auto frames = boost::json::parse(outcome.output).at("frames").as_array();
    EXPECT_FALSE(frames[0].at("finished").as_bool());
    EXPECT_TRUE(frames[1].at("finished").as_bool());  // 500 ms after the hide
}

TEST_F(OclVerbs, FaultsHaveTheirExitCodesAndPointers) {
    const std::string file = write("golden.json", golden_document);
    EXPECT_EQ(run({"eval", file, "--scene", "x", "--frames", "0..1"}).exit_code, exit_not_found);
    EXPECT_EQ(run({"eval", "no/such/file", "--scene", "s", "--frames", "0..1"}).exit_code,
              exit_not_found);
    EXPECT_EQ(run({"eval", file, "--scene", "s", "--frames", "5..1"}).exit_code, exit_usage);
    EXPECT_EQ(run({"eval", file, "--scene", "s", "--rate", "30", "--frames", "0..1"}).exit_code,
              exit_usage);
    EXPECT_EQ(run({"eval", file}).exit_code, exit_usage);
    std::string broken = golden_document;
    broken.replace(broken.find("ease-out"), 8, "ease-odd");
    const Outcome refused =
        run({"eval", write("broken.json", broken), "--scene", "s", "--frames", "0..1"});
    EXPECT_EQ(refused.exit_code, exit_failed);
    EXPECT_NE(refused.errors.find("/scenes/0/layers/0/tracks/0/keyframes/0/ease"),
              std::string::npos)
        << refused.errors;
    const Outcome token =
        run({"eval", file, "--scene", "s", "--frames", "0..1", "--token", "no=1", "--json"});
    EXPECT_EQ(token.exit_code, exit_failed);
    EXPECT_NE(token.output.find("\"OCL_TOKEN\""), std::string::npos) << token.output;
}

// G3.2: every fault with code, place and reason, and warnings that do not make a document invalid.
TEST_F(OclVerbs, ValidateSaysEveryFaultAtOnce) {
    const std::string samples = std::string(VISTTER_SOURCE_DIR) + "/contract/samples/ocl/document/";
    std::string broken = golden_document;
    broken.replace(broken.find("ease-out"), 8, "ease-odd");
    broken.replace(broken.find("\"solid\""), 7, "\"svg\"");
    const Outcome words = run({"validate", write("broken.json", broken)});
    EXPECT_EQ(words.exit_code, exit_failed);
    for (const char* said : {"not valid, 3 faults", "OCL_EASE", "OCL_FEATURE_UNDECLARED",
                             "/scenes/0/layers/0/tracks/0/keyframes/0/ease"}) {
        EXPECT_NE(words.output.find(said), std::string::npos) << said << words.output;
    }
    const std::string warned =
        std::string(VISTTER_SOURCE_DIR) + "/tests/golden/overlay/moving.json";
    const Outcome json = run({"validate", "--json", samples + "valid/svg.json", warned});
    EXPECT_EQ(json.exit_code, exit_ok) << json.errors;
    const auto files = boost::json::parse(json.output).at("files").as_array();
    EXPECT_TRUE(files[0].at("valid").as_bool());
    EXPECT_TRUE(files[0].at("warnings").as_array().empty());
    EXPECT_TRUE(files[1].at("valid").as_bool());
    EXPECT_EQ(files[1].at("warnings").at(0).at("code").as_string(), "OCL_SAFE_AREA");
}

TEST_F(OclVerbs, EvalStandsAtPausesAndLetsTokensGrowOld) {
    const std::string samples =
        std::string(VISTTER_SOURCE_DIR) + "/contract/samples/ocl/document/valid/";
    const Outcome steps = run({"eval", samples + "steps_and_pauses.json", "--scene", "main",
                               "--frames", "14..21", "--continue-at", "20", "--json"});
    ASSERT_EQ(steps.exit_code, exit_ok) << steps.errors;
    const auto frames = boost::json::parse(steps.output).at("frames").as_array();
    EXPECT_FALSE(frames[0].at("paused").as_bool());
    EXPECT_EQ(frames[1].at("cue_points").at(0).as_string(), "one");  // 500 ms: frame 15
    EXPECT_TRUE(frames[5].at("paused").as_bool());
    EXPECT_EQ(frames[5].at("scene_frame").as_int64(), 15);
    EXPECT_EQ(frames[7].at("scene_frame").as_int64(), 16);
    const auto wind_at = [&](const char* age) {
        const Outcome outcome =
            run({"eval", samples + "tokens_that_age.json", "--scene", "main", "--frames", "0..0",
                 "--token", "wind=10", "--token-age", std::string("wind=") + age, "--json"});
        EXPECT_EQ(outcome.exit_code, exit_ok) << outcome.errors;
        return boost::json::parse(outcome.output).at("frames").at(0).at("layers").at(0);
    };
    EXPECT_EQ(wind_at("600").at("content").as_string(), "19 kn");
    EXPECT_FALSE(wind_at("601").at("visible").as_bool());
    EXPECT_TRUE(wind_at("601").at("fallback").as_bool());
}

TEST_F(OclVerbs, RenderWritesAPictureOfTheSizeAskedFor) {
    const std::string out = (folder_ / "out.png").string();
    const Outcome outcome = run({"render", demo("overlays/bug.json"), "--scene", "bug", "--frame",
                                 "60", "--size", "640x360", "-o", out, "--json"});
    ASSERT_EQ(outcome.exit_code, exit_ok) << outcome.errors;
    const auto bytes = read_file(out, 8 << 20);
    ASSERT_TRUE(bytes.ok());
    EXPECT_TRUE(bytes->starts_with("\x89PNG"));
    EXPECT_EQ(bytes->substr(16, 8), std::string("\0\0\x02\x80\0\0\x01\x68", 8));  // IHDR: 640, 360
    EXPECT_TRUE(outcome.errors.empty())
        << outcome.errors;  // the logo was found beside the document
    EXPECT_EQ(boost::json::parse(outcome.output).at("width").as_int64(), 640);
}

TEST_F(OclVerbs, RenderIntoAFolderThatIsNotThereFails) {
    const std::string file = write("golden.json", golden_document);
    const Outcome outcome =
        run({"render", file, "--scene", "s", "-o", (folder_ / "no/such/out.png").string()});
    EXPECT_EQ(outcome.exit_code, exit_failed);
    EXPECT_NE(outcome.errors.find("SYS_STORAGE"), std::string::npos) << outcome.errors;
}

}  // namespace
}  // namespace vistter::cli
