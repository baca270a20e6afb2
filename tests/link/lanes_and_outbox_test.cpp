// Lanes, the outbox's bounds, the meters and Studio's clock (contract B.4 to B.6).
#include <gtest/gtest.h>

#include "link/command_life.hpp"
#include "link/envelopes.hpp"
#include "link/lanes.hpp"
#include "link/meters.hpp"
#include "link/outbox.hpp"
#include "link/stamp.hpp"
#include "link/studio_clock.hpp"

namespace vistter::link {
namespace {

std::string next_id(Lanes& lanes) {
    const auto command = lanes.begin();
    return command ? command->message_id : "";
}

TEST(Lanes, RunInOrderWithinALaneAndSideBySideAcross) {
    Lanes lanes;
    lanes.add("config", {"c1", {}});
    lanes.add("config", {"c2", {}});
    lanes.add("camera:cam_1", {"p1", {}});
    EXPECT_EQ(lanes.position("config"), 2);
    EXPECT_EQ(next_id(lanes), "c1");
    EXPECT_EQ(next_id(lanes), "p1");
    EXPECT_EQ(next_id(lanes), "");
    EXPECT_EQ(lanes.position("config"), 2);
    lanes.release("c1");
    EXPECT_EQ(next_id(lanes), "c2");
    EXPECT_EQ(next_id(lanes), "");
    EXPECT_EQ(lanes.waiting(), 0U);
}

TEST(Lanes, WithoutALaneNothingIsWaitedFor) {
    Lanes lanes;
    lanes.add("stream:str_1", {"start", {}});
    EXPECT_EQ(next_id(lanes), "start");
    lanes.add("", {"emergency", {}});
    EXPECT_EQ(next_id(lanes), "emergency");
    lanes.release("unknown");
}

TEST(Lanes, ADroppedCommandLeavesItsQueueOrItsLane) {
    Lanes lanes;
    lanes.add("camera:1", {"a", WallTime{INT64_MAX}});
    lanes.add("camera:1", {"b", WallTime{INT64_MAX}});
    lanes.add("camera:1", {"c", WallTime{INT64_MAX}});
    lanes.add("", {"free", WallTime{INT64_MAX}});
    lanes.drop("free");
    ASSERT_EQ(lanes.begin()->message_id, "a");
    lanes.drop("b");
    EXPECT_EQ(lanes.position("camera:1"), 2);
    lanes.drop("a");
    EXPECT_EQ(lanes.begin()->message_id, "c");
    lanes.drop("unknown");
    lanes.drop("c");
    EXPECT_EQ(lanes.position("camera:1"), 0);
}

TEST(Lanes, OnlyAnEndOrARunningShowFreesALane) {
    for (const char* state : {"scheduled", "running", "paused", "holding", "succeeded", "failed",
                              "cancelled", "preempted", "expired", "rolled_back"}) {
        EXPECT_TRUE(frees_lane(state)) << state;
    }
    for (const char* state : {"queued", "downloading", "validating", "preparing", "applying",
                              "connecting", "rebooting", "confirming"}) {
        EXPECT_FALSE(frees_lane(state)) << state;
    }
}

TEST(Outbox, DropsTheLeastSevereFirstAndNeverAnAnswer) {
    OutboxLimits limits{10, 1'000};
    OutboxFill fill;
    fill.messages[keep::answer] = 5;
    fill.messages[keep::evidence] = 3;
    fill.messages[keep::warning] = 1;
    fill.messages[keep::info] = 1;
    EXPECT_FALSE(outbox_victim(fill, limits).has_value());
    fill.messages[keep::critical] = 1;
    EXPECT_EQ(outbox_victim(fill, limits), keep::info);
    fill.messages[keep::info] = 0;
    fill.messages[keep::evidence] = 8;
    EXPECT_EQ(outbox_victim(fill, limits), keep::warning);
    fill.messages[keep::warning] = 0;
    EXPECT_EQ(outbox_victim(fill, limits), keep::critical);
    fill.messages[keep::critical] = 0;
    EXPECT_EQ(outbox_victim(fill, limits), keep::evidence);
    fill.messages[keep::evidence] = 0;
    fill.messages[keep::answer] = 50;
    EXPECT_FALSE(outbox_victim(fill, limits).has_value());
}

TEST(Outbox, BytesCountToo) {
    OutboxFill fill;
    fill.messages[keep::debug] = 1;
    fill.bytes = 1'001;
    EXPECT_EQ(outbox_victim(fill, OutboxLimits{10, 1'000}), keep::debug);
}

TEST(Outbox, SecurityProofAndAuditAreEvidence) {
    EXPECT_EQ(keep_of_event("security.replay_rejected", "info"), keep::evidence);
    EXPECT_EQ(keep_of_event("proof.played", "info"), keep::evidence);
    EXPECT_EQ(keep_of_event("audit.local_action", "info"), keep::evidence);
    EXPECT_EQ(keep_of_event("camera.offline", "error"), keep::error);
    EXPECT_EQ(keep_of_event("timeline.cue_started", "debug"), keep::debug);
}

TEST(Outbox, MetricsAndLiveProgressAreNeverDurable) {
    EXPECT_FALSE(is_durable(contract::Metrics{}));
    EXPECT_FALSE(is_durable(contract::StateReport{}));
    contract::Progress progress;
    progress.state = "running";
    EXPECT_FALSE(is_durable(progress));
    progress.state = "failed";
    EXPECT_TRUE(is_durable(progress));
    EXPECT_TRUE(is_durable(contract::Ack{}));
    contract::Event event;
    event.durable = false;
    EXPECT_FALSE(is_durable(event));
}

TEST(FailureMeter, TheFifthWithinAMinuteCounts) {
    FailureMeter meter;
    for (int i = 0; i < 4; ++i) EXPECT_FALSE(meter.note({i * 14'000'000'000LL}));
    EXPECT_TRUE(meter.note({56'000'000'000LL}));
    FailureMeter slow;
    for (int i = 0; i < 100; ++i) EXPECT_FALSE(slow.note({i * 15'000'000'000LL})) << i;
}

TEST(MinuteReport, GathersWhatHappensBetween) {
    MinuteReport report;
    EXPECT_EQ(report.note({1}), 1);
    for (int i = 2; i < 50; ++i) EXPECT_FALSE(report.note({i * 1'000'000'000LL}).has_value());
    EXPECT_EQ(report.note({61'000'000'000LL}), 49);
}

TEST(CommandMeter, TakesABurstAndThenTheRate) {  // contract B.12
    CommandMeter meter(CommandPace{20, 60});
    for (int i = 0; i < 60; ++i) EXPECT_TRUE(meter.take({0})) << i;
    EXPECT_FALSE(meter.take({0}));
    ASSERT_TRUE(meter.ready_at().has_value());
    EXPECT_FALSE(meter.take({meter.ready_at()->ns - 2}));
    EXPECT_TRUE(meter.take({50'100'000}));
    int taken = 0;
    for (std::int64_t ms = 51; ms <= 10'050; ++ms) taken += meter.take({ms * 1'000'000}) ? 1 : 0;
    EXPECT_EQ(taken, 200) << "20 a second";
    CommandMeter open(CommandPace{0, 0});
    for (int i = 0; i < 1'000; ++i) EXPECT_TRUE(open.take({0}));
    EXPECT_FALSE(open.ready_at().has_value());
}

TEST(LatencyMeter, KnowsTheNinetyFifthOfTheLast) {
    LatencyMeter meter;
    EXPECT_EQ(meter.p95_ms(), 0);
    for (int i = 1; i <= 100; ++i) meter.note(i * 1'000'000);
    EXPECT_DOUBLE_EQ(meter.p95_ms(), 95);
    for (int i = 0; i < 256; ++i) meter.note(7'000'000);
    EXPECT_DOUBLE_EQ(meter.p95_ms(), 7) << "what is long past is forgotten";
}

// contract B.6: the road's time is Studio's, and a jump of the local clock changes nothing.
TEST(StudioClock, FollowsWelcomeAndThenTheSteadyClock) {
    ManualClock clock({1'000});
    StudioClock studio(clock);
    EXPECT_EQ(studio.now().ms, 1'000);
    EXPECT_FALSE(studio.set({5'000'000}, 40).has_value());
    EXPECT_EQ(studio.now().ms, 5'000'020);
    clock.advance_ms(100);
    clock.step_wall_ms(-86'400'000);
    EXPECT_EQ(studio.now().ms, 5'000'120);
    EXPECT_EQ(studio.set({5'000'720}, 0), 600);
}

TEST(Stamp, ARetryKeepsItsIdAndGetsEverythingElseAnew) {
    SeededRandom random(1);
    Stamp stamp(test::our_device, random);
    contract::Envelope message;
    message.message_id = "id";
    stamp.put(message, {1});
    const contract::Envelope hello = message;
    EXPECT_EQ(hello.seq, 1);
    EXPECT_EQ(hello.session_id, "");
    stamp.open_session(test::our_session, "1.0");
    stamp.put(message, {2});
    EXPECT_EQ(message.message_id, hello.message_id);
    EXPECT_EQ(message.correlation_id, "id");
    EXPECT_EQ(message.seq, 2);
    EXPECT_EQ(message.session_id, test::our_session);
    EXPECT_NE(message.nonce, hello.nonce);
    EXPECT_EQ(message.timestamp.ms, 2);
}

}  // namespace
}  // namespace vistter::link
