// What must never act: unsigned, altered, replayed, reflected, stale, misaddressed and premature
// messages, in both directions, over the real drivers (G2.6, G5.4, G5.5, G5.6).
#include <gtest/gtest.h>

#include "crypto/jws.hpp"
#include "crypto/session_token.hpp"
#include "road/scripted_commands.hpp"
#include "road/spoken_studio.hpp"
#include "road/world.hpp"

namespace vistter {
namespace {

using contract::Envelope;
using contract::MessageType;
using test::road_device;
using test::road_session;

using HostileStudio = test::SpokenStudio;

TEST_F(HostileStudio, UnsignedAlteredForeignAndReflectedMessagesFallSilently) {
    open();
    std::string altered = sealed(command());
    altered[altered.size() / 2] = altered[altered.size() / 2] == 'A' ? 'B' : 'A';
    const auto stranger = crypto::PrivateKey::generate();
    ASSERT_TRUE(socket->send(contract::write_envelope(command())));
    ASSERT_TRUE(socket->send(altered));
    ASSERT_TRUE(socket->send(sealed_as(command(), stranger, world.trust.studio_kid)));
    ASSERT_TRUE(socket->send(sealed_as(command(), world.trust.device_key, world.trust.device_kid)));
    settle();
    EXPECT_EQ(acks(), (std::vector<std::string>{"completed"}));
    expect_only_good_effects();
}

TEST_F(HostileStudio, TheFifthForgeryEndsTheConnectionAndIsReported) {  // contract B.4
    open();
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(socket->send("not a message"));
    ASSERT_TRUE(world.until([&] { return closed_with != 0; }));
    EXPECT_EQ(closed_with, 4401);
    EXPECT_EQ(world.road->status().outbox, 1)
        << "EVENT security.signature_invalid waits for Studio";
}

TEST_F(HostileStudio, AReplayIsDroppedAndARetryIsAnsweredAsDuplicate) {
    open();
    Envelope once = command();
    const std::string bytes = sealed(once);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(socket->send(bytes));
    good_ids.push_back(once.message_id);
    Envelope retry = once;  // same id, everything else new
    retry.seq = ++seq;
    retry.nonce = make_nonce(machine_random());
    ASSERT_TRUE(socket->send(sealed(retry)));
    settle();
    EXPECT_EQ(acks(), (std::vector<std::string>{"completed", "duplicate", "completed"}));
    expect_only_good_effects();
    EXPECT_EQ(world.road->status().dup_dropped, 2);
}

TEST_F(HostileStudio, MisaddressedStaleSkewedAndExpiredCommandsAreRefusedWithTheirCode) {
    open();
    Envelope other = command();
    other.device_id = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABD";
    Envelope stale = command();
    stale.session_id = "ses_01JD9V3T5C0Q8M7W2N4K6R1YZY";
    Envelope skewed = command();
    skewed.timestamp.ms -= 121'000;
    Envelope expired = command();
    expired.expires_at = WallTime{machine_clock().wall().ms - 1};
    Envelope viewer = command();
    viewer.actor->role = "viewer";
    for (const auto& envelope : {other, stale, skewed, expired, viewer})
        ASSERT_TRUE(socket->send(sealed(envelope)));
    settle();
    EXPECT_EQ(acks(),
              (std::vector<std::string>{"rejected SEC_WRONG_DEVICE", "rejected SEC_STALE_SESSION",
                                        "rejected SEC_CLOCK_SKEW", "rejected SEC_EXPIRED",
                                        "rejected SEC_UNAUTHORISED", "completed"}));
    expect_only_good_effects();
}

TEST_F(HostileStudio, ABodyThatDoesNotReadIsRefusedOnce) {
    open();
    Envelope broken = command();
    broken.body = "{\"config_patch\":17}";
    ASSERT_TRUE(socket->send(sealed(broken)));
    settle();
    const auto answers = acks();
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_TRUE(answers[0].starts_with("rejected VAL_")) << answers[0];
    expect_only_good_effects();
}

TEST_F(HostileStudio, AnUnknownTypeIsRefused) {
    open();
    std::string payload = contract::write_envelope(command());
    payload.replace(payload.find("DEVICE_CONFIG"), 13, "SELF_DESTRUCT");
    ASSERT_TRUE(socket->send(crypto::sign_jws(world.trust.studio_key, world.trust.studio_kid,
                                              crypto::message_typ, payload)));
    settle();
    EXPECT_EQ(acks(), (std::vector<std::string>{"rejected VER_UNKNOWN_TYPE", "completed"}));
}

TEST_F(HostileStudio, OneNonceWithTwoMessagesEndsTheSession) {
    open();
    const Envelope first = command();
    Envelope second = command();
    second.nonce = first.nonce;
    ASSERT_TRUE(socket->send(sealed(first)));
    ASSERT_TRUE(socket->send(sealed(second)));
    ASSERT_TRUE(world.until([&] { return closed_with != 0; }));
    EXPECT_EQ(closed_with, 4403);
    EXPECT_EQ(world.handler->effects_of(second.message_id), 0);
}

TEST_F(HostileStudio, ACommandBeforeWelcomeEndsTheConnection) {
    ASSERT_TRUE(greeted());
    const Envelope early = command();
    ASSERT_TRUE(socket->send(sealed(early)));
    ASSERT_TRUE(world.until([&] { return closed_with != 0; }));
    EXPECT_EQ(closed_with, 4407);
    EXPECT_EQ(world.handler->effects_of(early.message_id), 0);
}

TEST_F(HostileStudio, ARecordedWelcomeOpensNothing) {
    ASSERT_TRUE(greeted());
    ASSERT_TRUE(
        socket->send(sealed(next(MessageType::WELCOME, welcome_for("k3Zc1mQh0b2yV7dQe9uJ5w")))));
    ASSERT_TRUE(
        socket->send(sealed(next(MessageType::WELCOME, welcome_for(read(heard[0]).nonce)))));
    ASSERT_TRUE(world.until([&] { return world.road->status().state == "connected"; }));
    EXPECT_EQ(world.road->status().session_id, road_session);
    settle();
    expect_only_good_effects();
}

TEST_F(HostileStudio, ADecisionThatThrowsIsARefusalNotACrash) {  // drills S6
    open();
    world.handler->before_decide = [](const appliance::Command&) {
        throw std::logic_error("a bug");
    };
    ASSERT_TRUE(socket->send(sealed(command())));
    ASSERT_TRUE(world.until([&] { return acks().size() == 1; }));
    EXPECT_EQ(acks()[0], "rejected SYS_INTERNAL");
    world.handler->before_decide = nullptr;
    settle();
    expect_only_good_effects();
}

// An appliance whose every word the test chooses, against the real Studio.
class HostileAppliance : public ::testing::Test {
  protected:
    HostileAppliance() { world.start_studio(); }
    bool dial(const net::ClientTls& tls) {
        net::DialOptions options;
        options.url = world.identity().channels.front().url;
        options.subprotocol = "vistter.v1.jws";
        options.tls = tls;
        net::DialEvents events;
        events.opened = [this](std::shared_ptr<net::WebSocket> opened) {
            socket = std::move(opened);
        };
        events.failed = [this](const Error& error) { failure = describe(error); };
        events.socket.message = [this](const std::string& text) { heard.push_back(text); };
        events.socket.closed = [this](int code, const std::string&) { closed_with = code; };
        handle = net::dial(world.loop, options, std::move(events));
        return world.until([&] { return socket != nullptr || !failure.empty(); }) &&
               socket != nullptr;
    }
    Envelope next(MessageType type, const contract::Body& body) {
        Envelope envelope = test::envelope_around(make_uuid7(machine_clock(), machine_random()),
                                                  body, false, machine_clock().wall());
        envelope.type = type;
        envelope.seq = ++seq;
        envelope.nonce = make_nonce(machine_random());
        envelope.actor.reset();
        envelope.expires_at.reset();
        envelope.session_id = session_id;
        return envelope;
    }
    std::string sealed(const Envelope& envelope) {
        return crypto::sign_jws(world.trust.device_key, world.trust.device_kid, crypto::message_typ,
                                contract::write_envelope(envelope));
    }
    contract::Hello hello(const std::string& token) {
        contract::Hello hello;
        hello.firmware_version = "0.1.0";
        hello.firmware_build = "test";
        hello.hardware_model = "test";
        hello.hardware_arch = "amd64";
        hello.hardware_memory_mb = 1'024;
        hello.boot_id = make_uuid7(machine_clock(), machine_random());
        hello.connection_id = hello.boot_id;
        hello.protocol = {{1, 0, 0}};
        hello.ocl_versions = {"1.0"};
        hello.segment_versions = {"1.0"};
        hello.clock_now = machine_clock().wall();
        hello.tzdata = "2026a";
        hello.timezone = "Etc/UTC";
        hello.session_token = token;
        return hello;
    }
    std::string good_token() {
        const auto own =
            crypto::Certificate::from_pem(world.trust.device_tls.identity.certificate_chain_pem);
        return world.channel->issue_session_token(own->to_der())->token;
    }
    void open() {
        ASSERT_TRUE(dial(world.trust.device_tls)) << failure;
        ASSERT_TRUE(socket->send(sealed(next(MessageType::HELLO, hello(good_token())))));
        ASSERT_TRUE(world.until([&] { return !heard.empty(); }));
        const auto jws =
            crypto::read_jws(heard[0], crypto::message_typ, contract::max_message_bytes);
        session_id = contract::parse_envelope(jws->payload)->session_id;
    }
    contract::Event event() {
        contract::Event event;
        event.event_id = make_uuid7(machine_clock(), machine_random());
        event.event_type = "camera.offline";
        event.severity = "error";
        event.occurred_at = machine_clock().wall();
        event.context.text = "{}";
        return event;
    }
    bool closes_with(int code) {
        return world.until([&] { return closed_with != 0; }) && closed_with == code;
    }

