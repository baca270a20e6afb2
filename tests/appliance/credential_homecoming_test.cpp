// An appliance whose certificate Studio does not take any more comes home by itself, between the
// two real processes; a revoked one does not (docs/decisions/0011, acceptance G5.3).
#include <gtest/gtest.h>

#include "appliance/credential_bench.hpp"
#include "appliance/local_process.hpp"
#include "studio/studio_process.hpp"

namespace vistter::appliance::test {
namespace {

class HomecomingTest : public ::testing::Test {
  protected:
    HomecomingTest() : studio(folder.path() / "studio", {}), ann(studio.signed_in()) {
        start();
        appliance->sign_in();
        const auto token = ann.post("/v1/pairing-tokens", {{"serial", "TEST-0001"}});
        const Reply paired = appliance->post(
            "/local/v1/pairing", {{"token", token.member("token")}, {"studio_url", studio.url}});
        EXPECT_EQ(paired.status, 201) << paired.text;
        path = "/v1/appliances/" + paired.member("device_id");
        EXPECT_TRUE(link_is("connected"));
    }
    void start() {
        appliance = std::make_unique<LocalProcess>(
            folder.path() / "state",
            std::vector<std::string>{"--picture", "off", "--allow-loopback"});
        if (!path.empty()) appliance->sign_in();
    }
    bool link_is(const std::string& state) const {
        return appliance->reaches("/local/v1/link", [&](const json::value& link) {
            return link.at("state").as_string() == state;
        });
    }
    // The appliance wakes up with a certificate that no root of Studio's has signed.
    void sleep_past_the_certificate() {
        appliance.reset();
        CredentialBench other;
        const auto key = crypto::PrivateKey::generate();
        const auto identity = folder.path() / "state/identity";
        ASSERT_TRUE(
            write_file(identity / "client.pem", other.certify(key.public_key(), other.device), 0600)
                .ok());
        ASSERT_TRUE(write_file(identity / "tls-key.pem", key.to_pem(), 0600).ok());
        start();
    }
    kit::TemporaryFolder folder;
    studio::StudioProcess studio;
    studio::Client ann;
    std::unique_ptr<LocalProcess> appliance;
    std::string path;
};

TEST_F(HomecomingTest, ComesHomeWithoutAVisit) {
    sleep_past_the_certificate();
    EXPECT_TRUE(link_is("connected"));
}

TEST_F(HomecomingTest, ARevokedOneStaysOutAndKnowsItAfterARestart) {
    ASSERT_EQ(ann.post(path + ":revoke", json::object{}, {{"idempotency-key", "r"}}).status, 200);
    ASSERT_TRUE(link_is("revoked"));
    appliance.reset();
    start();
    EXPECT_TRUE(link_is("revoked"));
    sleep_past_the_certificate();
    EXPECT_TRUE(link_is("revoked"));
    EXPECT_FALSE(ann.get(path).body.at("connected").as_bool());
}

}  // namespace
}  // namespace vistter::appliance::test
