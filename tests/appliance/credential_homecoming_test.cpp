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
    bool all_done() const {
        const studio::Reply shown = ann.get(path + "/credentials");
        for (const json::value& rotation : shown.body.at("rotations").as_array()) {
            if (rotation.at("step").as_string() != "done") return false;
        }
        return true;
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

// Drill 28: killed while the new credential is on trial, with the trial's first steps on the disk.
TEST_F(HomecomingTest, KilledDuringARenewalItComesUpAndEndsIt) {
    int acts = 0;
    for (const char* credential : {"client_cert", "signing_key", "client_cert"}) {
        const auto ordered = ann.post(path + "/credentials:rotate", {{"credential", credential}},
                                      {{"idempotency-key", std::to_string(++acts)}});
        ASSERT_EQ(ordered.status, 202) << ordered.text;
        // On trial; or, where the machine is quicker than our looking, over already.
        std::error_code failed;
        ASSERT_TRUE(appliance->reaches("/local/v1/link", [&](const json::value&) {
            return std::filesystem::is_symlink(folder.path() / "state/identity-next", failed) ||
                   all_done();
        })) << credential;
        appliance->process.send_signal(SIGKILL);
        ASSERT_TRUE(appliance->process.wait(10'000));
        appliance.reset();
        start();
        EXPECT_TRUE(link_is("connected")) << credential;
        EXPECT_TRUE(
            appliance->reaches("/local/v1/link", [&](const json::value&) { return all_done(); }))
            << credential << ann.get(path + "/credentials").text;
    }
}

}  // namespace
}  // namespace vistter::appliance::test