    test::World world;
    async::Handle handle;
    std::shared_ptr<net::WebSocket> socket;  // shared with the transport
    std::vector<std::string> heard;
    std::string failure, session_id;
    int closed_with = 0;
    std::int64_t seq = 0;
};

TEST_F(HostileAppliance, OnlyTheSignedFreshOwnReportIsLetIn) {
    open();
    const std::string good = sealed(next(MessageType::EVENT, event()));
    std::string altered = sealed(next(MessageType::EVENT, event()));
    altered[altered.size() / 2] = altered[altered.size() / 2] == 'A' ? 'B' : 'A';
    Envelope other = next(MessageType::EVENT, event());
    other.device_id = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABD";
    Envelope stale = next(MessageType::EVENT, event());
    stale.session_id = road_session;
    for (const auto& text : {good, good, altered, sealed(other), sealed(stale), heard[0]})
        ASSERT_TRUE(socket->send(text));
    ASSERT_TRUE(socket->send(sealed(next(MessageType::EVENT, event()))));
    ASSERT_TRUE(world.until([&] { return world.told.events.size() >= 2; }));
    EXPECT_EQ(world.told.events.size(), 2U);
}

TEST_F(HostileAppliance, AnAnswerForSomebodyElsesCommandChangesNothing) {
    world.directory.devices.push_back(world.directory.devices[0]);
    world.directory.devices[1].device_id = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABD";
    studio::NewCommand command;
    command.device_id = world.directory.devices[1].device_id;
    command.body = contract::write_body(test::config_body());
    command.actor = {"user", "usr_1", "admin"};
    const std::string id = *world.channel->submit(command);
    open();
    contract::Ack ack;
    ack.message_id = id;
    ack.status = "completed";
    ASSERT_TRUE(socket->send(sealed(next(MessageType::ACK, ack))));
    ASSERT_TRUE(world.until([&] { return !world.told.acks.empty(); }));
    EXPECT_EQ(world.state_of(id), "queued");
}

TEST_F(HostileAppliance, WordsBeforeHelloEndTheConnection) {
    ASSERT_TRUE(dial(world.trust.device_tls)) << failure;
    session_id = road_session;
    ASSERT_TRUE(socket->send(sealed(next(MessageType::EVENT, event()))));
    EXPECT_TRUE(closes_with(4407));
    EXPECT_TRUE(world.told.events.empty());
}

TEST_F(HostileAppliance, ATokenOfAnotherCertificateOpensNothing) {  // drills, channel S
    crypto::SessionClaims claims;
    claims.issuer = "test";
    claims.subject = road_device;
    claims.tenant = "test";
    claims.jwt_id = "1";
    claims.issued_at = {machine_clock().wall().ms / 1'000 * 1'000};
    claims.expires_at = {claims.issued_at.ms + 60'000};
    claims.certificate_thumbprint = "somebody-elses-thumbprint";
    ASSERT_TRUE(dial(world.trust.device_tls)) << failure;
    ASSERT_TRUE(socket->send(sealed(
        next(MessageType::HELLO, hello(crypto::sign_session_token(
                                     world.trust.studio_key, world.trust.studio_kid, claims))))));
    EXPECT_TRUE(closes_with(4401));
    EXPECT_EQ(world.told.hellos, 0);
}

TEST_F(HostileAppliance, AnUnknownOrSupersededCertificateIsTurnedAway) {
    auto tls = world.trust.device_tls;
    tls.identity = world.trust.client(
        road_device, crypto::PrivateKey::generate());  // our CA, but not the one on file
    (void)dial(tls);
    EXPECT_TRUE(closes_with(4401));
}

TEST_F(HostileAppliance, ANewerConnectionEndsTheOlder) {
    open();
    world.start_appliance();
    EXPECT_TRUE(closes_with(4409));
    EXPECT_TRUE(world.connected());
}

}  // namespace
}  // namespace vistter
