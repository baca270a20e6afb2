// The receive pipeline: what falls silently, what is refused and with which code, and that the
// order is the contract's (contract B.4; G2.2, G2.4, G2.5, G2.6).
#include "link/receiver.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "link/authority.hpp"
#include "link/close_code.hpp"
#include "link/envelopes.hpp"

namespace vistter::link {
namespace {

using contract::Envelope;
using contract::MessageType;
using test::our_device;
using test::our_session;
using test::show_time;

bool never_known(const std::string&) {
    return false;
}

class AppliancePipeline : public ::testing::Test {
  protected:
    AppliancePipeline() { receiver_.open_session(our_session, "1.0"); }
    Judgement judge(const Envelope& envelope) { return judge_bytes(envelope, envelope.nonce); }
    Judgement judge_bytes(const Envelope& envelope, const std::string& fingerprint) {
        return receiver_.judge(envelope, fingerprint, show_time,
                               [this](const std::string& id) { return known_.contains(id); });
    }
    Envelope command() { return sender_.message(MessageType::CAMERA_ACTION); }
    void expect_refused(const Envelope& envelope, ErrorCode code, bool journaled) {
        const Judgement judgement = judge(envelope);
        EXPECT_EQ(judgement.verdict, Verdict::refuse);
        ASSERT_TRUE(judgement.error.has_value());
        EXPECT_EQ(judgement.error->code, code) << judgement.error->message;
        EXPECT_EQ(judgement.journaled, journaled);
    }

