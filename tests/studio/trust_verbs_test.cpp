// `vistter credentials` and `vistter keys`: what they print, and what must be meant (G5.3).
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "studio/studio_process.hpp"

namespace vistter::studio {
namespace {

class TrustVerbsTest : public testing::Test {
  protected:
    kit::TemporaryFolder folder;
    StudioProcess studio{folder / "studio"};
    Client ann = studio.signed_in();
    std::string device_id;
    std::string printed;

    void SetUp() override {
        const std::string token = ann.headers.at("authorization").substr(7);
        ASSERT_TRUE(write_file(folder / "token", token + "\n", 0600).ok());
        const PairingDevice device{.serial = "SN-1"};
        const Reply issued = ann.post("/v1/pairing-tokens", {{"serial", device.serial}});
        device_id = studio.client()
                        .post("/v1/bootstrap/pair", device.request(issued.member("token")))
                        .member("device_id");
    }
    // Exit code; what it wrote is in `printed`.
    int run(std::vector<std::string> arguments) {
        sim::ChildSettings settings;
        settings.argv = {program_path("vistter")};
        for (std::string& argument : arguments) settings.argv.push_back(std::move(argument));
        for (const std::string& more : {std::string("--studio"), studio.url, std::string("--root"),
                                        (studio.state / "root.pem").string(),
                                        std::string("--token-file"), (folder / "token").string()})
            settings.argv.push_back(more);
        settings.log_file = (folder / "talk").string();
        auto child = sim::ChildProcess::start(settings);
        EXPECT_TRUE(child) << describe(child.error());
        printed.clear();
        while (const auto line = child->read_line(30'000)) printed += *line + "\n";
        return child->wait(30'000).value_or(-1);
    }
};

TEST_F(TrustVerbsTest, CredentialsAreListedRenewedAndRevoked) {
    EXPECT_EQ(run({"credentials", "list", device_id}), 0) << printed;
    EXPECT_NE(printed.find("current  client_cert"), std::string::npos) << printed;
    EXPECT_NE(printed.find(device_id + "#1"), std::string::npos) << printed;
    EXPECT_EQ(run({"credentials", "rotate", device_id, "signing_key"}), 0) << printed;
    EXPECT_NE(printed.find("vistter command watch "), std::string::npos) << printed;
    EXPECT_EQ(run({"credentials", "rotate", device_id, "signing_key"}), 6) << "it is under way";
    EXPECT_EQ(run({"credentials", "revoke", device_id}), 2) << "not without --yes";
    EXPECT_FALSE(ann.get("/v1/appliances/" + device_id).body.at("revoked").as_bool());
    EXPECT_EQ(run({"credentials", "revoke", device_id, "--yes"}), 0) << printed;
    EXPECT_TRUE(ann.get("/v1/appliances/" + device_id).body.at("revoked").as_bool());
    EXPECT_EQ(run({"credentials", "list", "dev_nobody"}), 5);
}

TEST_F(TrustVerbsTest, StudiosKeysAreListedAndRotated) {
    EXPECT_EQ(run({"keys", "rotate", "session"}), 0) << printed;
    EXPECT_NE(printed.find("current  session  session:main#2"), std::string::npos) << printed;
    EXPECT_EQ(run({"keys", "list", "--json"}), 0);
    EXPECT_EQ(json::parse(printed).at("items").as_array().size(), 5U) << printed;
    EXPECT_NE(run({"keys", "rotate", "everything"}), 0);
}

}  // namespace
}  // namespace vistter::studio
