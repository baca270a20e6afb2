// One appliance's session as Studio keeps it: opening, proof, silence, renewal, end.
#include <gtest/gtest.h>

#include "studio/channel/bench.hpp"

namespace vistter::studio::test {
namespace {

using contract::MessageType;

contract::Event event() {
    contract::Event event;
    event.event_id = "01932f6c-7a10-7c3e-9b51-0f2a6d8e4c11";
    event.event_type = "camera.offline";
    event.severity = "error";
    event.occurred_at = WallTime{1'795'000'000'000};
    event.context.text = "{}";
    return event;
}

class ChannelSession : public ::testing::Test {
  protected:
    Bench bench;
};

TEST_F(ChannelSession, WelcomeSaysHowTheSessionIsKept) {  // contract B.7
    Peer peer(bench);
    ASSERT_TRUE(peer.open());
    const auto welcome = peer.bodies_of<contract::Welcome>(MessageType::WELCOME).at(0);
    EXPECT_EQ(welcome.heartbeat_s, 1);
    EXPECT_EQ(welcome.metrics_interval_s, 10);
    EXPECT_EQ(bench.directory.proofs, std::vector<std::string>{"tp-1 " + device_id + "#1"});
    const auto info = bench.channel->session(device_id);
    EXPECT_TRUE(info.connected);
    EXPECT_EQ(info.transport, "mqtts");
}

TEST_F(ChannelSession, BehindABrokerTheTokenMustBeBoundToACertificateOfTheDevice) {  // G1.8
    Peer stranger(bench);
    stranger.hello(bench.token(60'000, "somebody-elses"));
    ASSERT_TRUE(bench.until([&] { return stranger.closed != 0; }));
    EXPECT_EQ(stranger.closed, 4401);
    EXPECT_TRUE(bench.directory.proofs.empty());
}

TEST_F(ChannelSession, ARecordedHelloOpensNothing) {  // G5.6
    Peer peer(bench);
    std::string recorded;
    peer.record = &recorded;
    ASSERT_TRUE(peer.open());
    Peer replayed(bench);
    replayed.deliver_text(recorded);
    ASSERT_TRUE(bench.until([&] { return replayed.closed != 0; }));
    EXPECT_EQ(replayed.closed, 4401);
    EXPECT_EQ(peer.closed, 0) << "the real session goes on";
    EXPECT_TRUE(bench.channel->session(device_id).connected);
}

// A newer connection of the device takes over; the former one is told in a signed word.
TEST_F(ChannelSession, BehindABrokerAReplacedSessionHearsAGoodbye) {
    Peer former(bench);
    ASSERT_TRUE(former.open());
    Peer newer(bench);
    ASSERT_TRUE(newer.open());
    ASSERT_TRUE(bench.until([&] { return former.closed != 0; }));
    EXPECT_EQ(former.closed, 4409);
    const auto goodbyes = former.bodies_of<contract::Goodbye>(MessageType::GOODBYE);
    ASSERT_EQ(goodbyes.size(), 1U);
    EXPECT_EQ(goodbyes[0].reason, "replaced");
    EXPECT_EQ(former.heard_of(MessageType::GOODBYE)[0].session_id, former.session_id);
    EXPECT_EQ(newer.closed, 0);
}

// G1.12
TEST_F(ChannelSession, HeartbeatsThatAgreeKeepTheSessionAndSilenceEndsIt) {  // decision 0009
    Peer peer(bench);
    ASSERT_TRUE(peer.open());
    for (int i = 0; i < 5; ++i) {
        peer.send(event());
        bench.clock.advance_ms(1'000);
        peer.send(peer.heartbeat());
        bench.settle();
    }
    EXPECT_EQ(peer.closed, 0);
    ASSERT_TRUE(bench.until([&] { return peer.heard_of(MessageType::HEARTBEAT).size() >= 1; }));
    bench.clock.advance_ms(1'600);
    ASSERT_TRUE(bench.until([&] { return !bench.channel->session(device_id).connected; }))
        << "absent after one and a half periods";
    EXPECT_EQ(peer.closed, 0);
    bench.clock.advance_ms(1'000);
    ASSERT_TRUE(bench.until([&] { return peer.closed != 0; }));
    EXPECT_EQ(peer.closed, 4408);
    bench.settle();
    ASSERT_EQ(bench.channel->history(device_id, 10).size(), 1U);
    EXPECT_EQ(bench.channel->history(device_id, 10)[0].close_code, 4408);
}

TEST_F(ChannelSession, OtherMessagesDoNotStandInForHeartbeats) {
    Peer peer(bench);
    ASSERT_TRUE(peer.open());
    for (int i = 0; i < 4 && peer.closed == 0; ++i) {
        bench.clock.advance_ms(700);
        peer.send(event());
        bench.settle();
    }
    ASSERT_TRUE(bench.until([&] { return peer.closed != 0; }));
    EXPECT_EQ(peer.closed, 4408);
}

TEST_F(ChannelSession, AWithheldMessageIsNoticed) {
    Peer peer(bench);
    ASSERT_TRUE(peer.open());
    const auto withheld = peer.next(event());
    peer.said.note(withheld.type, withheld.seq, crypto::sha256(as_bytes(peer.seal(withheld))));
    peer.send(peer.heartbeat());
    bench.settle();
    EXPECT_EQ(peer.closed, 0) << "it may still be on its way";
    peer.send(peer.heartbeat());
    ASSERT_TRUE(bench.until([&] { return peer.closed != 0; }));
    EXPECT_EQ(peer.closed, 4403);
    ASSERT_TRUE(bench.until([&] { return !bench.shown.events.empty(); }));
    EXPECT_EQ(bench.shown.events.back(), "security.transcript_broken");
}

TEST_F(ChannelSession, LostMetricsBreakNothingAndAReceiptForgetsThem) {  // G2.33
    Peer peer(bench);
    ASSERT_TRUE(peer.open());
    (void)peer.next(contract::Metrics{});  // QoS 0: lost
    peer.send(event());
    ASSERT_TRUE(bench.until([&] { return !peer.heard_of(MessageType::RECEIPT).empty(); }));
    auto receipt = peer.bodies_of<contract::Receipt>(MessageType::RECEIPT).back();
    EXPECT_EQ(receipt.up_to_seq, 3);
    EXPECT_EQ(receipt.missing, std::vector<std::int64_t>{2});
    peer.send(peer.heartbeat());
    peer.send(event());
    ASSERT_TRUE(bench.until([&] { return peer.heard_of(MessageType::RECEIPT).size() == 2; }));
    receipt = peer.bodies_of<contract::Receipt>(MessageType::RECEIPT).back();
    EXPECT_EQ(receipt.up_to_seq, 5);
    EXPECT_TRUE(receipt.missing.empty());
}

TEST_F(ChannelSession, MessagesMayOvertakeEachOther) {
    Peer peer(bench);
    ASSERT_TRUE(peer.open());
    const auto first = peer.next(event());
    auto other = event();
    other.event_id = "01932f6c-7a10-7c3e-9b51-0f2a6d8e4c12";
    const auto second = peer.next(other);
    for (const auto& one : {first, second})
        peer.said.note(one.type, one.seq, crypto::sha256(as_bytes("")));
    peer.deliver_text(peer.seal(second));
    peer.deliver_text(peer.seal(first));
    ASSERT_TRUE(bench.until([&] {
        const auto receipts = peer.bodies_of<contract::Receipt>(MessageType::RECEIPT);
        return !receipts.empty() && receipts.back().missing.empty() &&
               receipts.back().up_to_seq == 3;
    }));
    EXPECT_EQ(bench.shown.events.size(), 2U);
}

TEST_F(ChannelSession, ARenewedTokenLengthensTheSessionWithoutAGap) {  // G1.8
    Peer peer(bench);
    peer.hello(bench.token(3'000));
    ASSERT_TRUE(bench.until([&] { return !peer.heard_of(MessageType::WELCOME).empty(); }));
    peer.session_id = peer.heard_of(MessageType::WELCOME).back().session_id;
    for (int i = 0; i < 10; ++i) {
        bench.clock.advance_ms(1'000);
        auto heartbeat = peer.heartbeat();
        heartbeat.session_token = bench.token(3'000);
        peer.send(heartbeat);
        bench.settle();
    }
    EXPECT_EQ(peer.closed, 0) << "ten seconds on tokens of three";
    auto forged = peer.heartbeat();
    forged.session_token = bench.token(600'000, "somebody-elses");
    peer.send(forged);
    bench.clock.advance_ms(1'500);
    peer.send(peer.heartbeat());
    bench.clock.advance_ms(2'000);
    ASSERT_TRUE(bench.until([&] { return peer.closed != 0; }));
    EXPECT_EQ(peer.closed, 1000);
}

TEST_F(ChannelSession, ALedgerThatWentBackIsReportedOnce) {
    Peer peer(bench);
    ASSERT_TRUE(peer.open());
    peer.ledger_rows = 7;
    peer.ledger_head = std::string(64, 'a');
    peer.send(peer.heartbeat());
    bench.settle();
    peer.events.closed(1006, "gone");
    bench.restart();
    Peer later(bench);
    ASSERT_TRUE(later.open());
    later.ledger_rows = 5;
    later.ledger_head = std::string(64, 'b');
    later.send(later.heartbeat());
    ASSERT_TRUE(bench.until([&] { return !bench.shown.events.empty(); }));
    later.send(later.heartbeat());
    bench.settle();
    EXPECT_EQ(bench.shown.events, std::vector<std::string>{"security.ledger_rollback"});
}

TEST_F(ChannelSession, ARevokedApplianceIsCutOffAtOnce) {  // G1.7
    Peer peer(bench);
    ASSERT_TRUE(peer.open());
    bench.directory.devices[0].revoked = true;
    bench.channel->trust_changed(device_id);
    EXPECT_EQ(peer.closed, 4410);
    EXPECT_EQ(peer.heard.back().type, MessageType::GOODBYE) << "a broker has no close codes";
    Peer again(bench);
    EXPECT_EQ(again.closed, 4410);
}

TEST_F(ChannelSession, StudioSignsWithTheKeyTheDeviceKnows) {
    ChannelKeys keys = bench.options.keys;
    keys.message.insert(keys.message.begin(),
                        {"studio:test#2", crypto::PrivateKey::generate().to_pem()});
    bench.channel->set_keys(keys);
    bench.directory.devices[0].studio_kid = "studio:test#1";
    Peer peer(bench);
    ASSERT_TRUE(peer.open());
    const auto kid_of = [](const std::string& text) {
        return crypto::read_jws(text, crypto::message_typ, contract::max_message_bytes)->kid;
    };
    EXPECT_EQ(kid_of(peer.raw.back()), "studio:test#1");
    bench.directory.devices[0].studio_kid.clear();
    bench.channel->trust_changed(device_id);
    bench.submit();
    ASSERT_TRUE(bench.until([&] { return !peer.heard_of(MessageType::CAMERA_ACTION).empty(); }));
    EXPECT_EQ(kid_of(peer.raw.back()), "studio:test#2");
}

TEST_F(ChannelSession, TheFormerSessionTellsWhereToGoOn) {
    Peer peer(bench);
    ASSERT_TRUE(peer.open());
    peer.send(event());
    ASSERT_TRUE(bench.until([&] { return !peer.heard_of(MessageType::RECEIPT).empty(); }));
    peer.events.closed(1006, "gone");
    bench.settle();
    const auto record = bench.channel->history(device_id, 1).at(0);
    EXPECT_EQ(record.close_code, 1006);
    EXPECT_EQ(record.cause, "gone");
    EXPECT_TRUE(record.ended_at.has_value());
}

}  // namespace
}  // namespace vistter::studio::test
