// Kill -9 of the control process while a show is on the air: the picture goes on, the restarted
// process adopts it.
#include <gtest/gtest.h>

#include <filesystem>

#include "base/clock.hpp"
#include "cli/sandbox/stage.hpp"

namespace vistter::cli {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

class SurvivalTest : public ::testing::Test {
  protected:
    SurvivalTest() {
        std::string shape = (fs::temp_directory_path() / "vistter-e2e-XXXXXX").string();
        folder_ = ::mkdtemp(shape.data());
        StageOptions options;
        options.state = folder_;
        options.programs = VISTTER_BIN_DIR;
        options.demo = fs::path(VISTTER_SOURCE_DIR) / "sim/demo";
        options.width = 640;
        options.height = 360;
        adopt_orphans();
        stage_.emplace(options, interrupt_, [](const std::string&) {});
    }
    ~SurvivalTest() override {
        stage_.reset();
        end_orphans(5'000);
        if (!HasFailure()) fs::remove_all(folder_);
    }

    json::value status() {
        auto answer = stage_->appliance().get("/local/v1/status");
        EXPECT_TRUE(answer.ok());
        return answer.ok() ? answer.value() : json::value(json::object{});
    }

    // Looks until `good` holds, at most 20 s.
    bool reaches(const std::function<bool(const json::value&)>& good) {
        const std::int64_t deadline = machine_clock().steady().ns + 20'000'000'000;
        while (machine_clock().steady().ns < deadline) {
            if (good(status())) return true;
            if (interrupt_.wait_ms(50)) return false;
        }
        return false;
    }

    fs::path folder_;
    Interrupt interrupt_;
    std::optional<Stage> stage_;
};

std::int64_t frame_of(const json::value& status) {
    return status.at("program").at("frame").to_number<std::int64_t>();
}

// Drill 1: the picture is untouched by the death of control, and the new control process knows run,
// output and cameras.
TEST_F(SurvivalTest, ControlDiesAndAdoptsTheRunningShow) {
    Status started = stage_->start_everything();
    ASSERT_TRUE(started.ok()) << describe(started.error());
    Status paired = stage_->pair();
    ASSERT_TRUE(paired.ok()) << describe(paired.error());
    auto on_air = stage_->go_on_air();
    ASSERT_TRUE(on_air.ok()) << describe(on_air.error());
    const std::int64_t before = frame_of(status());

    Status crashed = stage_->restart_control();
    ASSERT_TRUE(crashed.ok()) << describe(crashed.error());

    ASSERT_TRUE(reaches([&](const json::value& now) {
        const json::value& run = now.at("program").at("run");
        return text_of(now.at("link"), "state") == "connected" && run.is_object() &&
               text_of(run, "run_id") == on_air->run_id && text_of(run, "state") == "playing";
    })) << json::serialize(status());
    ASSERT_TRUE(reaches([](const json::value& now) {
        const json::array& streams = now.at("streams").as_array();
        return !streams.empty() && text_of(streams.at(0), "state") == "live";
    })) << json::serialize(status());
    json::value after = status();
    EXPECT_GT(frame_of(after), before);
    EXPECT_EQ(after.at("program").at("missed_frames").to_number<int>(), 0);
    for (const json::value& destination : after.at("streams").at(0).at("destinations").as_array()) {
        EXPECT_EQ(destination.at("reconnects").to_number<int>(), 0)
            << "the output lost its connection";
    }
    Status left = stage_->leave_air(*on_air);
    EXPECT_TRUE(left.ok()) << describe(left.error());
}

}  // namespace
}  // namespace vistter::cli
