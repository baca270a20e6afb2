// Studio, a real broker and a real appliance: the channel runs over MQTT where that is preferred,
// and over Studio's own port when the broker goes away (G1.2, G0.1).
#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>

#include "appliance/local_process.hpp"
#include "studio/studio_process.hpp"

namespace vistter::appliance::test {
namespace {

class BrokerRoadTest : public ::testing::Test {
  protected:
    // Studio has its root; the broker's certificate comes from it.
    BrokerRoadTest() { studio::StudioProcess(folder.path() / "studio", {}).stop(); }

    sim::ChildProcess run(std::vector<std::string> arguments, const std::string& log) {
        sim::ChildSettings settings;
        settings.argv = std::move(arguments);
        settings.log_file = (folder / log).string();
        auto child = sim::ChildProcess::start(settings);
        EXPECT_TRUE(child) << describe(child.error());
        return std::move(*child);
    }
    void start_broker(std::uint16_t port) {
        auto verb =
            run({program_path("vistter"), "broker-config", "--state", (folder / "studio").string(),
                 "--out", (folder / "broker").string(), "--host", "127.0.0.1", "--listen",
                 "127.0.0.1", "--port", std::to_string(port)},
                "verb.log");
        ASSERT_EQ(verb.wait(20'000).value_or(-1), 0);
        const std::string config = (folder / "broker" / "mosquitto.conf").string();
        // Started by root it would become a user who cannot read this folder.
        if (::geteuid() == 0) std::ofstream(config, std::ios::app) << "user root\n";
        broker = run({"/usr/sbin/mosquitto", "-c", config}, "broker.log");
        const std::int64_t patience_ms = 10'000;
        while (!sim::port_answers(port)) {
            ASSERT_FALSE(broker.wait(50)) << "the broker ended";
            ASSERT_LT(waited += 50, patience_ms);
        }
    }

    Reply pair(studio::StudioProcess& studio, const studio::Client& ann, LocalProcess& appliance) {
        appliance.sign_in();
        const auto token = ann.post("/v1/pairing-tokens", {{"serial", "TEST-0001"}});
        return appliance.post("/local/v1/pairing",
                              {{"token", token.member("token")}, {"studio_url", studio.url}});
    }
    static bool link_is(const LocalProcess& appliance, const std::string& transport) {
        return appliance.reaches(
            "/local/v1/link",
            [&](const json::value& link) {
                const json::value& carried = link.at("transport");
                return carried.is_string() && carried.as_string() == transport &&
                       (link.at("state").as_string() == "connected" ||
                        link.at("state").as_string() == "degraded");
            },
            40'000);
    }

    kit::TemporaryFolder folder;
    sim::ChildProcess broker;
    std::int64_t waited = 0;
};

TEST_F(BrokerRoadTest, TheChannelRunsOverTheBrokerAndFallsBackWithoutIt) {
    const std::uint16_t port = sim::free_port().value();
    start_broker(port);
    studio::StudioProcess studio(
        folder / "studio",
        {"--broker-url", "mqtts://127.0.0.1:" + std::to_string(port), "--broker-first"});
    studio::Client ann = studio.signed_in();
    LocalProcess appliance(folder.path() / "state", {"--picture", "off", "--allow-loopback"});
    const Reply paired = pair(studio, ann, appliance);
    ASSERT_EQ(paired.status, 201) << paired.text;
    ASSERT_TRUE(link_is(appliance, "mqtts")) << appliance.request("GET", "/local/v1/link").text;
    const std::string path = "/v1/appliances/" + paired.member("device_id");
    const auto ordered = ann.post(path + "/credentials:rotate", {{"credential", "client_cert"}},
                                  {{"idempotency-key", "1"}});
    ASSERT_EQ(ordered.status, 202) << ordered.text;
    EXPECT_TRUE(appliance.reaches("/local/v1/link", [&](const json::value&) {
        const auto shown = ann.get(path + "/credentials");
        return shown.body.at("rotations").at(0).at("step").as_string() == "done";
    })) << ann.get(path + "/credentials").text;
    broker.stop(5'000);
    EXPECT_TRUE(link_is(appliance, "wss")) << appliance.request("GET", "/local/v1/link").text;
}

// G1.2: the channel listener was never reachable from here (it listens at another address of this
// machine, and where the appliance looks for it the port is closed): the session token comes
// through the web listener, the channel through the broker.
TEST_F(BrokerRoadTest, TheFirstConnectionNeedsNoChannelListener) {
    const std::uint16_t port = sim::free_port().value();
    start_broker(port);
    studio::StudioProcess studio(folder / "studio",
                                 {"--channel", "127.0.0.2:0", "--public-host", "127.0.0.1",
                                  "--broker-url", "mqtts://127.0.0.1:" + std::to_string(port)});
    const studio::Client ann = studio.signed_in();
    LocalProcess appliance(folder.path() / "state", {"--picture", "off", "--allow-loopback"});
    const Reply paired = pair(studio, ann, appliance);
    ASSERT_EQ(paired.status, 201) << paired.text;
    ASSERT_TRUE(link_is(appliance, "mqtts")) << appliance.request("GET", "/local/v1/link").text;
    // A command and its answer go the same way.
    const auto ordered =
        ann.post("/v1/appliances/" + paired.member("device_id") + "/credentials:rotate",
                 {{"credential", "session_token"}}, {{"idempotency-key", "1"}});
    ASSERT_EQ(ordered.status, 202) << ordered.text;
    const std::string command = "/v1/commands/" + ordered.member("message_id");
    EXPECT_TRUE(appliance.reaches("/local/v1/link", [&](const json::value&) {
        return ann.get(command).member("state") == "succeeded";
    })) << ann.get(command).text;
}

}  // namespace
}  // namespace vistter::appliance::test
