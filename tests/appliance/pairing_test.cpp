// Pairing with a real Studio: pinned from the first byte, kept whole or not at all (acceptance G1.4
// to G1.7).
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <fstream>

#include "appliance/local_process.hpp"
#include "base/bytes.hpp"
#include "base/file.hpp"
#include "studio/studio_process.hpp"

namespace vistter::appliance::test {
namespace {

class PairingTest : public ::testing::Test {
  protected:
    PairingTest() : studio(folder.path() / "studio", {}), operator_client(studio.signed_in()) {}

    std::string token(const std::string& serial = "TEST-0001") {
        const auto made =
            operator_client.post("/v1/pairing-tokens", {{"serial", serial}, {"ttl_s", 900}});
        EXPECT_EQ(made.status, 201) << made.text;
        return made.member("token");
    }
    LocalProcess start() {
        LocalProcess appliance(folder.path() / "state", {"--picture", "off", "--allow-loopback"});
        appliance.sign_in();
        return appliance;
    }
    Reply pair(const LocalProcess& appliance, const std::string& with) {
        return appliance.post("/local/v1/pairing", {{"token", with}, {"studio_url", studio.url}});
    }
    static bool is_paired(const LocalProcess& appliance) {
        return std::filesystem::exists(appliance.state / "identity");
    }

