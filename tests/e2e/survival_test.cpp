// Kill -9 of the control process while a show is on the air: the picture goes on, the restarted
// process adopts it.
#include "e2e/stage_test.hpp"

namespace vistter::cli {
namespace {

using SurvivalTest = StageTest;

// Drill 1: the picture is untouched by the death of control, and the new control process knows run,
// output and cameras.
TEST_F(SurvivalTest, ControlDiesAndAdoptsTheRunningShow) {
    auto shown = on_air();
    ASSERT_TRUE(shown);
    const std::int64_t before = frame_of(status());

    Status crashed = stage_->restart_control();
    ASSERT_TRUE(crashed.ok()) << describe(crashed.error());

    ASSERT_TRUE(reaches([&] {
        const json::value now = status();
        const json::value& run = now.at("program").at("run");
        return text_of(now.at("link"), "state") == "connected" && run.is_object() &&
               text_of(run, "run_id") == shown->run_id && text_of(run, "state") == "playing";
    })) << json::serialize(status());
    ASSERT_TRUE(reaches([&] {
        const json::value now = status();
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
    Status left = stage_->leave_air(*shown);
    EXPECT_TRUE(left.ok()) << describe(left.error());
}

}  // namespace
}  // namespace vistter::cli
