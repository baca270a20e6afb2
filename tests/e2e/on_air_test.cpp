// The whole of Vistter as a user starts it: one command, a show on the air, judged frame by frame
// from what the RTMP server recorded.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>

#include "cli/sandbox/rest.hpp"
#include "sim/kit/child_process.hpp"

namespace vistter::cli {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

class OnAirTest : public ::testing::Test {
  protected:
    OnAirTest() {
        std::string shape = (fs::temp_directory_path() / "vistter-e2e-XXXXXX").string();
        folder_ = ::mkdtemp(shape.data());
    }
    ~OnAirTest() override {
        if (!HasFailure()) fs::remove_all(folder_);
    }

    json::object headless_show(int seconds) {
        fs::path state = folder_ / "state";
        auto child = sim::ChildProcess::start(
            {{std::string(VISTTER_BIN_DIR) + "/vistter", "sandbox", "up", "--headless", "--seconds",
              std::to_string(seconds), "--width", "640", "--state", state.string()},
             (folder_ / "sandbox.log").string(),
             {}});
        EXPECT_TRUE(child.ok());
        auto line = child->read_line(180'000);
        if (!line.ok()) {
            ADD_FAILURE() << describe(line.error()) << "; state and logs: " << folder_;
            return {};
        }
        return json::parse(line.value()).as_object();
    }

    fs::path folder_;
};

// G0.2, G1.3, G1.6, G2.3, G2.16, G2.17, G2.24, G2.27, G2.28, G3.11, G4.6, G4.10: the full story,
// from pairing to stop.
TEST_F(OnAirTest, EveryFrameIsWhatThePlanSays) {
    json::object summary = headless_show(24);
    ASSERT_TRUE(summary.contains("ok"));
    SCOPED_TRACE(json::serialize(summary));
    EXPECT_TRUE(summary.at("ok").as_bool());
    const json::value& air = summary.at("air");
    EXPECT_GE(air.at("frames_graded").to_number<int>(), 600)
        << "24 s at 30 frames a second, less the start";
    EXPECT_EQ(air.at("missing").to_number<int>(), 0);
    EXPECT_EQ(air.at("doubled").to_number<int>(), 0);
    EXPECT_EQ(air.at("unreadable").to_number<int>(), 0);
    EXPECT_EQ(air.at("wrong_source").to_number<int>(), 0) << "a cut was off its frame";
    EXPECT_EQ(air.at("wrong_overlay").to_number<int>(), 0) << "an overlay was off its frames";
    EXPECT_GE(air.at("cuts").to_number<int>(), 4);
    EXPECT_GE(air.at("overlay_edges").to_number<int>(), 4);
    EXPECT_TRUE(summary.at("trail").at("complete").as_bool());
}

}  // namespace
}  // namespace vistter::cli