    test::Sender sender_{7};
    std::set<std::string> known_;
    Receiver receiver_{ReceiverState{Side::device, our_device, "", "1.0", {"ptz"}, {"1.0"}}};
};

TEST_F(AppliancePipeline, LetsAGoodCommandThrough) {
    EXPECT_EQ(judge(command()).verdict, Verdict::accept);
    EXPECT_EQ(receiver_.highest_seq(), 1);
}

TEST_F(AppliancePipeline, RefusesAMisaddressedCommand) {
    Envelope other = command();
    other.device_id = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABD";
    expect_refused(other, ErrorCode::SEC_WRONG_DEVICE, false);
}

TEST_F(AppliancePipeline, DropsWhatAnApplianceNeverReceives) {
    for (const MessageType type :
         {MessageType::ACK, MessageType::PROGRESS, MessageType::EVENT, MessageType::METRICS,
          MessageType::HELLO, MessageType::STATE_REPORT}) {
        EXPECT_EQ(judge(sender_.message(type)).verdict, Verdict::drop) << contract::to_string(type);
    }
    EXPECT_EQ(receiver_.counters().dropped, 6);
}

TEST_F(AppliancePipeline, RefusesAnotherSchemaVersion) {
    Envelope other = command();
    other.schema_version = "1.1";
    expect_refused(other, ErrorCode::VER_UNSUPPORTED, false);
}

TEST_F(AppliancePipeline, RefusesAStaleSession) {
    Envelope other = command();
    other.session_id = "ses_01JD9V3T5C0Q8M7W2N4K6R1YZY";
    expect_refused(other, ErrorCode::SEC_STALE_SESSION, false);
}

TEST_F(AppliancePipeline, DropsASecondWelcome) {
    EXPECT_EQ(judge(sender_.message(MessageType::WELCOME)).verdict, Verdict::drop);
}

TEST_F(AppliancePipeline, RefusesTimestampsBeyond120Seconds) {
    for (const std::int64_t offset : {-120'000, 120'000}) {
        EXPECT_EQ(
            judge(sender_.message(MessageType::CAMERA_ACTION, {show_time.ms + offset})).verdict,
            Verdict::accept)
            << offset;
    }
    for (const std::int64_t offset : {-120'001, 120'001}) {
        expect_refused(sender_.message(MessageType::CAMERA_ACTION, {show_time.ms + offset}),
                       ErrorCode::SEC_CLOCK_SKEW, false);
    }
}

TEST_F(AppliancePipeline, DropsTheSameBytesAgainAndCountsThem) {
    const Envelope once = command();
    EXPECT_EQ(judge(once).verdict, Verdict::accept);
    for (int i = 0; i < 3; ++i) {
        const Judgement again = judge(once);
        EXPECT_EQ(again.verdict, Verdict::drop);
        EXPECT_TRUE(again.replay);
    }
    EXPECT_EQ(receiver_.counters().dup_dropped, 3);
}

TEST_F(AppliancePipeline, DropsAUsedSequenceNumberWithAFreshNonce) {
    Envelope first = command(), second = command();
    second.seq = first.seq;
    EXPECT_EQ(judge(first).verdict, Verdict::accept);
    EXPECT_TRUE(judge(second).replay);
}

TEST_F(AppliancePipeline, ClosesOnANonceWithTwoMessages) {
    const Envelope first = command();
    Envelope second = command();
    second.nonce = first.nonce;
    EXPECT_EQ(judge_bytes(first, "one").verdict, Verdict::accept);
    const Judgement judgement = judge_bytes(second, "two");
    EXPECT_EQ(judgement.verdict, Verdict::close);
    EXPECT_EQ(judgement.close_code, close_code::security_violation);
    EXPECT_EQ(receiver_.counters().conflicts, 1);
}

TEST_F(AppliancePipeline, AnswersARetryOfAKnownCommandAsDuplicate) {
    Envelope retry = command();
    known_.insert(retry.message_id);
    retry.expires_at = WallTime{show_time.ms - 1};  // even past its expiry: the dedupe comes first
    EXPECT_EQ(judge(retry).verdict, Verdict::duplicate);
}

TEST_F(AppliancePipeline, RefusesAnExpiredCommandAndKeepsTheRefusal) {
    Envelope late = command();
    late.expires_at = show_time;
    expect_refused(late, ErrorCode::SEC_EXPIRED, true);
    Envelope without = command();
    without.expires_at.reset();
    expect_refused(without, ErrorCode::VAL_SCHEMA, true);
}

TEST_F(AppliancePipeline, RefusesAnActorWithoutTheRight) {
    Envelope viewer = command();
    viewer.actor->role = "viewer";
    expect_refused(viewer, ErrorCode::SEC_UNAUTHORISED, true);
    Envelope nobody = command();
    nobody.actor.reset();
    expect_refused(nobody, ErrorCode::SEC_UNAUTHORISED, true);
}

TEST_F(AppliancePipeline, RefusesAnUnknownFeatureOrOverlayVersion) {
    Envelope known = command();
    known.requires_features = {"ptz"};
    EXPECT_EQ(judge(known).verdict, Verdict::accept);
    Envelope unknown = command();
    unknown.requires_features = {"ptz", "holograms"};
    expect_refused(unknown, ErrorCode::VER_FEATURE_UNSUPPORTED, true);
    Envelope overlay = sender_.message(MessageType::OVERLAY_UPDATE);
    overlay.ocl_version = "1.7";
    expect_refused(overlay, ErrorCode::OCL_VERSION, true);
}

// Every fault is added on top of all later ones: each time the earliest step must be the one that
// answers.
TEST_F(AppliancePipeline, FollowsTheNormativeOrder) {
    using Spoil = std::function<void(Envelope&)>;
    const std::vector<std::pair<ErrorCode, Spoil>> last_to_first = {
        {ErrorCode::VER_FEATURE_UNSUPPORTED,
         [](Envelope& e) { e.requires_features = {"holograms"}; }},
        {ErrorCode::SEC_UNAUTHORISED, [](Envelope& e) { e.actor->role = "viewer"; }},
        {ErrorCode::SEC_EXPIRED, [](Envelope& e) { e.expires_at = WallTime{1}; }},
        {ErrorCode::SEC_CLOCK_SKEW, [](Envelope& e) { e.timestamp = WallTime{1}; }},
        {ErrorCode::SEC_STALE_SESSION,
         [](Envelope& e) { e.session_id = "ses_01JD9V3T5C0Q8M7W2N4K6R1YZY"; }},
        {ErrorCode::VER_UNSUPPORTED, [](Envelope& e) { e.schema_version = "2.0"; }},
        {ErrorCode::SEC_WRONG_DEVICE,
         [](Envelope& e) { e.device_id = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABD"; }},
    };
    for (std::size_t faults = 1; faults <= last_to_first.size(); ++faults) {
        Envelope envelope = command();
        for (std::size_t i = 0; i < faults; ++i) last_to_first[i].second(envelope);
        const Judgement judgement = judge(envelope);
        ASSERT_TRUE(judgement.error.has_value());
        EXPECT_EQ(judgement.error->code, last_to_first[faults - 1].first)
            << to_string(judgement.error->code);
    }
}

TEST_F(AppliancePipeline, ARefusalBeforeTheWindowLeavesTheSequenceNumberUnused) {
    Envelope envelope = command();
    const std::string right = envelope.session_id;
    envelope.session_id = "ses_01JD9V3T5C0Q8M7W2N4K6R1YZY";
    EXPECT_EQ(judge(envelope).verdict, Verdict::refuse);
    envelope.session_id = right;
    EXPECT_EQ(judge(envelope).verdict, Verdict::accept);
}

TEST(Opening, AnythingBeforeTheOpeningClosesWith4407) {
    for (const Side side : {Side::device, Side::studio}) {
        Receiver receiver(ReceiverState{side, our_device, "", "1.0", {}, {}});
        test::Sender sender(3);
        const auto early =
            sender.message(side == Side::device ? MessageType::CAMERA_ACTION : MessageType::EVENT);
        const Judgement judgement = receiver.judge(early, "f", show_time, never_known);
        EXPECT_EQ(judgement.verdict, Verdict::close);
        EXPECT_EQ(judgement.close_code, close_code::not_welcomed);
    }
}

// A broker's topic is one for all connections of a device: what Studio says to the former one, its
// GOODBYE above all, must not end the new one.
TEST(Opening, OnASharedPathAnEarlierSessionsMessagesFall) {
    Receiver receiver(ReceiverState{Side::device, our_device, "", "1.0", {}, {}, true});
    test::Sender sender(3);
    const auto goodbye = sender.message(MessageType::GOODBYE);
    ASSERT_FALSE(goodbye.session_id.empty());
    EXPECT_EQ(receiver.judge(goodbye, "f", show_time, never_known).verdict, Verdict::drop);
    const auto command = sender.message(MessageType::CAMERA_ACTION);
    EXPECT_EQ(receiver.judge(command, "g", show_time, never_known).verdict, Verdict::drop);
    auto homeless = sender.message(MessageType::GOODBYE);
    homeless.session_id.clear();
    EXPECT_EQ(receiver.judge(homeless, "h", show_time, never_known).close_code,
              close_code::not_welcomed);
}

TEST(Opening, AHelloFromAnUnsetClockIsHeard) {
    Receiver receiver(ReceiverState{Side::studio, our_device, "", "1.0", {}, {}});
    test::Sender sender(3);
    Envelope hello = sender.message(MessageType::HELLO, WallTime{0});
    hello.session_id.clear();
    EXPECT_EQ(receiver.judge(hello, "f", show_time, never_known).verdict, Verdict::accept);
}

TEST(Opening, AHelloOfAnotherMajorIsRefused) {
    Receiver receiver(ReceiverState{Side::studio, our_device, "", "1.0", {}, {}});
    test::Sender sender(3);
    Envelope hello = sender.message(MessageType::HELLO);
    hello.session_id.clear();
    hello.schema_version = "2.0";
    const Judgement judgement = receiver.judge(hello, "f", show_time, never_known);
    EXPECT_EQ(judgement.verdict, Verdict::refuse);
    EXPECT_EQ(judgement.error->code, ErrorCode::VER_UNSUPPORTED);
}

TEST(StudioPipeline, AnswersNothingAndLetsEveryReportInOnce) {
    Receiver receiver(ReceiverState{Side::studio, our_device, our_session, "1.0", {}, {}});
    test::Sender sender(5);
    std::set<std::string> inbox;
    const auto known = [&](const std::string& id) { return inbox.contains(id); };
    Envelope ack = sender.message(MessageType::ACK);
    EXPECT_EQ(receiver.judge(ack, "a", show_time, known).verdict, Verdict::accept);
    inbox.insert(ack.message_id);
    Envelope resent = sender.message(MessageType::ACK);
    resent.message_id = ack.message_id;
    EXPECT_EQ(receiver.judge(resent, "b", show_time, known).verdict, Verdict::duplicate);
    Envelope stale = sender.message(MessageType::EVENT);
    stale.session_id = "ses_01JD9V3T5C0Q8M7W2N4K6R1YZY";
    EXPECT_EQ(receiver.judge(stale, "c", show_time, known).verdict, Verdict::drop);
    EXPECT_EQ(
        receiver.judge(sender.message(MessageType::CAMERA_ACTION), "d", show_time, known).verdict,
        Verdict::drop);
}

// The negative controls: without a defence, what it is for gets through (G1.10).
TEST(Defences, WithoutThemAReplayGetsThrough) {
    const ReceiverState state{Side::device, our_device, our_session, "1.0", {}, {}};
    for (const bool armed : {true, false}) {
        Receiver receiver(state, ReceiverDefences{armed, armed, true, true});
        const Envelope command = test::Sender(5).message(MessageType::CAMERA_ACTION);
        EXPECT_EQ(receiver.judge(command, "a", show_time, never_known).verdict, Verdict::accept);
        EXPECT_EQ(receiver.judge(command, "a", show_time, never_known).verdict,
                  armed ? Verdict::drop : Verdict::accept);
    }
}

TEST(Defences, WithoutThemAnotherSessionsAndAnOldMessageGetThrough) {
    const ReceiverState state{Side::device, our_device, our_session, "1.0", {}, {}};
    for (const bool armed : {true, false}) {
        Receiver receiver(state, ReceiverDefences{true, true, armed, armed});
        test::Sender sender(5);
        Envelope stale = sender.message(MessageType::CAMERA_ACTION);
        stale.session_id = "ses_01JD9V3T5C0Q8M7W2N4K6R1YZY";
        Envelope old = sender.message(MessageType::CAMERA_ACTION);
        old.timestamp = WallTime{show_time.ms - timestamp_window_ms - 1};
        const Verdict expected = armed ? Verdict::refuse : Verdict::accept;
        EXPECT_EQ(receiver.judge(stale, "a", show_time, never_known).verdict, expected);
        EXPECT_EQ(receiver.judge(old, "b", show_time, never_known).verdict, expected);
    }
}

TEST(Authority, EveryRoleAndCommandHasItsAnswer) {
    using M = MessageType;
    const std::vector<std::pair<std::string, std::set<M>>> rights = {
        {"viewer", {}},
        {"operator",
         {M::CAMERA_ACTION, M::TIMELINE_EXECUTE, M::OVERLAY_UPDATE, M::STREAM_CONTROL,
          M::COMMAND_CANCEL}},
        {"producer",
         {M::CAMERA_ACTION, M::TIMELINE_LOAD, M::TIMELINE_EXECUTE, M::OVERLAY_UPDATE,
          M::STREAM_CONTROL, M::COMMAND_CANCEL}},
        {"emergency",
         {M::TIMELINE_EXECUTE, M::OVERLAY_UPDATE, M::STREAM_CONTROL, M::COMMAND_CANCEL}},
        {"admin",
         {M::DEVICE_CONFIG, M::CAMERA_ACTION, M::TIMELINE_LOAD, M::TIMELINE_EXECUTE,
          M::OVERLAY_UPDATE, M::STREAM_CONTROL, M::CREDENTIAL_REFRESH, M::COMMAND_CANCEL}},
        {"system",
         {M::DEVICE_CONFIG, M::CAMERA_ACTION, M::TIMELINE_LOAD, M::TIMELINE_EXECUTE,
          M::OVERLAY_UPDATE, M::STREAM_CONTROL, M::CREDENTIAL_REFRESH, M::COMMAND_CANCEL}},
        {"stranger", {}},
    };
    for (const auto& [role, may] : rights) {
        for (int i = 0; i <= static_cast<int>(M::GOODBYE); ++i) {
            const auto type = static_cast<M>(i);
            EXPECT_EQ(may_order(role, type), may.contains(type))
                << role << " " << contract::to_string(type);
        }
    }
}

}  // namespace
}  // namespace vistter::link
