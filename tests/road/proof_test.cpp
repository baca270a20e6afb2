// Heartbeats, transcript and ledger at the appliance: silence, withheld messages and a ledger that
// goes back are noticed, whoever carries the messages (docs/decisions/0009).
#include <gtest/gtest.h>

#include "appliance/adapters/road/ledger_store.hpp"
#include "road/spoken_studio.hpp"

namespace vistter {
namespace {

using contract::MessageType;

class Proof : public test::SpokenStudio {
  protected:
    Proof() { heartbeat_s = 1; }
    contract::Heartbeat heartbeat() {
        contract::Heartbeat body;
        body.sent_seq = seq;
        body.transcript = said.hex();
        body.ledger_rows = ledger_rows;
        body.ledger_head = ledger_head;
        return body;
    }
    void beat(const contract::Heartbeat& body) { say(next(MessageType::HEARTBEAT, body)); }
    // A command whose answer has come.
    void one_command() {
        const auto envelope = command();
        say(envelope);
        ASSERT_TRUE(world.until([&] { return ack_of(envelope.message_id).has_value(); }));
    }
    std::int64_t ledger_rows = 0;
    std::string ledger_head{link::empty_ledger_head};
};

TEST_F(Proof, TheApplianceProvesWhatItSaid) {  // G2.30
    open();
    one_command();
    ASSERT_TRUE(world.until([&] { return !heartbeats().empty(); }));
    link::Transcript transcript;
    for (const auto& text : heard) {
        const auto envelope = read(text);
        if (envelope.type == MessageType::HEARTBEAT) break;
        transcript.note(envelope.type, envelope.seq, crypto::sha256(as_bytes(text)));
    }
    const auto first = heartbeats().front();
    EXPECT_EQ(first.transcript, transcript.hex());
    EXPECT_EQ(first.received_seq, seq);
    EXPECT_EQ(first.ledger_rows, 2) << "the command and its ACK";
}

TEST_F(Proof, SilenceEndsTheSession) {  // G1.6
    open();
    ASSERT_TRUE(world.until([&] { return closed_with != 0; }, 5'000));
    EXPECT_EQ(closed_with, 4408);
}

TEST_F(Proof, AWithheldMessageEndsTheSessionAndIsReported) {  // G2.30
    open();
    const auto withheld = command();
    said.note(withheld.type, withheld.seq, crypto::sha256(as_bytes(sealed(withheld))));
    beat(heartbeat());
    beat(heartbeat());
    ASSERT_TRUE(world.until([&] { return closed_with != 0; }));
    EXPECT_EQ(closed_with, 4403);
    EXPECT_EQ(events("security.transcript_broken"), 1);
}

TEST_F(Proof, HonestHeartbeatsKeepTheSession) {  // the control of the two above
    open();
    const async::Handle beats = world.loop.every(500, [&] {
        say(command());
        beat(heartbeat());
    });
    EXPECT_FALSE(world.until([&] { return closed_with != 0; }, 3'500));
    EXPECT_EQ(world.road->status().state, "connected");
    EXPECT_TRUE(world.road->status().heard_at.has_value());
}

TEST_F(Proof, TheLedgerIsAChainWithStudiosHeadsInIt) {
    open();
    one_command();
    ledger_rows = 2;
    ledger_head = std::string(64, 'a');
    beat(heartbeat());
    one_command();
    const auto rows = appliance::LedgerStore(*world.appliance_db).after(0, 100);
    ASSERT_EQ(rows.size(), 5U);
    EXPECT_FALSE(link::first_fault(rows, std::string(link::empty_ledger_head)).has_value());
    EXPECT_EQ(rows[0].direction + " " + rows[0].type, "in DEVICE_CONFIG");
    EXPECT_EQ(rows[1].direction + " " + rows[1].type, "out ACK");
    EXPECT_EQ(rows[2].direction + " " + rows[2].type, "in HEARTBEAT");
    EXPECT_TRUE(static_cast<bool>(crypto::read_jws(rows[0].content, crypto::message_typ, 262'144)))
        << "the command as Studio signed it";
}

TEST_F(Proof, HeartbeatsAloneWriteNothing) {
    open();
    for (int i = 0; i < 5; ++i) {
        ledger_head = std::string(64, static_cast<char>('a' + i));
        ++ledger_rows;
        beat(heartbeat());
    }
    one_command();
    EXPECT_EQ(appliance::LedgerStore(*world.appliance_db).rows(), 2);
}

TEST_F(Proof, AStudioLedgerThatWentBackIsReported) {  // drills, hostile administrator
    open();
    ledger_rows = 7;
    ledger_head = std::string(64, 'a');
    beat(heartbeat());
    one_command();
    beat(heartbeat());
    ledger_rows = 6;
    ledger_head = std::string(64, 'b');
    beat(heartbeat());
    ASSERT_TRUE(world.until([&] { return events("security.ledger_rollback") == 1; }));
}

}  // namespace
}  // namespace vistter
