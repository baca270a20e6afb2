// The session's credentials and its address: a token renewed without a gap, a new identity proven
// by a live session, a blocked port (G1.3, G1.8, docs/decisions/0008).
#include <gtest/gtest.h>

#include "crypto/session_token.hpp"
#include "road/spoken_studio.hpp"

namespace vistter {
namespace {

using contract::MessageType;

class Identity : public test::SpokenStudio {
  protected:
    std::string token(std::int64_t seconds) {
        crypto::SessionClaims claims;
        claims.issuer = "test";
        claims.subject = test::road_device;
        claims.tenant = "test";
        claims.jwt_id = make_uuid7(machine_clock(), machine_random());
        claims.issued_at = {machine_clock().wall().ms / 1'000 * 1'000};
        claims.expires_at = {claims.issued_at.ms + seconds * 1'000};
        claims.certificate_thumbprint = world.trust.thumbprint;
        return crypto::sign_session_token(world.trust.studio_key, world.trust.studio_kid, claims);
    }
    appliance::RoadIdentity next_identity() {
        appliance::RoadIdentity next = world.identity();
        next.tls.identity = world.trust.client(test::road_device, next_key);
        return next;
    }
    // Begins a trial; its outcome.
    void try_next(std::int64_t confirm_ms) {
        world.road->try_identity(next_identity(), confirm_ms,
                                 [this](bool proven, const std::string& why) {
                                     outcome = proven ? "proven" : "back: " + why;
                                 });
    }
    crypto::PrivateKey next_key = crypto::PrivateKey::generate();
    std::string outcome;
};

TEST_F(Identity, TheTokenIsRenewedAndShownWithoutAGap) {  // G1.8
    world.session_token = [this](int) { return token(3); };
    world.stop_appliance();
    heard.clear();
    world.start_appliance();
    open();
    const int before = world.token_fetches;
    ASSERT_TRUE(world.until([&] {
        const auto beats = heartbeats();
        return !beats.empty() && !beats.back().session_token.empty();
    }));
    EXPECT_EQ(world.token_fetches, before + 1);
    EXPECT_EQ(closed_with, 0) << "the session went on";
}

TEST_F(Identity, AFreshTokenCanBeAskedFor) {
    open();
    bool renewed = false;
    world.road->renew_token([&](bool done, const std::string&) { renewed = done; });
    ASSERT_TRUE(world.until([&] { return renewed && !heartbeats().empty(); }));
    EXPECT_EQ(heartbeats().back().session_token, "hostile.studio.token");
}

TEST_F(Identity, ANewIdentityIsProvenByALiveSession) {
    open();
    try_next(10'000);
    ASSERT_TRUE(world.until([&] { return connections == 2 && !heard.empty(); }));
    open();
    ASSERT_TRUE(world.until([&] { return !outcome.empty(); }));
    EXPECT_EQ(outcome, "proven");
}

TEST_F(Identity, WithoutAWelcomeTheFormerIdentityComesBack) {
    open();
    try_next(400);
    ASSERT_TRUE(world.until([&] { return !outcome.empty(); }));
    EXPECT_TRUE(outcome.starts_with("back: ")) << outcome;
    const int before = connections;
    ASSERT_TRUE(world.until([&] { return connections > before && !heard.empty(); }));
    open();
    EXPECT_EQ(world.road->status().state, "connected");
}

TEST_F(Identity, AnIdentityStudioDoesNotTakeEndsTheTrialAtOnce) {
    open();
    appliance::RoadIdentity strange = world.identity();
    const test::Trust another;
    strange.tls.identity = another.client(test::road_device, next_key);
    world.road->try_identity(strange, 60'000, [this](bool proven, const std::string& why) {
        outcome = proven ? "proven" : "back: " + why;
    });
    ASSERT_TRUE(world.until([&] { return !outcome.empty(); }));
    EXPECT_TRUE(outcome.starts_with("back: ")) << outcome;
    const int before = connections;
    ASSERT_TRUE(world.until([&] { return connections > before && !heard.empty(); }));
}

TEST_F(Identity, UnpairedItForgetsWhatItKept) {
    open();
    const auto done = command();
    say(done);
    ASSERT_TRUE(world.until([&] { return ack_of(done.message_id).has_value(); }));
    world.road->forget();
    EXPECT_EQ(world.road->status().state, "unpaired");
    EXPECT_EQ(world.road->status().journal, 0);
    EXPECT_EQ(world.road->status().outbox, 0);
    for (const char* table : {"road_command", "road_outbox", "road_ledger", "road_fact"}) {
        auto rows = world.appliance_db->prepare(std::string("SELECT 1 FROM ") + table);
        EXPECT_FALSE(rows.step()) << table;
    }
    ASSERT_TRUE(world.until([&] { return closed_with != 0; }));
}

class Routes : public Identity {
  protected:
    // The preferred address is a port where nothing listens yet.
    void start_blocked() {
        world.stop_appliance();
        heard.clear();
        const std::string open_url = world.identity().channels.front().url;
        {
            test::World other;
            other.start_studio();
            blocked_port = other.port;
        }
        world.channels = {
            {"wss", "wss://127.0.0.1:" + std::to_string(blocked_port) + "/v1/channel"},
            {"wss", open_url}};
        world.adjust = [](appliance::RoadOptions& options) { options.preferred_again_ms = 200; };
        world.start_appliance();
    }
    std::uint16_t blocked_port = 0;
};

TEST_F(Routes, ABlockedPortIsGoneRoundWithinOneWait) {  // G1.3
    start_blocked();
    ASSERT_TRUE(greeted());
    contract::Welcome welcome = welcome_for(read(heard[0]).nonce);
    say(next(MessageType::WELCOME, welcome));
    ASSERT_TRUE(world.until([&] { return world.road->status().state == "degraded"; }));
    EXPECT_NE(world.road->status().blocked.find(std::to_string(blocked_port)), std::string::npos)
        << world.road->status().blocked;
    EXPECT_EQ(world.road->status().transport, "wss");
}

TEST_F(Routes, ThePreferredAddressIsTakenAgainWhenItAnswers) {  // G1.3
    start_blocked();
    ASSERT_TRUE(greeted());
    say(next(MessageType::WELCOME, welcome_for(read(heard[0]).nonce)));
    ASSERT_TRUE(world.until([&] { return world.road->status().state == "degraded"; }));
    world.listen_also(blocked_port);
    ASSERT_TRUE(world.until([&] { return world.road->status().state != "degraded"; }));
    ASSERT_TRUE(world.until(
        [&] { return heard.size() == 1 && read(heard[0]).type == MessageType::HELLO; }));
    open();
    EXPECT_EQ(world.road->status().blocked, "");
    EXPECT_EQ(world.road->status().channel_url,
              "wss://127.0.0.1:" + std::to_string(blocked_port) + "/v1/channel");
}

TEST_F(Identity, AMisaddressedCommandIsReported) {
    open();
    auto stray = command();
    stray.device_id = "dev_01J9Z6V7Q8M4K2R5T3W1X0ZZZZ";
    ASSERT_TRUE(socket->send(sealed(stray)));
    ASSERT_TRUE(world.until([&] { return events("security.wrong_device") == 1; }));
}

}  // namespace
}  // namespace vistter
