// A command from Studio's side: sent, cancelled, sent again, followed, answered by whom it was not
// asked.
#include <gtest/gtest.h>

#include "studio/channel/bench.hpp"

namespace vistter::studio::test {
namespace {

using contract::MessageType;

class ChannelCommands : public ::testing::Test {
  protected:
    // Opens a session for `peer_`.
    Peer& connect() {
        peer_ = std::make_unique<Peer>(bench);
        EXPECT_TRUE(peer_->open());
        return *peer_;
    }
    contract::Envelope answer(const std::string& command, const contract::Body& body,
                              const std::string& correlation_id = "") {
        contract::Envelope envelope = peer_->next(body);
        envelope.correlation_id = correlation_id.empty() ? command : correlation_id;
        return envelope;
    }
    void ack(const std::string& command, const std::string& status,
             std::optional<ErrorCode> error = {}, const std::string& correlation_id = "") {
        contract::Ack body;
        body.message_id = command;
        body.status = status;
        if (error) body.error = fail(*error, "because");
        peer_->deliver(answer(command, body, correlation_id));
    }
    void progress(const std::string& command, const std::string& state, std::int64_t revision) {
        contract::Progress body;
        body.message_id = command;
        body.state = state;
        body.revision = revision;
        peer_->deliver(answer(command, body));
    }
    bool arrives(const std::string& id, std::size_t times = 1) {
        return bench.until([&] {
            std::size_t count = 0;
            for (const auto& envelope : peer_->heard) count += envelope.message_id == id ? 1U : 0U;
            return count >= times;
        });
    }
    bool becomes(const std::string& id, const std::string& state) {
        return bench.until([&] { return bench.state_of(id) == state; });
    }
    std::vector<std::string> steps(const std::string& id) {
        std::vector<std::string> list;
        for (const auto& entry : bench.channel->trace(id))
            list.push_back(entry.direction + " " + entry.what +
                           (entry.state.empty() ? "" : " " + entry.state));
        return list;
    }
    const contract::Actor operator_{"user", "usr_2", "operator"};
    Bench bench;
    std::unique_ptr<Peer> peer_;
};

TEST_F(ChannelCommands, EveryStepCanBeFollowedByOneId) {  // G2.3
    connect();
    const std::string id = bench.submit();
    ASSERT_TRUE(arrives(id));
    ack(id, "accepted");
    progress(id, "running", 1);
    progress(id, "running", 2);
    progress(id, "succeeded", 3);
    ASSERT_TRUE(becomes(id, "succeeded"));
    bench.settle();
    EXPECT_EQ(steps(id),
              (std::vector<std::string>{"studio accepted", "out CAMERA_ACTION", "in ACK accepted",
                                        "in PROGRESS running", "in PROGRESS succeeded"}));
    const auto trace = bench.channel->trace(id);
    EXPECT_EQ(trace[1].session_id, peer_->session_id);
    EXPECT_EQ(trace[1].transport, "mqtts");
    EXPECT_GT(trace[1].seq, 0);
    const auto record = *bench.channel->find(id);
    EXPECT_EQ(record.attempts, 1);
    EXPECT_EQ(record.actor.id, "usr_1");
    EXPECT_TRUE(record.finished_at.has_value());
}

TEST_F(ChannelCommands, AnUnsentCommandIsCancelledInStudio) {
    const std::string id = bench.submit();
    const auto cancelled = bench.channel->cancel(id, operator_, "changed my mind");
    ASSERT_TRUE(cancelled);
    EXPECT_TRUE(cancelled->finished);
    EXPECT_EQ(bench.state_of(id), "cancelled");
    connect();
    bench.settle();
    EXPECT_TRUE(peer_->heard_of(MessageType::CAMERA_ACTION).empty());
    EXPECT_EQ(steps(id).back(), "studio cancelled usr_2: changed my mind");
    EXPECT_TRUE(bench.channel->cancel(id, operator_, "again")->finished);
}

TEST_F(ChannelCommands, ASentCommandIsCancelledByTheAppliance) {
    connect();
    const std::string id = bench.submit();
    ASSERT_TRUE(arrives(id));
    ack(id, "accepted");
    ASSERT_TRUE(becomes(id, "accepted"));
    const auto asked = bench.channel->cancel(id, operator_, "too early");
    ASSERT_TRUE(asked);
    EXPECT_FALSE(asked->finished);
    ASSERT_TRUE(arrives(asked->cancel_id));
    EXPECT_EQ(bench.channel->cancel(id, operator_, "twice")->cancel_id, asked->cancel_id);
    EXPECT_EQ(peer_->bodies_of<contract::CommandCancel>(MessageType::COMMAND_CANCEL)[0].message_id,
              id);
    ack(asked->cancel_id, "completed", {}, id);
    progress(id, "cancelled", 1);
    ASSERT_TRUE(becomes(id, "cancelled"));
    EXPECT_TRUE(bench.channel->find(id)->cancelled_by.empty());
    EXPECT_TRUE(bench.channel->orphans(device_id, 10).empty());
}

TEST_F(ChannelCommands, WhatTheApplianceNeverHadIsCancelledAndNotSentAgain) {
    connect();
    const std::string id = bench.submit();
    ASSERT_TRUE(arrives(id));
    const auto asked = bench.channel->cancel(id, operator_, "lost");
    ASSERT_TRUE(arrives(asked->cancel_id));
    bench.clock.advance_ms(6'000);
    peer_->send(peer_->heartbeat());
    ack(asked->cancel_id, "rejected", ErrorCode::STA_UNKNOWN_COMMAND, id);
    ASSERT_TRUE(becomes(id, "cancelled"));
    bench.settle();
    EXPECT_EQ(bench.channel->find(id)->attempts, 1);
    EXPECT_EQ(steps(id).back(), "studio cancelled the appliance never had it");
}

TEST_F(ChannelCommands, AnEqualRoleIsNeededToCancel) {  // a viewer cannot
    const std::string id = bench.submit();
    const auto refused = bench.channel->cancel(id, {"user", "usr_3", "viewer"}, "");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::SEC_UNAUTHORISED);
    EXPECT_EQ(
        bench.channel->cancel("01932f6c-7a10-7c3e-9b51-0f2a6d8e4c11", operator_, "").error().code,
        ErrorCode::RES_NOT_FOUND);
}

TEST_F(ChannelCommands, ResendSendsNowUnderTheSameId) {
    connect();
    const std::string id = bench.submit();
    ASSERT_TRUE(arrives(id));
    ASSERT_TRUE(bench.channel->resend(id));
    ASSERT_TRUE(arrives(id, 2));
    const auto copies = peer_->heard_of(MessageType::CAMERA_ACTION);
    EXPECT_NE(copies[0].seq, copies[1].seq);
    EXPECT_NE(copies[0].nonce, copies[1].nonce);
    EXPECT_EQ(bench.channel->find(id)->attempts, 2);
    ack(id, "completed");
    ASSERT_TRUE(becomes(id, "completed"));
    EXPECT_EQ(bench.channel->resend(id).error().code, ErrorCode::STA_TRANSITION);
}

TEST_F(ChannelCommands, AnAnswerNobodyAskedForIsKeptAndShown) {  // G2.3
    connect();
    const std::string stranger = "01932f6c-7a10-7c3e-9b51-0f2a6d8e4c11";
    ack(stranger, "completed");
    const std::string id = bench.submit();
    ASSERT_TRUE(arrives(id));
    ack(id, "completed", {}, stranger);
    ASSERT_TRUE(becomes(id, "completed"));
    const auto orphans = bench.channel->orphans(device_id, 10);
    ASSERT_EQ(orphans.size(), 2U);
    EXPECT_EQ(orphans[0].command_id, id);
    EXPECT_EQ(orphans[0].correlation_id, stranger);
    EXPECT_EQ(orphans[1].command_id, stranger);
    EXPECT_EQ(peer_->closed, 0);
}

TEST_F(ChannelCommands, ANewSessionAsksAfterWhatWasAccepted) {
    connect();
    const std::string id = bench.submit();
    ASSERT_TRUE(arrives(id));
    ack(id, "accepted");
    ASSERT_TRUE(becomes(id, "accepted"));
    peer_->events.closed(1006, "gone");
    connect();
    ASSERT_TRUE(arrives(id));
    EXPECT_EQ(bench.state_of(id), "accepted");
    ack(id, "rejected", ErrorCode::SEC_EXPIRED);  // its journal was lost, and it is too late
    ASSERT_TRUE(becomes(id, "rejected"));
}

TEST_F(ChannelCommands, APromiseThatIsNotKeptShowsAsStalled) {  // G2.28
    connect();
    const std::string id = bench.submit();
    ASSERT_TRUE(arrives(id));
    ack(id, "accepted");
    ASSERT_TRUE(becomes(id, "accepted"));
    EXPECT_FALSE(bench.channel->find(id)->stalled);
    bench.clock.advance_ms(61'000);
    EXPECT_TRUE(bench.channel->find(id)->stalled);
}

TEST_F(ChannelCommands, WhatACommandRequiresTravelsWithIt) {
    connect();
    NewCommand command;
    command.device_id = device_id;
    command.body = R"({"config_patch":{}})";
    command.actor = {"user", "usr_1", "admin"};
    command.requires_features = {"layer.svg", "layer.video"};
    command.not_before = WallTime{bench.clock.wall().ms + 5'000};
    const auto id = bench.channel->submit(command);
    ASSERT_TRUE(id);
    ASSERT_TRUE(arrives(*id));
    const auto sent = peer_->heard_of(MessageType::DEVICE_CONFIG).at(0);
    EXPECT_EQ(sent.requires_features, command.requires_features);
    EXPECT_EQ(sent.not_before, command.not_before);
}

TEST_F(ChannelCommands, ListenersHearOfEveryEndOnce) {
    std::vector<std::string> ends;
    bench.channel->on_command_finished(
        [&](const CommandRecord& record) { ends.push_back(record.state); });
    connect();
    const std::string done = bench.submit();
    ASSERT_TRUE(arrives(done));
    ack(done, "completed");
    ack(done, "completed");
    ASSERT_TRUE(becomes(done, "completed"));
    peer_->events.closed(1006, "gone");
    bench.settle();
    (void)bench.submit("", 1'000);
    bench.clock.advance_ms(2'000);
    ASSERT_TRUE(bench.until([&] { return ends.size() == 2; }));
    EXPECT_EQ(ends, (std::vector<std::string>{"completed", "expired"}));
}

TEST_F(ChannelCommands, AnAnswerThatCannotBeShownIsLetInAllTheSame) {
    connect();
    bench.shown.throw_on_ack = true;
    const std::string one = bench.submit(), other = bench.submit();
    ASSERT_TRUE(arrives(one));
    ASSERT_TRUE(arrives(other));
    ack(one, "completed");
    ack(other, "completed");
    ASSERT_TRUE(becomes(one, "completed"));
    ASSERT_TRUE(becomes(other, "completed"));
    EXPECT_EQ(peer_->closed, 0);
}

TEST_F(ChannelCommands, TheChainedLedgerHoldsBothEndsWords) {  // decision 0009
    connect();
    const std::string id = bench.submit();
    ASSERT_TRUE(arrives(id));
    ack(id, "accepted");
    progress(id, "succeeded", 1);
    ASSERT_TRUE(becomes(id, "succeeded"));
    peer_->ledger_rows = 3;
    peer_->ledger_head = std::string(64, 'c');
    peer_->send(peer_->heartbeat());
    ASSERT_TRUE(
        bench.until([&] { return bench.channel->ledger_rows(device_id, 0, 100).size() == 4; }));
    auto rows = bench.channel->ledger_rows(device_id, 0, 100);
    std::vector<std::string> said;
    for (const auto& row : rows) said.push_back(row.direction + " " + row.type);
    EXPECT_EQ(said, (std::vector<std::string>{"out CAMERA_ACTION", "in ACK", "in PROGRESS",
                                              "in HEARTBEAT"}));
    EXPECT_FALSE(link::first_fault(rows, std::string(link::empty_ledger_head)).has_value());
    EXPECT_EQ(bench.channel->ledger_rows(device_id, 2, 100).size(), 2U);
    rows[1].content += " ";
    const auto fault = link::first_fault(rows, std::string(link::empty_ledger_head));
    ASSERT_TRUE(fault.has_value()) << "a changed answer must show";
    EXPECT_EQ(fault->n, 2);
    bench.clock.advance_ms(1'100);
    ASSERT_TRUE(bench.until([&] { return !peer_->heard_of(MessageType::HEARTBEAT).empty(); }));
    EXPECT_EQ(peer_->bodies_of<contract::Heartbeat>(MessageType::HEARTBEAT).back().ledger_rows, 4);
}

}  // namespace
}  // namespace vistter::studio::test
