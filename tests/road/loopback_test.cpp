// The two drivers against each other over real TLS: commands arrive once, answers come home, losses
// heal.
#include <gtest/gtest.h>

#include "road/scripted_commands.hpp"
#include "road/stalling_relay.hpp"
#include "road/world.hpp"

namespace vistter {
namespace {

using test::road_device;

class Loopback : public ::testing::Test {
  protected:
    bool finished(const std::string& id, const std::string& state) {
        return world.until([&] { return world.channel->find(id)->terminal; }) &&
               world.state_of(id) == state;
    }
    bool outbox_empty() {
        return world.until([&] { return world.road->status().outbox == 0; });
    }
    test::World world;
};

TEST_F(Loopback, OpensASessionAndReports) {
    world.start_studio();
    world.start_appliance();
    ASSERT_TRUE(world.connected());
    ASSERT_TRUE(world.until([&] { return world.told.reports == 1; }));
    EXPECT_EQ(world.told.hellos, 1);
    EXPECT_EQ(world.channel->session(road_device).firmware_version, "0.1.0");
    EXPECT_EQ(world.channel->session(road_device).session_id, world.road->status().session_id);
}

TEST_F(Loopback, AnImmediateCommandActsOnceAndCompletes) {  // G2.27
    world.start_studio();
    world.start_appliance();
    ASSERT_TRUE(world.connected());
    const std::string id = world.submit(false);
    ASSERT_TRUE(finished(id, "completed"));
    EXPECT_EQ(world.handler->effects_of(id), 1);
    ASSERT_TRUE(world.until([&] { return world.handler->committed_ids.size() == 1; }));
    EXPECT_EQ(world.channel->find(id)->attempts, 1);
    EXPECT_TRUE(outbox_empty()) << "the RECEIPT empties the outbox";
}

TEST_F(Loopback, AnAcceptedCommandRunsAndSucceeds) {  // G2.27
    world.start_studio();
    world.start_appliance();
    ASSERT_TRUE(world.connected());
    const std::string id = world.submit(true);
    ASSERT_TRUE(finished(id, "succeeded"));
    EXPECT_EQ(world.handler->effects_of(id), 1);
    EXPECT_EQ(world.channel->find(id)->progress.size(), 1U);
    ASSERT_EQ(world.told.acks.size(), 1U);
    EXPECT_EQ(world.told.acks[0].status, "accepted");
}

TEST_F(Loopback, CommandsWaitForAnAbsentApplianceAndArriveInOrder) {
    world.start_studio();
    std::vector<std::string> ids;
    for (int i = 0; i < 100; ++i) ids.push_back(world.submit(false));
    world.start_appliance();
    for (const auto& id : ids) ASSERT_TRUE(finished(id, "completed"));
    EXPECT_EQ(world.handler->committed_ids, ids);
}

TEST_F(Loopback, ADeferredCommandRunsWhenItsTimeHasCome) {
    world.start_studio();
    world.start_appliance();
    ASSERT_TRUE(world.connected());
    const std::string id = world.submit(false, WallTime{machine_clock().wall().ms + 400});
    ASSERT_TRUE(world.until([&] { return world.state_of(id) == "accepted"; }));
    EXPECT_EQ(world.handler->effects_of(id), 0);
    ASSERT_TRUE(finished(id, "succeeded"));
    EXPECT_EQ(world.handler->effects_of(id), 1);
}

TEST_F(Loopback, AnUnsentCommandExpiresAtStudio) {
    world.start_studio();
    const std::string id = world.submit(false, {}, WallTime{machine_clock().wall().ms + 10});
    ASSERT_TRUE(finished(id, "expired"));
    EXPECT_EQ(world.channel->find(id)->attempts, 0);
}

TEST_F(Loopback, StudioComesBackAndNothingIsLost) {  // G1.10
    world.start_studio();
    world.start_appliance();
    ASSERT_TRUE(world.connected());
    world.stop_studio();
    ASSERT_TRUE(world.until([&] { return world.road->status().state == "offline"; }));
    contract::Event event;
    event.event_type = "camera.offline";
    world.road->event(event, {});
    world.start_studio();
    const std::string id = world.submit(true);
    ASSERT_TRUE(finished(id, "succeeded"));
    EXPECT_EQ(world.told.event_count("camera.offline"), 1);
    ASSERT_TRUE(world.until([&] { return world.told.event_count("connectivity.changed") == 1; }));
}

TEST_F(Loopback, TheApplianceComesBackAndResumesWhatItHadAccepted) {
    world.start_studio();
    world.start_appliance();
    ASSERT_TRUE(world.connected());
    world.handler->report =
        nullptr;  // runs, but never says so: as if it had died before the result
    const std::string id = world.submit(true);
    ASSERT_TRUE(world.until([&] { return world.handler->run_ids.size() == 1; }));
    world.stop_appliance();
    world.start_appliance();
    ASSERT_TRUE(finished(id, "succeeded"));
    EXPECT_EQ(world.handler->effects_of(id), 1);
}

TEST_F(Loopback, TheTokenIsRenewedAndTheSessionGoesOn) {  // G1.8
    world.start_studio(2'000);
    world.start_appliance();
    ASSERT_TRUE(world.connected());
    const std::string first = world.road->status().session_id;
    ASSERT_TRUE(world.until([&] { return world.token_fetches >= 4; }));
    EXPECT_EQ(world.road->status().session_id, first) << "no gap in three lives of a token";
    EXPECT_EQ(world.told.hellos, 1);
}

TEST_F(Loopback, ARevokedApplianceIsTurnedAway) {
    world.start_studio();
    world.start_appliance();
    ASSERT_TRUE(world.connected());
    world.directory.devices[0].revoked = true;
    world.channel->disconnect(road_device, 4410, "revoked");
    ASSERT_TRUE(world.until([&] { return world.road->status().state == "revoked"; }));
    EXPECT_FALSE(world.channel->session(road_device).connected);
}

TEST_F(Loopback, AServerWithAnotherKeyIsNotTalkedTo) {  // G1.7, G5.2
    test::World impostor;
    impostor.start_studio();
    world.start_studio();
    auto identity = world.identity();
    identity.session_url = impostor.identity().session_url;
    world.start_appliance();
    world.road->start(identity, *world.handler);
    const auto refused = [&] {
        // The impostor's listener lives on its own loop: both are turned here.
        (void)impostor.until([] { return true; }, 50);
        return world.road->status().state == "auth_failed";
    };
    ASSERT_TRUE(world.until(refused));
    EXPECT_EQ(impostor.told.hellos, 0);
}

TEST_F(Loopback, DurableEventsOutliveTheOutageAndMetricsDoNot) {  // contract B.5, B.9
    world.start_studio();
    world.start_appliance();
    ASSERT_TRUE(world.connected());
    world.stop_studio();
    ASSERT_TRUE(world.until([&] { return world.road->status().state == "offline"; }));
    for (int i = 0; i < 200; ++i) {
        contract::Event event;
        event.event_type = "camera.offline";
        world.road->event(event, {});
        world.road->metrics({});
    }
    EXPECT_EQ(world.road->status().outbox, 200);
    world.start_studio();
    ASSERT_TRUE(world.until([&] { return world.told.event_count("camera.offline") == 200; }));
    EXPECT_TRUE(outbox_empty());
    EXPECT_EQ(world.told.event_count("camera.offline"), 200);
    EXPECT_EQ(world.told.metrics, 0);
}

// drills R6, scaled: two pings of 150 ms instead of 9 s.
TEST_F(Loopback, AHalfOpenConnectionIsNoticedByItsMissingPongs) {
    world.start_studio();
    test::StallingRelay relay(world.port);
    world.ping_ms = 150;
    world.channel_port = relay.port();
    world.start_appliance();
    ASSERT_TRUE(world.connected());
    relay.stall();
    ASSERT_TRUE(world.until([&] { return world.road->status().state == "offline"; }, 5'000));
    EXPECT_NE(world.road->status().last_error.find("4408"), std::string::npos)
        << world.road->status().last_error;
}

}  // namespace
}  // namespace vistter
