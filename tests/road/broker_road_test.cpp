// The whole road through a real MQTT broker: sessions, commands and answers as over wss (G1.2), a
// broker that dies under them, and Studio's own listener when the broker cannot be reached.
#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/jws.hpp"
#include "kit/broker.hpp"
#include "link/close_code.hpp"
#include "link/mqtt_binding.hpp"
#include "net/mqtt_client.hpp"
#include "road/scripted_commands.hpp"
#include "road/world.hpp"
#include "studio/adapters/channel/broker.hpp"

namespace vistter {
namespace {

using test::road_device;

class BrokerRoad : public ::testing::Test {
  protected:
    BrokerRoad() {
        world.start_studio();
        world.channels = {{"mqtts", broker.url()}};
    }
    ~BrokerRoad() override {
        world.stop_appliance();
        client.reset();
    }
    void start_client() {
        studio::BrokerOptions options;
        options.url = broker.url();
        options.tls = studio_tls();
        options.retry_base_ms = 20;
        options.retry_cap_ms = 100;
        client = studio::open_broker(world.loop, machine_random(), world.directory, options,
                                     world.channel->acceptor());
        ASSERT_TRUE(world.until([&] { return client->status().connected; }));
    }
    // Studio's certificate for the broker, as Studio's own client has one.
    net::ClientTls studio_tls() {
        net::ClientTls tls = world.trust.device_tls;
        const auto key = crypto::PrivateKey::generate();
        const auto now = machine_clock().wall();
        const auto own = crypto::issue_device(
            world.trust.root_key, *world.trust.root, key.public_key(), "spiffe://vistter/studio",
            {{now.ms - 60'000}, {now.ms + 3'600'000}}, machine_random());
        tls.identity = {own.to_pem(), key.to_pem()};
        return tls;
    }
    // Somebody at the broker who may write what Studio writes.
    void start_insider() {
        net::MqttOptions options;
        options.url = broker.url();
        options.tls = studio_tls();
        options.client_id = "insider";
        options.filters = {{"vistter/v1/+/+/up/presence", 1}};
        net::MqttEvents events;
        events.opened = [this](std::shared_ptr<net::MqttConnection> opened) {
            insider = std::move(opened);
        };
        events.failed = [](const Error& error) { ADD_FAILURE() << describe(error); };
        events.message = [](const net::MqttPublish&) {};
        events.closed = [](int, const std::string&) {};
        insiders_handle = net::dial_mqtt(world.loop, std::move(options), std::move(events));
        ASSERT_TRUE(world.until([&] { return insider != nullptr; }));
    }
    bool finished(const std::string& id, const std::string& state) {
        return world.until([&] { return world.channel->find(id)->terminal; }) &&
               world.state_of(id) == state;
    }

    test::World world;
    kit::Broker broker{world.trust.server, world.trust.root->to_pem()};
    std::unique_ptr<studio::Broker> client;
    std::shared_ptr<net::MqttConnection> insider;  // shared: net/mqtt_client.hpp
    async::Handle insiders_handle;
};

TEST_F(BrokerRoad, CommandsActOnceAndAnswersComeHome) {
    start_client();
    world.start_appliance();
    ASSERT_TRUE(world.connected());
    EXPECT_EQ(world.channel->session(road_device).transport, "mqtts");
    std::vector<std::string> ids;
    for (int i = 0; i < 50; ++i) ids.push_back(world.submit(i % 2 == 1));
    for (int i = 0; i < 50; ++i) {
        const std::string& id = ids[static_cast<std::size_t>(i)];
        ASSERT_TRUE(finished(id, i % 2 == 1 ? "succeeded" : "completed")) << i;
        EXPECT_EQ(world.handler->effects_of(id), 1);
    }
    EXPECT_TRUE(world.until([&] { return world.road->status().outbox == 0; }));
}

TEST_F(BrokerRoad, NothingIsLostWhenTheBrokerDies) {
    start_client();
    world.start_appliance();
    ASSERT_TRUE(world.connected());
    std::vector<std::string> ids;
    for (int i = 0; i < 20; ++i) ids.push_back(world.submit(true));
    broker.kill();
    ASSERT_TRUE(world.until([&] { return !world.channel->session(road_device).connected; }));
    for (int i = 0; i < 20; ++i) ids.push_back(world.submit(true));
    broker.start();
    for (const std::string& id : ids) {
        ASSERT_TRUE(finished(id, "succeeded"));
        EXPECT_EQ(world.handler->effects_of(id), 1);
    }
}

TEST_F(BrokerRoad, AnApplianceTheBrokerCannotBringComesDirectly) {
    broker.kill();
    world.channels.push_back(
        {"wss", "wss://127.0.0.1:" + std::to_string(world.port) + "/v1/channel"});
    world.start_appliance();
    ASSERT_TRUE(world.until([&] { return world.road->status().state == "degraded"; }));
    EXPECT_EQ(world.channel->session(road_device).transport, "wss");
    EXPECT_TRUE(finished(world.submit(true), "succeeded"));
}

// G5.6: as over wss (hostile_test.cpp), a message that comes twice acts once and is reported.
TEST_F(BrokerRoad, AReplayAtTheBrokerIsDroppedAndReported) {
    start_client();
    world.start_appliance();
    ASSERT_TRUE(world.connected());
    start_insider();
    contract::Envelope command =
        test::envelope_around(make_uuid7(machine_clock(), machine_random()), test::config_body(),
                              false, machine_clock().wall());
    command.session_id = world.channel->session(road_device).session_id;
    command.seq = 500;
    const std::string message =
        crypto::sign_jws(world.trust.studio_key, world.trust.studio_kid, crypto::message_typ,
                         contract::write_envelope(command));
    const std::string topic = link::mqtt_topic("test", road_device, command.type, false);
    for (int n = 0; n < 3; ++n) ASSERT_TRUE(insider->publish(topic, message, 1));
    ASSERT_TRUE(world.until([&] { return world.road->status().dup_dropped == 2; }));
    EXPECT_EQ(world.handler->effects_of(command.message_id), 1);
    ASSERT_TRUE(
        world.until([&] { return world.told.event_count("security.replay_rejected") == 1; }));
    const auto told = std::ranges::find(world.told.events, "security.replay_rejected",
                                        &contract::Event::event_type);
    EXPECT_EQ(told->severity, "warning") << "the broker did not say that it was its own doing";
}

TEST_F(BrokerRoad, ARevokedApplianceIsCutOffAtOnce) {
    start_client();
    world.start_appliance();
    ASSERT_TRUE(world.connected());
    world.channel->disconnect(road_device, link::close_code::revoked, "revoked");
    EXPECT_TRUE(world.until([&] { return world.road->status().state == "revoked"; }, 5'000));
    EXPECT_FALSE(world.channel->session(road_device).connected);
}

}  // namespace
}  // namespace vistter
