// Every credential and every key of Studio's changes between the two real processes while they stay
// connected, and a revoked appliance is cut off (G5.3, G1.11).
#include <gtest/gtest.h>

#include "appliance/local_process.hpp"
#include "base/clock.hpp"
#include "base/file.hpp"
#include "studio/studio_process.hpp"

namespace vistter::appliance::test {
namespace {

class RotationTest : public ::testing::Test {
  protected:
    RotationTest()
        : studio(folder.path() / "studio", {}),
          ann(studio.signed_in()),
          appliance(folder.path() / "state", {"--picture", "off", "--allow-loopback"}) {
        appliance.sign_in();
        const auto token = ann.post("/v1/pairing-tokens", {{"serial", "TEST-0001"}});
        const Reply paired = appliance.post(
            "/local/v1/pairing", {{"token", token.member("token")}, {"studio_url", studio.url}});
        EXPECT_EQ(paired.status, 201) << paired.text;
        path = "/v1/appliances/" + paired.member("device_id");
        EXPECT_TRUE(link_is("connected"));
    }

    bool link_is(const std::string& state) const {
        return appliance.reaches("/local/v1/link", [&](const json::value& link) {
            return link.at("state").as_string() == state;
        });
    }
    studio::Reply act(const std::string& where, const json::object& body) {
        return ann.post(where, body, {{"idempotency-key", std::to_string(++acts)}});
    }
    // Looks, while the appliance looks at itself, until `good` likes the credentials.
    bool settles(const std::function<bool(const json::value&)>& good) const {
        return appliance.reaches("/local/v1/link", [&](const json::value&) {
            const studio::Reply shown = ann.get(path + "/credentials");
            return shown.status == 200 && good(shown.body);
        });
    }
    bool all_done() const {
        return settles([](const json::value& shown) {
            for (const json::value& rotation : shown.at("rotations").as_array()) {
                if (rotation.at("step").as_string() != "done") return false;
            }
            return shown.at("trust").at("up_to_date").as_bool();
        });
    }
    std::string credentials() const { return ann.get(path + "/credentials").text; }

    kit::TemporaryFolder folder;
    studio::StudioProcess studio;
    studio::Client ann;
    LocalProcess appliance;
    std::string path;
    int acts = 0;
};

// G5.3
TEST_F(RotationTest, EveryCredentialIsRenewedAndProvenByALiveSession) {
    for (const char* credential :
         {"client_cert", "signing_key", "sealing_key", "trust_bundle", "session_token"}) {
        const auto ordered = act(path + "/credentials:rotate", {{"credential", credential}});
        ASSERT_EQ(ordered.status, 202) << credential << ": " << ordered.text;
        ASSERT_TRUE(all_done()) << credential << ": " << credentials();
    }
    EXPECT_TRUE(link_is("connected"));
    const auto shown = ann.get(path + "/credentials");
    int former = 0;
    for (const json::value& each : shown.body.at("credentials").as_array())
        former += each.at("state").as_string() == "former" ? 1 : 0;
    EXPECT_EQ(former, 3) << shown.text;
}

// G5.3
TEST_F(RotationTest, StudiosKeysChangeUnderAConnectedAppliance) {
    for (const char* key : {"session", "message", "server", "root"}) {
        const auto rotated = act("/v1/studio/keys:rotate", {{"key", key}});
        ASSERT_EQ(rotated.status, 200) << key << ": " << rotated.text;
        if (std::string(key) == "root") {
            studio.root_pem = read_file(studio.state / "root-2.pem", 65'536).value();
            const net::Headers signed_in = ann.headers;
            ann = studio.client();
            ann.headers = signed_in;
        }
        ASSERT_TRUE(all_done()) << key << ": " << credentials();
    }
    EXPECT_TRUE(link_is("connected"));
}

// G5.3, G1.11
TEST_F(RotationTest, ARevokedApplianceIsCutOffAndSaysSo) {
    const SteadyTime before = machine_clock().steady();
    ASSERT_EQ(act(path + ":revoke", json::object{}).status, 200);
    EXPECT_TRUE(link_is("revoked"));
    EXPECT_LT(machine_clock().steady().ns - before.ns, 5'000'000'000);
    EXPECT_FALSE(ann.get(path).body.at("connected").as_bool());
}

}  // namespace
}  // namespace vistter::appliance::test
