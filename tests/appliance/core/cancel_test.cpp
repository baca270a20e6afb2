// COMMAND_CANCEL of something that had begun stops it in the world outside (contract B.9).
#include <gtest/gtest.h>

#include "appliance/core/show_bench.hpp"

namespace vistter::appliance::test {
namespace {

Command begun(const std::string& id, contract::Body body) {
    Command command;
    command.envelope.message_id = id;
    command.envelope.correlation_id = "flow";
    command.body = std::move(body);
    return command;
}

TEST(Cancel, AStartingStreamIsStopped) {
    Bench bench;
    bench.config.config.destinations["dst_a"] = {"rtmp", "rtmp://198.51.100.4/live/a", ""};
    bench.config.config.encoding_profiles["prf_a"] = {};
    contract::StreamControl start;
    start.stream_id = "str_a";
    start.command = "start";
    start.destination_ids = {"dst_a"};
    start.profile_id = "prf_a";
    const auto started = bench.send(start);
    bench.outputs.take();
    bench.appliance->cancelled(begun(started.id, start));
    EXPECT_EQ(bench.outputs.take(), std::vector<std::string>{"stop dst_a 2000"});
    bench.appliance->cancelled(begun(started.id, start));
    EXPECT_TRUE(bench.outputs.take().empty()) << "once is enough";
}

// Contract B.9: the load's downloads end with it, and nothing is said of it after `cancelled`.
TEST(Cancel, ALoadEndsItsDownloadsAtOnceAndSaysNothingMore) {
    ShowBench bench;
    const auto loading = bench.send(bench.load(), bench.body);
    ASSERT_EQ(bench.road.states(loading.id), "queued downloading");
    bench.appliance->cancelled(begun(loading.id, bench.load()));
    EXPECT_EQ(bench.downloads.cancelled, std::vector<std::string>{loading.id});
    EXPECT_EQ(bench.road.states(loading.id), "queued downloading cancelled");
    bench.arrive();
    bench.shown();
    EXPECT_EQ(bench.road.states(loading.id), "queued downloading cancelled");
    EXPECT_TRUE(bench.timelines.rows.empty());
    EXPECT_TRUE(bench.appliance->timelines().empty());
    bench.appliance->cancelled(begun(loading.id, bench.load()));
    EXPECT_EQ(bench.downloads.cancelled.size(), 1U) << "once is enough";
    EXPECT_EQ(bench.send(bench.load(), bench.body).decision.ack.status, "accepted")
        << "it may be loaded again";
}

TEST(Cancel, ALoadThatThePictureJudgesIsCancelledToo) {
    ShowBench bench;
    const auto loading = bench.send(bench.load(), bench.body);
    bench.arrive();
    bench.appliance->cancelled(begun(loading.id, bench.load()));
    bench.shown();
    EXPECT_EQ(bench.road.said.back().progress.state, "cancelled");
    EXPECT_TRUE(bench.timelines.rows.empty());
}

TEST(Cancel, WhatHadNoLastingEffectIsLeftAlone) {
    Bench bench;
    contract::CameraAction list;
    list.action = "list";
    bench.appliance->cancelled(begun("command-9", list));
    contract::TimelineExecute play;
    play.timeline_id = "tml_unknown";
    play.execution_mode = "play";
    bench.appliance->cancelled(begun("command-10", play));
    EXPECT_TRUE(bench.outputs.take().empty());
}

}  // namespace
}  // namespace vistter::appliance::test
