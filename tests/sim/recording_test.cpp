// The recording's reader measures what is there, and the tool says the same in JSON and by its exit
// code.
#include "sim/grader/recording.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "base/file.hpp"
#include "kit/encoded_show.hpp"
#include "kit/temporary_folder.hpp"
#include "media/muxer.hpp"
#include "sim/kit/child_process.hpp"

namespace vistter::sim {
namespace {

void record(const std::filesystem::path& file, const std::vector<std::int64_t>& frames) {
    media::EncoderSettings size = kit::small_picture();
    kit::EncodedShow show = kit::encode_show(size, frames);
    media::SinkSettings settings;
    settings.kind = "file";
    settings.location = file.string();
    settings.codec = show.codec;
    settings.width = size.width;
    settings.height = size.height;
    auto sink = media::open_sink(settings, [](const Error&) {});
    ASSERT_TRUE(sink.ok());
    for (const media::EncodedUnit& unit : show.units) (*sink)->push(unit);
    (*sink)->finish(5'000);
}

TEST(Recording, MeasuresThePatchesItIsAskedFor) {
    kit::TemporaryFolder folder;
    record(folder / "show.ts", kit::frames_from_to(0, 9));
    auto recording = open_recording(folder / "show.ts");
    ASSERT_TRUE(recording.ok());
    // The first cell of the camera's strip is bright, the second dark; a rectangle outside is
    // clipped to nothing.
    auto seen = (*recording)->next({{0, 0, 4, 4}, {4, 0, 4, 4}, {-10, -10, 5, 5}});
    ASSERT_TRUE(seen.ok());
    ASSERT_TRUE(*seen);
    EXPECT_NEAR((*seen)->patches[0].y, 220, 30);
    EXPECT_NEAR((*seen)->patches[1].y, 30, 30);
    EXPECT_EQ((*seen)->patches[2].y, 0);
    EXPECT_NEAR((*seen)->patches[0].u, 128, 4);
    EXPECT_EQ((*recording)->picture().width, 320);
}

TEST(Recording, AMissingAndABrokenFileAreTold) {
    kit::TemporaryFolder folder;
    EXPECT_EQ(open_recording(folder / "none.ts").error().code, ErrorCode::RES_NOT_FOUND);
    ASSERT_TRUE(write_file(folder / "noise.flv", std::string(5'000, 'x'), 0600).ok());
    auto noise = read_recording(folder / "noise.flv", {});
    ASSERT_FALSE(noise.ok());
    EXPECT_EQ(noise.error().code, ErrorCode::AST_DECODE);
}

int grade_with_tool(const std::vector<std::string>& arguments, std::string& verdict) {
    std::vector<std::string> argv = arguments;
    argv.insert(argv.begin(), std::string(VISTTER_BIN_DIR) + "/vistter-grade-air");
    auto child =
        ChildProcess::start({.argv = argv, .log_file = "/dev/null", .extra_environment = {}});
    EXPECT_TRUE(child.ok());
    if (auto line = child->read_line(30'000)) verdict = *line;
    return child->wait(30'000).value_or(-1);
}

TEST(GradeAirTool, PassesAWholeShowAndFailsOneWithAHole) {
    kit::TemporaryFolder folder;
    record(folder / "whole.ts", kit::frames_from_to(50, 89));
    std::vector<std::int64_t> frames = kit::frames_from_to(50, 69);
    for (std::int64_t frame : kit::frames_from_to(72, 89)) frames.push_back(frame);
    record(folder / "hole.ts", frames);
    std::string verdict;
    EXPECT_EQ(grade_with_tool({(folder / "whole.ts").string(), "--source", "50..89=3"}, verdict), 0)
        << verdict;
    EXPECT_NE(verdict.find("\"frames_graded\":40"), std::string::npos) << verdict;
    EXPECT_EQ(grade_with_tool({(folder / "hole.ts").string()}, verdict), 1);
    EXPECT_NE(verdict.find("\"missing\":2"), std::string::npos) << verdict;
    EXPECT_EQ(grade_with_tool({(folder / "whole.ts").string(), "--source", "50..89=4"}, verdict),
              1);
    EXPECT_NE(verdict.find("\"wrong_source_frames\":40"), std::string::npos) << verdict;
    EXPECT_EQ(grade_with_tool({(folder / "none.ts").string()}, verdict), 5);
}

}  // namespace
}  // namespace vistter::sim