    kit::TemporaryFolder folder;
    studio::StudioProcess studio;
    studio::Client operator_client;
};

// G1.6, G1.7
TEST_F(PairingTest, KeepsKeysPrivateAndConnectsWithoutARestart) {
    auto appliance = start();
    const Reply paired = pair(appliance, token());
    ASSERT_EQ(paired.status, 201) << paired.text;
    EXPECT_TRUE(appliance.reaches("/local/v1/link", [](const json::value& link) {
        return link.at("state").as_string() == "connected";
    }));
    int keys = 0;
    for (const auto& entry : std::filesystem::directory_iterator(appliance.state / "identity/")) {
        struct stat info {};
        ASSERT_EQ(::stat(entry.path().c_str(), &info), 0);
        EXPECT_EQ(info.st_mode & 0777U, 0600U) << entry.path();
        keys += entry.path().filename().string().ends_with("-key.pem");
    }
    EXPECT_EQ(keys, 3) << "TLS, signing, sealing";
    EXPECT_EQ(pair(appliance, token()).member("code"), "STA_TRANSITION") << "paired already";
    const std::string device = paired.member("device_id"), host = appliance.host();
    EXPECT_EQ(appliance.process.stop(10'000), 0);
    LocalProcess again(appliance.state, {"--picture", "off", "--allow-loopback"}, host);
    again.sign_in();
    EXPECT_TRUE(again.reaches("/local/v1/link", [&](const json::value& link) {
        return link.at("state").as_string() == "connected" &&
               link.at("device_id").as_string() == device;
    }));
}

// G1.4, G1.5: every wrong token leaves the appliance unpaired and says why.
TEST_F(PairingTest, RefusesWrongForeignAndUsedTokens) {
    auto appliance = start();
    std::string mistyped = token();
    mistyped[0] = mistyped[0] == '7' ? '8' : '7';
    EXPECT_EQ(pair(appliance, mistyped).member("code"), "PAIR_CHECK");
    EXPECT_EQ(pair(appliance, token("OTHER-0002")).member("code"), "PAIR_INVALID");
    EXPECT_FALSE(is_paired(appliance));
    const std::string good = token();
    ASSERT_EQ(pair(appliance, good).status, 201);
    LocalProcess other(folder.path() / "other", {"--picture", "off", "--allow-loopback"});
    other.sign_in();
    EXPECT_EQ(pair(other, good).member("code"), "PAIR_USED");
    EXPECT_FALSE(is_paired(other));
}

// A server with another key: the token's pin belongs to another Studio.
TEST_F(PairingTest, AnotherStudiosTokenNeverReachesThisOne) {
    auto appliance = start();
    studio::StudioProcess stranger(folder.path() / "stranger", {});
    auto client = stranger.signed_in();
    const auto made = client.post("/v1/pairing-tokens", {{"serial", "TEST-0001"}, {"ttl_s", 900}});
    const Reply reply = pair(appliance, made.member("token"));
    EXPECT_EQ(reply.member("code"), "SEC_PIN") << reply.text;
    EXPECT_FALSE(is_paired(appliance));
}

// G1.5: an unreachable Studio names the step that failed.
TEST_F(PairingTest, NamesTheStepThatFailed) {
    auto appliance = start();
    const auto port = sim::free_port().value();
    const std::string good = token();
    const Reply refused = appliance.post(
        "/local/v1/pairing",
        {{"token", good}, {"studio_url", "https://127.0.0.1:" + std::to_string(port)}});
    EXPECT_EQ(refused.status, 502);
    EXPECT_NE(refused.member("detail").find("TCP"), std::string::npos) << refused.text;
    const Reply nobody = appliance.post(
        "/local/v1/pairing", {{"token", good}, {"studio_url", "https://no-such-host.invalid"}});
    EXPECT_NE(nobody.member("detail").find("DNS"), std::string::npos) << nobody.text;
    EXPECT_EQ(
        appliance.post("/local/v1/pairing", {{"token", good}, {"studio_url", "http://127.0.0.1"}})
            .status,
        422);
    EXPECT_FALSE(is_paired(appliance));
    const auto log = read_file(appliance.state.string() + ".log", 1'000'000);
    EXPECT_EQ(log->find(good), std::string::npos) << "a token is never logged";
}

// Rulings 17: without --allow-loopback its own machine is out of reach.
TEST_F(PairingTest, DoesNotPairWithItsOwnMachineUnlessToldTo) {
    LocalProcess strict(folder.path() / "strict", {"--picture", "off"});
    strict.sign_in();
    EXPECT_EQ(pair(strict, token()).status, 422);
}

TEST_F(PairingTest, PairsFromAFileAndRemovesIt) {
    const auto file = folder.path() / "pairing.json";
    std::ofstream(file) << json::serialize(
        json::object{{"token", token()}, {"studio_url", studio.url}});
    LocalProcess appliance(folder.path() / "state", {"--picture", "off", "--allow-loopback",
                                                     "--pairing-file", file.string()});
    appliance.sign_in();
    EXPECT_TRUE(appliance.reaches("/local/v1/link", [](const json::value& link) {
        return link.at("state").as_string() == "connected";
    }));
    EXPECT_FALSE(std::filesystem::exists(file));
}

// Commands over the real road, decided by the real core, kept in the real database.
TEST_F(PairingTest, ACommandOverTheRoadActsAndIsKept) {
    auto appliance = start();
    const Reply paired = pair(appliance, token());
    ASSERT_EQ(paired.status, 201);
    const auto path = "/v1/appliances/" + paired.member("device_id") + "/commands";
    const auto send = [&](const json::value& command, const std::string& key) {
        const auto sent = operator_client.post(path, command, {{"idempotency-key", key}});
        EXPECT_EQ(sent.status, 202) << sent.text;
        return sent.member("message_id");
    };
    const std::string id = send({{"type", "CAMERA_ACTION"},
                                 {"body",
                                  {{"action", "add"},
                                   {"payload",
                                    {{"name", "Quay"},
                                     {"kind", "fixed"},
                                     {"protocol", "rtsp"},
                                     {"host", "127.0.0.1"},
                                     {"port", 8554},
                                     {"path", "/quay"}}}}}},
                                "k-1");
    EXPECT_TRUE(appliance.reaches("/local/v1/cameras", [](const json::value& list) {
        return list.at("items").as_array().size() == 1;
    }));
    const std::string host = appliance.host();
    EXPECT_EQ(appliance.process.stop(10'000), 0);
    LocalProcess again(appliance.state, {"--picture", "off", "--allow-loopback"}, host);
    again.sign_in();
    EXPECT_EQ(
        again.request("GET", "/local/v1/cameras").body.at("items").at(0).at("name").as_string(),
        "Quay");
    const auto command = operator_client.request("GET", "/v1/commands/" + id);
    EXPECT_EQ(command.member("state"), "completed") << command.text;
}

}  // namespace
}  // namespace vistter::appliance::test
