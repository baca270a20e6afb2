// COMMAND_CANCEL, commands that come too fast, groups of commands, and what gives way when much
// waits (contract B.9, B.12, B.4, B.5).
#include <gtest/gtest.h>

#include <set>

#include "road/spoken_studio.hpp"

namespace vistter {
namespace {

using contract::MessageType;

class Commands : public test::SpokenStudio {
  protected:
    contract::Envelope camera() { return next(MessageType::CAMERA_ACTION, test::camera_body()); }
    contract::Envelope cancel(const std::string& id, const std::string& role = "admin") {
        contract::CommandCancel body;
        body.message_id = id;
        body.reason = "changed my mind";
        auto envelope = next(MessageType::COMMAND_CANCEL, body);
        envelope.actor->role = role;
        return envelope;
    }
    contract::Ack answer(const contract::Envelope& envelope) {
        say(envelope);
        EXPECT_TRUE(world.until([&] { return ack_of(envelope.message_id).has_value(); }));
        return ack_of(envelope.message_id).value_or(contract::Ack{});
    }
    std::string outcome(const contract::Ack& ack) {
        return ack.status + " " +
               (ack.error ? std::string(to_string(ack.error->code)) : ack.result.text);
    }
    std::string end_of(const std::string& id) {
        EXPECT_TRUE(world.until([&] { return !progress_of(id).empty(); }));
        const auto said = progress_of(id);
        return said.empty() ? "" : said.back().state;
    }
};

TEST_F(Commands, AnUnknownCommandCannotBeCancelled) {  // contract B.9
    open();
    EXPECT_EQ(outcome(answer(cancel("01932f6c-7a10-7c3e-9b51-0f2a6d8e4c11"))),
              "rejected STA_UNKNOWN_COMMAND");
}

TEST_F(Commands, AFinishedCommandTellsHowItEnded) {
    open();
    const auto done = command();
    ASSERT_EQ(answer(done).status, "completed");
    EXPECT_EQ(outcome(answer(cancel(done.message_id))), R"(completed {"state":"completed"})");
    EXPECT_TRUE(progress_of(done.message_id).empty());
}

TEST_F(Commands, ADeferredCommandIsCancelledAndNeverRuns) {
    open();
    auto later = command();
    later.not_before = WallTime{machine_clock().wall().ms + 300};
    ASSERT_EQ(answer(later).status, "accepted");
    EXPECT_EQ(outcome(answer(cancel(later.message_id))), R"(completed {"state":"cancelled"})");
    EXPECT_EQ(end_of(later.message_id), "cancelled");
    EXPECT_FALSE(world.until([&] { return world.handler->effects_of(later.message_id) > 0; }, 400));
}

TEST_F(Commands, ARunningCommandIsCancelledAndTheNextOfItsLaneBegins) {
    open();
    world.handler->report = nullptr;  // runs and runs
    const auto first = camera(), second = camera(), third = camera();
    ASSERT_EQ(answer(first).status, "accepted");
    ASSERT_EQ(answer(second).status, "accepted");
    ASSERT_EQ(answer(third).status, "accepted");
    ASSERT_TRUE(world.until([&] { return world.handler->run_ids.size() == 1; }));
    EXPECT_EQ(outcome(answer(cancel(second.message_id))), R"(completed {"state":"cancelled"})");
    EXPECT_EQ(outcome(answer(cancel(first.message_id))), R"(completed {"state":"cancelled"})");
    EXPECT_EQ(end_of(first.message_id), "cancelled");
    ASSERT_TRUE(world.until([&] { return world.handler->run_ids.size() == 2; }));
    EXPECT_EQ(world.handler->run_ids,
              (std::vector<std::string>{first.message_id, third.message_id}));
    EXPECT_EQ(world.handler->cancelled_ids, std::vector<std::string>{first.message_id})
        << "only what had begun is stopped outside";
}

TEST_F(Commands, WhoMayNotOrderItMayNotCancelIt) {  // contract B.4
    open();
    auto later = command();  // DEVICE_CONFIG: admins only
    later.not_before = WallTime{machine_clock().wall().ms + 60'000};
    ASSERT_EQ(answer(later).status, "accepted");
    EXPECT_EQ(outcome(answer(cancel(later.message_id, "operator"))), "rejected SEC_UNAUTHORISED");
    EXPECT_TRUE(progress_of(later.message_id).empty());
}

TEST_F(Commands, ACancelledCommandStaysCancelledOverARestart) {
    open();
    world.handler->report = nullptr;
    const auto running = camera();
    ASSERT_EQ(answer(running).status, "accepted");
    ASSERT_EQ(answer(cancel(running.message_id)).status, "completed");
    world.stop_appliance();
    heard.clear();
    world.start_appliance();
    open();
    ASSERT_EQ(answer(command()).status, "completed");
    EXPECT_TRUE(world.handler->run_ids.empty());
}

TEST_F(Commands, WhatComesTooFastIsRefusedAndNotKept) {  // contract B.12
    open();
    constexpr int flood = 200;
    std::vector<contract::Envelope> sent;
    for (int i = 0; i < flood; ++i) {
        sent.push_back(command());
        say(sent.back());
    }
    ASSERT_TRUE(world.until([&] { return acks().size() == flood; }));
    int completed = 0, refused = 0;
    for (const std::string& ack : acks()) {
        completed += ack == "completed" ? 1 : 0;
        refused += ack == "rejected LIM_RATE" ? 1 : 0;
    }
    EXPECT_EQ(completed + refused, flood);
    EXPECT_GE(completed, 60);
    EXPECT_GE(refused, 100);
    EXPECT_EQ(world.road->status().journal, completed);
    EXPECT_EQ(world.road->status().state, "connected");
}

TEST_F(Commands, AreKeptTogetherWhenTheyComeTogether) {  // contract B.4: group commit
    open();
    // Another connection's data_version changes with every commit of the appliance's.
    const auto onlooker =
        test::open_road_database((world.folder / "appliance.db").string(), "appliance");
    std::set<std::int64_t> versions;
    world.handler->before_decide = [&](const appliance::Command&) {
        auto version = onlooker->prepare("PRAGMA data_version");
        if (version.step()) versions.insert(version.integer(0));
    };
    std::vector<std::string> ids;
    for (int i = 0; i < 50; ++i) {
        const auto envelope = command();
        ids.push_back(envelope.message_id);
        say(envelope);
    }
    ASSERT_TRUE(world.until([&] { return acks().size() == 50; }));
    ASSERT_TRUE(world.until([&] { return world.handler->committed_ids.size() == 50; }));
    EXPECT_EQ(world.handler->committed_ids, ids) << "in order";
    EXPECT_LT(versions.size(), 25U) << "50 commands in far fewer transactions";
    world.handler->before_decide = nullptr;
}

TEST_F(Commands, WhatStudioHasIsNotSaidAgainThoughItsReceiptWasLost) {  // contract B.7 resume
    open();
    const auto done = command();
    ASSERT_EQ(answer(done).status, "completed");
    const std::int64_t acknowledged = read(heard.back()).seq;
    ASSERT_EQ(world.road->status().outbox, 1);
    socket->close(4429, "slow down");
    ASSERT_TRUE(world.until([&] { return connections == 2 && !heard.empty(); }));
    contract::Welcome welcome = welcome_for(read(heard[0]).nonce);
    welcome.session_id = "ses_01JD9V3T5C0Q8M7W2N4K6R1YZZ";
    welcome.resume_ack_up_to_seq = acknowledged;
    auto envelope = next(MessageType::WELCOME, welcome);
    envelope.session_id = welcome.session_id;
    say(envelope);
    ASSERT_TRUE(world.until([&] { return world.road->status().state == "connected"; }));
    EXPECT_EQ(events("connectivity.changed"), 1);
    EXPECT_EQ(world.road->status().outbox, 1) << "only the EVENT about the gap is left";
    EXPECT_FALSE(ack_of(done.message_id).has_value());
    EXPECT_NE(world.road->status().gap_cause.find("4429"), std::string::npos);
}

TEST_F(Commands, MetricsGiveWayWhileMuchWaits) {
    open();
    const auto metrics = [this] {
        int count = 0;
        for (const auto& text : heard) count += read(text).type == MessageType::METRICS ? 1 : 0;
        return count;
    };
    for (int i = 0; i < 10; ++i) world.road->metrics({});
    ASSERT_EQ(answer(command()).status, "completed");
    EXPECT_EQ(metrics(), 10);
    for (int i = 0; i < 150; ++i) {  // no RECEIPT comes for them
        contract::Event event;
        event.event_type = "camera.offline";
        world.road->event(event, {});
    }
    ASSERT_EQ(answer(command()).status, "completed");
    for (int i = 0; i < 10; ++i) world.road->metrics({});
    ASSERT_EQ(answer(command()).status, "completed");
    EXPECT_EQ(metrics(), 15);
}

TEST_F(Commands, OneThatThrowsDoesNotTakeItsNeighboursWithIt) {  // drills S6
    open();
    std::vector<contract::Envelope> sent;
    for (int i = 0; i < 20; ++i) sent.push_back(command());
    const std::string bad = sent[7].message_id;
    world.handler->before_decide = [&](const appliance::Command& command) {
        if (command.envelope.message_id != bad) return;
        world.handler->add_effect(bad);  // what it had stored goes with it
        throw std::logic_error("a bug");
    };
    for (const auto& envelope : sent) say(envelope);
    ASSERT_TRUE(world.until([&] { return acks().size() == 20; }));
    for (const auto& envelope : sent) {
        const std::string& id = envelope.message_id;
        EXPECT_EQ(outcome(*ack_of(id)), id == bad ? "rejected SYS_INTERNAL" : "completed ");
        EXPECT_EQ(world.handler->effects_of(id), id == bad ? 0 : 1);
    }
}

}  // namespace
}  // namespace vistter
