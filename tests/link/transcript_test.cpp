// The transcript both ends compute: against hashes made by another program, and every way in which
// a message can be missing, too much, late or another.
#include "link/transcript.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace vistter::link {
namespace {

using contract::MessageType;
using Verdict = TranscriptCheck::Verdict;

crypto::Digest digest(std::string_view text) {
    return crypto::sha256(as_bytes(text));
}

struct Ends {
    Transcript sender;
    TranscriptCheck receiver;
    void say(std::int64_t seq, std::string_view text) {
        sender.note(MessageType::ACK, seq, digest(text));
    }
    void hear(std::int64_t seq, std::string_view text) {
        receiver.note(MessageType::ACK, seq, digest(text));
    }
    void both(std::int64_t seq, std::string_view text) {
        say(seq, text);
        hear(seq, text);
    }
    Verdict heartbeat(std::int64_t sent_seq) { return receiver.judge(sent_seq, sender.hex()); }
};

TEST(Transcript, IsTheHashAnotherProgramComputes) {  // made with Python's hashlib
    Transcript transcript;
    EXPECT_EQ(transcript.hex(), std::string(64, '0'));
    transcript.note(MessageType::HELLO, 1, digest("HELLO"));
    EXPECT_EQ(transcript.hex(), "ad7139b6250f36d4c9abd4ea57012606c2a7db40e57fe188449903c48fa4c165");
    transcript.note(MessageType::ACK, 2, digest("ACK one"));
    transcript.note(MessageType::METRICS, 3, digest("may be lost"));
    transcript.note(MessageType::ACK, 4, digest("ACK two"));
    transcript.note(MessageType::HEARTBEAT, 5, digest("not in it"));
    EXPECT_EQ(transcript.hex(), "4e76a96d697a11ba101350a8b6a8bca869c2cd28a89a5c43d3807a69ad1bc4e7");
}

TEST(Transcript, WhatWasSaidAndHeardIsWhole) {
    Ends ends;
    EXPECT_EQ(ends.heartbeat(0), Verdict::whole);
    ends.both(1, "HELLO");
    ends.both(2, "a");
    EXPECT_EQ(ends.heartbeat(2), Verdict::whole);
    ends.both(4, "b");
    EXPECT_EQ(ends.heartbeat(4), Verdict::whole);
    EXPECT_EQ(ends.heartbeat(4), Verdict::whole) << "silence is proven too";
}

TEST(Transcript, OrderOfArrivalDoesNotMatter) {
    Ends ends;
    ends.say(1, "a");
    ends.say(2, "b");
    ends.hear(2, "b");
    ends.hear(1, "a");
    EXPECT_EQ(ends.heartbeat(2), Verdict::whole);
}

TEST(Transcript, AHeartbeatMayOvertakeAMessage) {
    Ends ends;
    ends.both(1, "a");
    ends.say(2, "late");
    EXPECT_EQ(ends.heartbeat(2), Verdict::waiting);
    ends.hear(2, "late");
    ends.say(3, "later");
    EXPECT_EQ(ends.heartbeat(3), Verdict::waiting) << "the first is mended, the second waits";
    ends.hear(3, "later");
    EXPECT_EQ(ends.heartbeat(3), Verdict::whole);
}

TEST(Transcript, AWithheldMessageIsNoticed) {  // G2.30, also the last one of a conversation
    Ends ends;
    ends.both(1, "a");
    ends.say(2, "withheld");
    EXPECT_EQ(ends.heartbeat(2), Verdict::waiting);
    EXPECT_EQ(ends.heartbeat(2), Verdict::broken);
}

TEST(Transcript, AMessageNobodySaidIsNoticed) {
    Ends ends;
    ends.both(1, "a");
    ends.hear(2, "forged");
    EXPECT_EQ(ends.heartbeat(1), Verdict::whole) << "it may have been said after the heartbeat";
    ends.say(3, "b");
    ends.hear(3, "b");
    EXPECT_EQ(ends.heartbeat(3), Verdict::waiting);
    EXPECT_EQ(ends.heartbeat(3), Verdict::broken);
}

TEST(Transcript, AMessageBelowWhatIsProvenIsNoticed) {
    Ends ends;
    ends.both(5, "a");
    EXPECT_EQ(ends.heartbeat(5), Verdict::whole);
    ends.hear(3, "slipped in");
    EXPECT_EQ(ends.heartbeat(5), Verdict::waiting);
    EXPECT_EQ(ends.heartbeat(5), Verdict::broken);
}

TEST(Transcript, AChangedMessageIsNoticed) {
    Ends ends;
    ends.say(1, "start");
    ends.hear(1, "stop");
    EXPECT_EQ(ends.heartbeat(1), Verdict::waiting);
    EXPECT_EQ(ends.heartbeat(1), Verdict::broken);
}

TEST(Transcript, MessagesThatChangePlacesAreNoticed) {
    Ends ends;
    ends.say(1, "a");
    ends.say(2, "b");
    ends.hear(1, "b");
    ends.hear(2, "a");
    EXPECT_EQ(ends.heartbeat(2), Verdict::waiting);
    EXPECT_EQ(ends.heartbeat(2), Verdict::broken);
}

TEST(Transcript, AnEndlessTailIsNotKept) {
    Ends ends;
    for (std::int64_t seq = 1; seq <= static_cast<std::int64_t>(TranscriptCheck::limit) + 1; ++seq)
        ends.both(seq, "x");
    EXPECT_EQ(ends.heartbeat(static_cast<std::int64_t>(TranscriptCheck::limit) + 1),
              Verdict::broken);
}

}  // namespace
}  // namespace vistter::link
