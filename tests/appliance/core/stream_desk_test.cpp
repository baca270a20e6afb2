// STREAM_CONTROL: what may start, and following outputs to the one terminal PROGRESS (contract
// B.8.6, B.10).
#include <gtest/gtest.h>

#include "appliance/core/fakes.hpp"

namespace vistter::appliance::test {
namespace {

class StreamDeskTest : public ::testing::Test {
  protected:
    StreamDeskTest() {
        bench.config.config.destinations["dst_a"] = {"rtmp", "rtmp://198.51.100.4/live/a", ""};
        bench.config.config.destinations["dst_b"] = {"file", "", "b.ts"};
        bench.config.config.encoding_profiles["prf_a"] = {};
    }
    static contract::StreamControl start(std::vector<std::string> destinations = {"dst_a"}) {
        contract::StreamControl out;
        out.stream_id = "str_a";
        out.command = "start";
        out.destination_ids = std::move(destinations);
        out.profile_id = "prf_a";
        return out;
    }
    static contract::StreamControl stop() {
        contract::StreamControl out;
        out.stream_id = "str_a";
        out.command = "stop";
        return out;
    }
    void says(const std::string& destination, const std::string& state,
              const std::string& error = {}) {
        OutputReport report;
        report.stream_id = "str_a";
        report.destination_id = destination;
        report.state = state;
        report.error_code = error;
        report.error_message = error;
        bench.appliance->on_output(report);
    }
    std::string state() { return std::string(to_string(bench.appliance->streams().at(0).state)); }
    Bench bench;
};

// G2.24
TEST_F(StreamDeskTest, SucceedsOnlyWhenADestinationIsLive) {
    const auto started = bench.send(start());
    EXPECT_EQ(started.decision.ack.status, "accepted");
    EXPECT_EQ(bench.outputs.take(),
              std::vector<std::string>{"start dst_a rtmp rtmp://198.51.100.4/live/a"});
    says("dst_a", "starting");
    EXPECT_EQ(bench.road.states(started.id), "queued connecting");
    says("dst_a", "live");
    EXPECT_EQ(bench.road.states(started.id), "queued connecting running succeeded");
    EXPECT_EQ(state(), "live");
    EXPECT_EQ(bench.send(start()).decision.ack.status, "completed")
        << "a second equal start changes nothing";
    EXPECT_TRUE(bench.outputs.take().empty());
}

TEST_F(StreamDeskTest, FailsWithTheDestinationsReasonAndEndsItsOutputs) {
    const auto started = bench.send(start({"dst_a", "dst_b"}));
    bench.outputs.take();
    says("dst_a", "failed", "STR_DESTINATION_AUTH");
    EXPECT_EQ(state(), "starting") << "the other may still come";
    says("dst_b", "failed", "STR_DESTINATION_REFUSED");
    EXPECT_EQ(bench.road.states(started.id), "queued connecting failed");
    EXPECT_EQ(bench.road.said.back().progress.error->code, ErrorCode::STR_DESTINATION_REFUSED);
    EXPECT_EQ(bench.outputs.take(), (std::vector<std::string>{"stop dst_a 0", "stop dst_b 0"}));
    says("dst_a", "stopped");
    says("dst_b", "stopped");
    EXPECT_EQ(state(), "failed");
    EXPECT_EQ(bench.send(stop()).code(), "STA_TRANSITION");
    EXPECT_EQ(bench.send(start()).decision.ack.status, "accepted");
}

TEST_F(StreamDeskTest, StopsOnceEveryOutputIsGoneAndCancelsAnOpenStart) {
    const auto started = bench.send(start({"dst_a", "dst_b"}));
    bench.outputs.take();
    const auto stopped = bench.send(stop());
    EXPECT_EQ(bench.outputs.take(),
              (std::vector<std::string>{"stop dst_a 2000", "stop dst_b 2000"}));
    EXPECT_EQ(bench.road.states(started.id), "queued connecting cancelled");
    says("dst_a", "stopped");
    EXPECT_EQ(bench.road.states(stopped.id), "queued running");
    says("dst_b", "stopped");
    EXPECT_EQ(bench.road.states(stopped.id), "queued running succeeded");
    EXPECT_EQ(state(), "stopped");
}

TEST_F(StreamDeskTest, ALostDestinationReconnectsForEver) {
    bench.send(start());
    says("dst_a", "live");
    says("dst_a", "reconnecting", "STR_DESTINATION_REFUSED");
    EXPECT_EQ(state(), "reconnecting");
    says("dst_a", "starting");  // its process was started anew
    EXPECT_EQ(state(), "reconnecting");
    says("dst_a", "live");
    EXPECT_EQ(state(), "live");
    EXPECT_EQ(bench.road.count("stream.destination_error"), 1);
}

TEST_F(StreamDeskTest, RefusesEverythingElseWithoutFalseSuccess) {
    for (const char* command : {"restart", "update", "slate_on", "slate_off", "record_start",
                                "record_stop", "emergency_stop", "emergency_clear"}) {
        auto other = start();
        other.command = command;
        EXPECT_EQ(bench.send(other).code(), "STA_UNSUPPORTED_ACTION") << command;
    }
    EXPECT_EQ(bench.send(start({"dst_x"})).code(), "RES_NOT_FOUND");
    EXPECT_EQ(bench.send(start({"dst_a", "dst_a"})).code(), "VAL_DUPLICATE_ID");
    EXPECT_EQ(bench.send(stop()).code(), "RES_NOT_FOUND");
    auto elsewhere = start();
    elsewhere.source = "cam_1";
    EXPECT_EQ(bench.send(elsewhere).pointer(), "/parameters/source");
    auto expecting = start();
    expecting.expected_state = "live";
    EXPECT_EQ(bench.send(expecting).code(), "STA_PRECONDITION");
    EXPECT_TRUE(bench.outputs.take().empty());
}

TEST_F(StreamDeskTest, AnotherProfileNeedsARestart) {
    bench.config.config.encoding_profiles["prf_a"].video_bitrate_kbps = 4000;
    EXPECT_EQ(bench.send(start()).code(), "STR_RESTART_REQUIRED");
    bench.config.config.encoding_profiles["prf_a"].preset = "placebo";
    EXPECT_EQ(bench.send(start()).code(), "STR_PROFILE");
    bench.config.config.encoding_profiles.clear();
    EXPECT_EQ(bench.send(start()).code(), "RES_NOT_FOUND");
}

TEST_F(StreamDeskTest, ADestinationServesOneStream) {
    bench.send(start());
    auto other = start();
    other.stream_id = "str_b";
    const auto outcome = bench.send(other);
    EXPECT_EQ(outcome.code(), "STA_IN_USE");
    EXPECT_EQ(outcome.pointer(), "/parameters/destination_ids/0");
}

TEST_F(StreamDeskTest, ARestartedControlTakesUpWhatWasWanted) {
    bench.send(start());
    says("dst_a", "live");
    bench.outputs.take();
    const int told = bench.road.count("stream.state");
    bench.start();
    bench.appliance->restore();
    EXPECT_EQ(bench.outputs.take(),
              (std::vector<std::string>{"keep 1", "start dst_a rtmp rtmp://198.51.100.4/live/a"}));
    says("dst_a", "live");
    EXPECT_EQ(state(), "live");
    EXPECT_EQ(bench.road.count("stream.state"), told) << "what went on all the time is no change";
}

}  // namespace
}  // namespace vistter::appliance::test
