// TIMELINE_LOAD on the contract's own sample: judged whole, fetched, prepared, kept; what is ready
// stays ready (contract B.8.3).
#include <gtest/gtest.h>

#include "appliance/core/fingerprint.hpp"
#include "appliance/core/show_bench.hpp"

namespace vistter::appliance::test {
namespace {

// G2.16, G2.28
TEST(TimelineDesk, GoesFromQueuedToReadyWithBytesCounted) {
    ShowBench bench;
    const auto outcome = bench.send(bench.load(), bench.body);
    ASSERT_EQ(outcome.decision.ack.status, "accepted") << outcome.code();
    ASSERT_FALSE(bench.downloads.asked.empty());
    EXPECT_EQ(bench.road.states(outcome.id), "queued downloading");
    bench.clock.advance_ms(100);
    bench.downloads.events.progress(1);
    EXPECT_EQ(bench.road.states(outcome.id), "queued downloading") << "at most two a second";
    bench.clock.advance_ms(500);
    bench.downloads.events.progress(2);
    EXPECT_EQ(bench.road.said.back().progress.bytes_done, 2);
    EXPECT_TRUE(bench.timelines.rows.empty()) << "not ready before everything is";
    bench.arrive();
    EXPECT_EQ(bench.road.said.back().progress.state, "preparing");
    bench.shown();
    EXPECT_EQ(bench.road.states(outcome.id),
              "queued downloading downloading validating preparing succeeded");
    double last = 0;
    std::int64_t revision = 0;
    for (const auto& one : bench.road.said) {
        EXPECT_EQ(one.progress.revision, revision + 1);
        revision = one.progress.revision;
        if (!one.progress.percent_complete) continue;
        EXPECT_GE(*one.progress.percent_complete, last);
        last = *one.progress.percent_complete;
    }
    EXPECT_EQ(last, 100);
    EXPECT_EQ(bench.appliance->timelines().at(0).state, "ready");
}

TEST(TimelineDesk, TheSameDocumentAgainIsDoneAtOnceWhateverItsAddresses) {
    ShowBench bench;
    bench.make_ready();
    auto again = bench.load();
    for (auto& asset : again.document.assets) asset.uri = "https://elsewhere.example/other?e=2&s=x";
    EXPECT_EQ(fingerprint_text(again), fingerprint_text(bench.load()));
    EXPECT_EQ(bench.send(again, bench.body).decision.ack.status, "completed");
}

TEST(TimelineDesk, AnotherContentNeedsAHigherRevision) {
    ShowBench bench;
    bench.make_ready();
    auto changed = bench.load();
    changed.document.segments[0].tracks[0].cues[0].transition.duration_ms = 40;
    EXPECT_EQ(bench.send(changed, bench.body).code(), "TML_REVISION");
    changed.revision += 1;
    changed.expected_revision = 99;
    EXPECT_EQ(bench.send(changed, bench.body).code(), "STA_PRECONDITION");
}

// G2.16: one answer lists all faults with their places
TEST(TimelineDesk, ListsEveryReferenceItCannotKeep) {
    ShowBench bench;
    bench.cameras.rows.clear();
    auto load = bench.load();
    load.document.overlays[0].doc_sha256 = std::string(64, '0');
    const auto outcome = bench.send(load, bench.body);
    EXPECT_EQ(outcome.code(), "VAL_REFERENCE");
    std::vector<std::string> pointers;
    for (const auto& detail : outcome.decision.ack.error->details)
        pointers.push_back(detail.pointer);
    EXPECT_EQ(pointers, (std::vector<std::string>{"/segments/0/tracks/0/cues/0/action/camera_id",
                                                  "/segments/0/tracks/0/cues/1/action/camera_id",
                                                  "/overlays/0/doc_sha256"}));
    EXPECT_TRUE(bench.downloads.asked.empty());
}

TEST(TimelineDesk, RefusesWhatItWouldNotDo) {
    ShowBench bench;
    auto load = bench.load();
    load.activation = "replace_now";
    EXPECT_EQ(bench.send(load, bench.body).code(), "STA_UNSUPPORTED_ACTION");
    load = bench.load();
    load.document.segments[0].tracks[0].cues[0].action =
        contract::UnsupportedAction{"media.show", {}};
    EXPECT_EQ(bench.send(load, bench.body).pointer(), "/segments/0/tracks/0/cues/0/action/kind");
    load = bench.load();
    load.document.overlays[0].ocl.reset();
    EXPECT_EQ(bench.send(load, bench.body).code(), "OCL_PACKAGE");
    bench.library.free = 1'000;
    EXPECT_EQ(bench.send(bench.load(), bench.body).code(), "LIM_STORAGE");
    bench.library.free = 10'000'000'000;
    bench.downloads.verdict = fail(ErrorCode::SEC_UNAUTHORISED, "not from there");
    EXPECT_EQ(bench.send(bench.load(), bench.body).code(), "SEC_UNAUTHORISED");
}

TEST(TimelineDesk, ALostAssetFailsTheLoadAndLeavesTheOldOneReady) {
    ShowBench bench;
    bench.make_ready();
    bench.library.assets.clear();
    auto next = bench.load();
    next.revision += 1;
    const auto outcome = bench.send(next, bench.body);
    ASSERT_EQ(outcome.decision.ack.status, "accepted");
    bench.downloads.events.failed(bench.downloads.asked.at(0),
                                  fail(ErrorCode::AST_HASH, "another hash"));
    bench.downloads.events.finished();
    EXPECT_EQ(bench.road.states(outcome.id), "queued downloading failed");
    EXPECT_EQ(bench.road.said.back().progress.error->code, ErrorCode::AST_HASH);
    EXPECT_EQ(bench.road.count("asset.fetch_failed"), 1);
    EXPECT_EQ(bench.timelines.find(next.timeline_id)->revision, next.revision - 1);
}

TEST(TimelineDesk, AShowTheProgrammeRefusesNeverBecomesReady) {
    ShowBench bench;
    const auto outcome = bench.send(bench.load(), bench.body);
    bench.arrive();
    bench.shown("AST_DECODE");
    EXPECT_EQ(bench.road.said.back().progress.error->code, ErrorCode::AST_DECODE);
    EXPECT_TRUE(bench.timelines.rows.empty());
    EXPECT_EQ(bench.road.states(outcome.id).substr(bench.road.states(outcome.id).rfind(' ') + 1),
              "failed");
}

TEST(TimelineDesk, AFullDiskFailsTheLoad) {
    ShowBench bench;
    bench.send(bench.load(), bench.body);
    bench.library.broken = true;
    bench.arrive();
    EXPECT_EQ(bench.road.said.back().progress.error->code, ErrorCode::LIM_STORAGE);
}

TEST(TimelineDesk, BegunAgainAfterARestartItGoesOnAboveItsOldRevisions) {
    ShowBench bench;
    Command command;
    command.envelope.message_id = "command-x";
    command.envelope.body = bench.body;
    command.body = bench.load();
    bench.appliance->run(command);
    const std::int64_t before = bench.road.said.back().progress.revision;
    Reports fresh(bench.clock, bench.random, bench.attempts);
    fresh.attach(&bench.road);
    fresh.begin("command-x");
    ProgressNote note;
    note.state = "queued";
    fresh.progress("command-x", note);
    EXPECT_EQ(bench.road.said.back().progress.attempt, 2);
    EXPECT_GT(bench.road.said.back().progress.revision, before);
}

TEST(TimelineDesk, WithoutAPictureItIsReadyOnceItIsStored) {
    ShowBench bench(false);
    bench.program.up = false;
    const auto outcome = bench.send(bench.load(), bench.body);
    bench.arrive();
    EXPECT_EQ(bench.road.states(outcome.id), "queued downloading validating preparing succeeded");
    EXPECT_EQ(bench.send(bench.execute("play")).code(), "STA_NOT_READY");
}

}  // namespace
}  // namespace vistter::appliance::test
