// TIMELINE_EXECUTE: wall time becomes a frame once, and every run ends in one terminal PROGRESS
// (contract B.8.4, B.10).
#include <gtest/gtest.h>

#include "appliance/core/show_bench.hpp"

namespace vistter::appliance::test {
namespace {

class RunDeskTest : public ::testing::Test {
  protected:
    RunDeskTest() {
        bench.make_ready();
        bench.tick(1'000);
        bench.program.take();
    }
    // Plays and lets the programme say so; the run's id.
    std::string play() {
        played = bench.send(bench.execute("play"));
        const std::string run_id = bench.runs.rows.back().run_id;
        bench.runs_as(run_id, "arming", 1'000, 0, "play");
        bench.runs_as(run_id, "playing", bench.runs.rows.back().start_frame, 0, "play");
        return run_id;
    }
    ShowBench bench;
    Bench::Outcome played;
};

// G2.17
TEST_F(RunDeskTest, PlayNamesItsFrameBeforeItHappens) {
    const auto outcome = bench.send(bench.execute("play"));
    ASSERT_EQ(outcome.decision.ack.status, "accepted") << outcome.code();
    const StoredRun run = bench.runs.rows.at(0);
    EXPECT_EQ(run.start_frame, 1'006) << "200 ms at 30 frames a second from tick 1000";
    EXPECT_EQ(outcome.decision.ack.result.text,
              R"({"run_id":")" + run.run_id + R"(","frame":1006,"planned_start":")" +
                  format_rfc3339({bench.clock.wall().ms + 200}) + R"("})");
    EXPECT_EQ(bench.program.take(),
              std::vector<std::string>{"play " + run.timeline_id + " at 1006 from 0"});
    EXPECT_EQ(bench.road.states(outcome.id), "scheduled");
}

TEST_F(RunDeskTest, StartAtIsTheFirstFrameAtOrAfterIt) {
    auto command = bench.execute("play");
    command.start_at = WallTime{bench.clock.wall().ms + 1'001};
    bench.send(command);
    EXPECT_EQ(bench.runs.rows.at(0).start_frame, 1'031);
}

TEST_F(RunDeskTest, AMissedStartFollowsItsPolicy) {
    auto command = bench.execute("play");
    command.start_at = WallTime{bench.clock.wall().ms - 3'000};
    EXPECT_EQ(bench.send(command).code(), "TML_START_MISSED");
    command.late_policy = "join";
    EXPECT_EQ(bench.send(command).code(), "");
    EXPECT_EQ(bench.runs.rows.back().start_frame, 1'006);
    EXPECT_EQ(bench.runs.rows.back().first_run_frame, 96) << "3000 ms late and 200 ms ahead";
    command.late_policy = "start_now";
    EXPECT_EQ(bench.send(command).code(), "");
    EXPECT_EQ(bench.runs.rows.back().first_run_frame, 0);
    command.start_at = WallTime{bench.clock.wall().ms - 60'000};
    command.late_policy = "join";
    EXPECT_EQ(bench.send(command).code(), "TML_START_MISSED") << "it would be over";
}

// G2.20
TEST_F(RunDeskTest, StartsAtANamedCueAndListsThemWhenThereIsNone) {
    auto command = bench.execute("play");
    command.cue_id = "two";
    bench.send(command);
    EXPECT_EQ(bench.runs.rows.back().first_run_frame, 150);
    command.cue_id = "nowhere";
    const auto outcome = bench.send(command);
    EXPECT_EQ(outcome.code(), "TML_CUE_UNKNOWN");
    EXPECT_EQ(outcome.decision.ack.error->details[0].expected, "one, two, bug");
}

// G2.18
TEST_F(RunDeskTest, PauseAndResumeAreAnsweredWithTheirFrame) {
    const std::string run_id = play();
    bench.clock.advance_ms(1'000);
    bench.tick(1'030);
    bench.program.take();
    const auto paused = bench.send(bench.execute("pause"));
    ASSERT_EQ(paused.decision.ack.status, "completed") << paused.code();
    EXPECT_NE(paused.decision.ack.result.text.find(R"("frame":1030)"), std::string::npos)
        << paused.decision.ack.result.text;
    EXPECT_EQ(bench.program.take(), std::vector<std::string>{"pause"});
    EXPECT_EQ(bench.send(bench.execute("pause")).code(), "STA_TRANSITION");
    bench.runs_as(run_id, "paused", 1'030, 24, "pause");
    EXPECT_EQ(bench.road.states(played.id), "scheduled running paused");
    EXPECT_EQ(bench.send(bench.execute("resume")).decision.ack.status, "completed");
    EXPECT_EQ(bench.program.take(), std::vector<std::string>{"resume"});
}

// G2.19
TEST_F(RunDeskTest, SeekSucceedsWhenTheProgrammeIsThere) {
    const std::string run_id = play();
    bench.program.take();
    auto command = bench.execute("seek");
    EXPECT_EQ(bench.send(command).code(), "VAL_SCHEMA");
    command.position_ms = 60'000;
    EXPECT_EQ(bench.send(command).code(), "VAL_RANGE");
    command.position_ms = 2'000;
    const auto outcome = bench.send(command);
    EXPECT_EQ(bench.program.take(), std::vector<std::string>{"seek 60"});
    EXPECT_EQ(bench.road.states(outcome.id), "running");
    bench.runs_as(run_id, "playing", 1'050, 60, "seek");
    EXPECT_EQ(bench.road.states(outcome.id), "running succeeded");
}

TEST_F(RunDeskTest, StopCancelsTheRun) {
    const std::string run_id = play();
    bench.program.take();
    const auto outcome = bench.send(bench.execute("stop"));
    EXPECT_EQ(bench.program.take(), std::vector<std::string>{"stop outro"});
    bench.runs_as(run_id, "stopped", 1'040, 34, "stop");
    EXPECT_EQ(bench.road.states(outcome.id), "running succeeded");
    EXPECT_EQ(bench.road.states(played.id), "scheduled running cancelled");
    EXPECT_EQ(bench.send(bench.execute("stop")).code(), "STA_TRANSITION");
}

TEST_F(RunDeskTest, ARunThatEndsSucceeds) {
    const std::string run_id = play();
    bench.runs_as(run_id, "completed", 1'306, 300);
    EXPECT_EQ(bench.road.states(played.id), "scheduled running succeeded");
    EXPECT_EQ(bench.runs.rows.at(0).state, "completed");
}

TEST_F(RunDeskTest, AnotherPlayPreemptsUnlessItIsOutranked) {
    const std::string first = play();
    const std::string first_command = played.id;
    auto lower = bench.execute("play");
    lower.priority = 10;
    const auto outranked = bench.send(lower);
    EXPECT_EQ(outranked.code(), "STA_PREEMPTED");
    EXPECT_EQ(outranked.decision.ack.error->details[0].actual, first);
    auto polite = bench.execute("play");
    polite.on_conflict = "reject";
    EXPECT_EQ(bench.send(polite).code(), "STA_PREEMPTED");
    bench.send(bench.execute("play"));
    bench.runs_as(first, "stopped", 1'100, 94, "play");
    EXPECT_EQ(bench.road.states(first_command), "scheduled running preempted");
}

TEST_F(RunDeskTest, UnknownThingsAreNamedAsSuch) {
    auto command = bench.execute("play");
    command.timeline_id = "tml_other";
    EXPECT_EQ(bench.send(command).code(), "RES_NOT_FOUND");
    EXPECT_EQ(bench.send(bench.execute("pause")).code(), "STA_TRANSITION");
    play();
    auto wrong = bench.execute("pause");
    wrong.run_id = "run_other";
    EXPECT_EQ(bench.send(wrong).code(), "STA_RUN_MISMATCH");
    for (const char* mode : {"continue", "preview"})
        EXPECT_EQ(bench.send(bench.execute(mode)).code(), "STA_UNSUPPORTED_ACTION");
}

TEST_F(RunDeskTest, NothingPlaysBeforeTheFirstTick) {
    ShowBench fresh;
    fresh.make_ready();
    EXPECT_EQ(fresh.send(fresh.execute("play")).code(), "STA_NOT_READY");
}

TEST_F(RunDeskTest, ARestartedControlAdoptsTheRunAsItIs) {
    const std::string run_id = play();
    const int told = bench.road.count("timeline.state");
    bench.start();
    bench.tick(1'090);
    bench.runs_as(run_id, "playing", 1'090, 84, "status");
    bench.program.take();
    bench.appliance->program_ready(true);
    for (const auto& order : bench.program.take())
        EXPECT_EQ(order.find("play"), std::string::npos) << order;
    EXPECT_EQ(bench.road.count("timeline.state"), told) << "what went on all the time is no change";
    EXPECT_EQ(bench.appliance->on_air()->run_frame, 84);
}

TEST_F(RunDeskTest, ANewProgrammeTakesTheRunUpWhereItWouldBe) {
    const std::string run_id = play();
    bench.clock.advance_ms(1'200);  // frame 1036 is due: 30 frames into the run
    bench.tick(1'036);
    bench.appliance->program_lost();
    bench.clock.advance_ms(2'000);
    bench.tick(10);
    bench.program.take();
    bench.appliance->program_ready(false);
    for (const auto& order : bench.program.take())
        EXPECT_EQ(order.find("play"), std::string::npos) << "not before its show is loaded";
    bench.shown();
    EXPECT_EQ(bench.program.take(),
              std::vector<std::string>{"play " + bench.load().timeline_id + " at 16 from 96"});
}

TEST_F(RunDeskTest, AnOrderThatNeverWentOutIsGivenAsPlanned) {
    bench.program.up = false;
    Command command;
    command.envelope.message_id = "late";
    command.body = bench.execute("play");
    bench.program.up = true;
    const Decision decision = bench.appliance->decide(command);
    ASSERT_EQ(decision.ack.status, "accepted");
    bench.start();  // killed between ACK and order
    bench.program.take();
    bench.tick(1'001);
    bench.appliance->program_ready(true);
    bench.appliance->run(command);
    bench.program.take();
    bench.shown();
    EXPECT_EQ(bench.program.take(),
              std::vector<std::string>{"play " + bench.load().timeline_id + " at 1006 from 0"});
}

TEST_F(RunDeskTest, CueEventsCarryPlannedAndActualFrame) {
    const std::string run_id = play();
    bench.appliance->on_cue({run_id, "seg_a", "two", true, 1'156, 1'158});
    const auto& event = bench.road.events.back();
    EXPECT_EQ(event.event_type, "timeline.cue_started");
    EXPECT_EQ(event.context.text,
              R"({"run_id":")" + run_id +
                  R"(","segment_id":"seg_a","cue_id":"two","planned_frame":1156,)"
                  R"("actual_frame":1158,"late_ms":66})");
}

}  // namespace
}  // namespace vistter::appliance::test
