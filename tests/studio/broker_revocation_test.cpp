// Studio, a real broker on the same machine, and a device's certificate: once it is revoked the
// broker does not take it any more (G1.7).
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "async/loop.hpp"
#include "base/file.hpp"
#include "crypto/certificate.hpp"
#include "crypto/revocation.hpp"
#include "net/mqtt_client.hpp"
#include "studio/studio_process.hpp"

namespace vistter::studio {
namespace {

class BrokerRevocationTest : public testing::Test {
  protected:
    // Studio's root comes first; the broker's files are made of it.
    BrokerRevocationTest() { StudioProcess(folder.path() / "studio", {}).stop(); }

    std::filesystem::path broker_file(const std::string& name) { return folder / "broker" / name; }
    void write_broker_files() {
        auto verb = sim::ChildProcess::start(
            {.argv = {program_path("vistter"), "broker-config", "--state",
                      (folder / "studio").string(), "--out", (folder / "broker").string(), "--host",
                      "127.0.0.1", "--listen", "127.0.0.1", "--port", std::to_string(port),
                      "--pid-file", broker_file("pid").string()},
             .log_file = (folder / "verb.log").string(),
             .extra_environment = {}});
        ASSERT_TRUE(verb);
        ASSERT_EQ(verb->wait(20'000).value_or(-1), 0);
    }
    void start_broker() {
        write_broker_files();
        const std::string config = broker_file("mosquitto.conf").string();
        // Started by root it would become a user who cannot read this folder.
        if (::geteuid() == 0) std::ofstream(config, std::ios::app) << "user root\n";
        auto child = sim::ChildProcess::start({.argv = {"/usr/sbin/mosquitto", "-c", config},
                                               .log_file = (folder / "broker.log").string(),
                                               .extra_environment = {}});
        ASSERT_TRUE(child);
        broker = std::move(*child);
        while (!sim::port_answers(port)) ASSERT_FALSE(broker.wait(50)) << "the broker ended";
    }
    // What the broker says to a client with that certificate: "open", or why not.
    std::string knock(const net::TlsIdentity& identity, const std::string& device_id,
                      const std::string& root_pem) {
        async::Loop loop;
        std::string outcome;
        net::MqttOptions options;
        options.url = "mqtts://127.0.0.1:" + std::to_string(port);
        options.tls.identity = identity;
        const auto pin = crypto::Certificate::from_pem(root_pem)->public_key().spki_sha256();
        options.tls.pins.emplace_back(pin.begin(), pin.end());
        options.client_id = "knock";
        options.filters = {{"vistter/v1/main/" + device_id + "/down/#", 1}};
        net::MqttEvents events;
        events.opened = [&](std::shared_ptr<net::MqttConnection> connection) {
            EXPECT_TRUE(connection->certificate_ends());
            outcome = "open";
            loop.stop();
        };
        events.failed = [&](const Error& error) {
            outcome = describe(error);
            loop.stop();
        };
        const async::Handle attempt = net::dial_mqtt(loop, std::move(options), std::move(events));
        loop.run();
        return outcome;
    }

    // Once Studio has said hello to its broker, as its page shows it.
    static json::value broker_of(const Client& ann) {
        json::value shown;
        for (int n = 0; n < 200; ++n) {
            shown = ann.get("/v1/studio").body.at("broker");
            if (shown.at("connected").as_bool()) break;
        }
        return shown;
    }

    kit::TemporaryFolder folder;
    const std::uint16_t port = sim::free_port().value();
    sim::ChildProcess broker;
};

TEST_F(BrokerRevocationTest, ARevokedCertificateIsRefusedAtTheBrokersDoor) {
    start_broker();
    StudioProcess studio(
        folder / "studio",
        {"--broker-url", "mqtts://127.0.0.1:" + std::to_string(port), "--broker-crl",
         broker_file("crl.pem").string(), "--broker-pid-file", broker_file("pid").string()});
    Client ann = studio.signed_in();
    const json::value standing = broker_of(ann);
    EXPECT_TRUE(standing.at("connected").as_bool()) << standing;
    EXPECT_FALSE(standing.at("certificate_ends_soon").as_bool());
    EXPECT_TRUE(standing.at("certificate_ends").is_string());
    PairingDevice kept{.serial = "SN-1"}, lost{.serial = "SN-2"};
    std::vector<Reply> paired;
    for (const PairingDevice* device : {&kept, &lost}) {
        const Reply issued = ann.post("/v1/pairing-tokens", {{"serial", device->serial}});
        paired.push_back(
            studio.client().post("/v1/bootstrap/pair", device->request(issued.member("token"))));
        ASSERT_EQ(paired.back().status, 201) << paired.back().text;
    }
    const auto knock_as = [&](const PairingDevice& device, const Reply& answer) {
        return knock(device.identity(answer), answer.member("device_id"), studio.root_pem);
    };
    EXPECT_EQ(knock_as(kept, paired[0]), "open");
    EXPECT_EQ(knock_as(lost, paired[1]), "open");
    const Reply revoked = ann.post("/v1/appliances/" + paired[1].member("device_id") + ":revoke",
                                   json::object{}, {{"idempotency-key", "1"}});
    ASSERT_EQ(revoked.status, 200) << revoked.text;
    // The broker reads its lists when it gets round to it.
    std::string said = "open";
    for (int n = 0; n < 200 && said == "open"; ++n) said = knock_as(lost, paired[1]);
    EXPECT_TRUE(said.starts_with("SEC_UNAUTHORISED: TLS: ")) << said;
    EXPECT_EQ(knock_as(kept, paired[0]), "open");
    // Whoever sets the broker up anew loses nothing of that.
    const std::string before = read_file(broker_file("crl.pem"), 1u << 20).value();
    write_broker_files();
    EXPECT_EQ(read_file(broker_file("crl.pem"), 1u << 20).value(), before);
    const auto root = crypto::Certificate::from_pem(studio.root_pem).value();
    EXPECT_EQ(crypto::read_revocations(before, root)->serials.size(), 1U);
}

}  // namespace
}  // namespace vistter::studio
