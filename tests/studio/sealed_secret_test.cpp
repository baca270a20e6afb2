// A secret that a person types goes to its appliance sealed and stays nowhere in Studio (contract
// B.8, F.2; G5.7).
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "contract/secrets.hpp"
#include "crypto/sealed.hpp"
#include "studio/studio_process.hpp"

namespace vistter::studio {
namespace {

constexpr const char* canary = "canary-5f1e9b";

class SealedSecretTest : public testing::Test {
  protected:
    kit::TemporaryFolder folder;
    StudioProcess studio{folder / "studio"};
    Client ann = studio.signed_in();
    crypto::PrivateKey sealing = crypto::PrivateKey::generate();
    std::string device_id = pair(true);
    std::string path = "/v1/appliances/" + device_id + "/commands";

    std::string pair(bool with_key) const {
        const PairingDevice device{.serial = with_key ? "SN-1" : "SN-2"};
        const Reply issued = ann.post("/v1/pairing-tokens", {{"serial", device.serial}});
        json::object request = device.request(issued.member("token"));
        if (with_key) request["enc_jwk"] = sealing.public_key().to_jwk();
        const Reply paired = studio.client().post("/v1/bootstrap/pair", request);
        EXPECT_EQ(paired.status, 201) << paired.text;
        return paired.member("device_id");
    }
    static net::Headers key(const std::string& name) { return {{"idempotency-key", name}}; }
    static json::object destination() {
        return {{"type", "DEVICE_CONFIG"},
                {"body",
                 {{"config_patch",
                   {{"destinations",
                     {{"dst_main",
                       {{"kind", "rtmp"},
                        {"url", "rtmp://live.example/app"},
                        {"stream_key", canary}}}}}}}}}};
    }
    static json::object camera() {
        return {{"type", "CAMERA_ACTION"},
                {"body",
                 {{"action", "add"},
                  {"payload",
                   {{"name", "Quay"},
                    {"protocol", "rtsp"},
                    {"host", "192.0.2.10"},
                    {"credentials", {{"user", "viewer"}, {"password", canary}}}}}}}};
    }
    json::value body_of(const Reply& sent) const {
        return ann.get("/v1/commands/" + sent.member("message_id")).body.at("body");
    }
    std::string opened(const json::value& sealed) const {
        const std::string text(sealed.as_string());
        const auto kid = crypto::sealed_kid(text);
        EXPECT_TRUE(kid.ok() && kid->starts_with(device_id + "#")) << text;
        const auto secret = crypto::unseal(sealing, kid ? *kid : std::string(), text);
        return secret ? *secret : describe(secret.error());
    }
    // The files under Studio's state that hold the text.
    std::vector<std::string> files_with(const std::string& text) const {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(studio.state)) {
            if (!entry.is_regular_file()) continue;
            std::ifstream file(entry.path(), std::ios::binary);
            std::stringstream content;
            content << file.rdbuf();
            if (content.str().find(text) != std::string::npos)
                found.push_back(entry.path().filename());
        }
        return found;
    }
};

TEST_F(SealedSecretTest, OnlyTheApplianceCanOpenWhatWasTyped) {
    const Reply config = ann.post(path, destination(), key("a"));
    ASSERT_EQ(config.status, 202) << config.text;
    const json::value entry = body_of(config).at("config_patch").at("destinations").at("dst_main");
    EXPECT_FALSE(entry.as_object().contains("stream_key"));
    const auto secret = contract::parse_destination_secret(opened(entry.at("secret_sealed")));
    ASSERT_TRUE(secret.ok());
    EXPECT_EQ(secret->stream_key, canary);
    EXPECT_EQ(secret->address, "rtmp://live.example/app");
    const Reply added = ann.post(path, camera(), key("b"));
    ASSERT_EQ(added.status, 202) << added.text;
    const auto login = contract::parse_camera_secret(
        opened(body_of(added).at("payload").at("credentials_sealed")));
    ASSERT_TRUE(login.ok());
    EXPECT_EQ(login->password, canary);
    EXPECT_EQ(login->address, "rtsp://192.0.2.10:554");
}

// G5.7
TEST_F(SealedSecretTest, StudioKeepsAndShowsNoneOfIt) {
    for (const auto& command : {destination(), camera()}) {
        const Reply sent = ann.post(path, command, key("k" + std::to_string(command.size())));
        EXPECT_EQ(sent.text.find(canary), std::string::npos) << sent.text;
    }
    EXPECT_EQ(ann.post(path, destination(), key("again")).status, 202);
    EXPECT_EQ(ann.post(path, destination(), key("again")).headers.count("idempotent-replay"), 1U);
    const std::string appliance = path.substr(0, path.find("/commands"));
    for (const std::string& shown :
         {path, appliance + "/config", appliance + "/state", appliance}) {
        EXPECT_EQ(ann.get(shown).text.find(canary), std::string::npos) << shown;
    }
    EXPECT_EQ(studio.stop(), 0) << "the databases are closed and whole";
    EXPECT_EQ(files_with(canary), std::vector<std::string>{});
    EXPECT_FALSE(files_with("live.example").empty()) << "this search finds what is there";
}

TEST_F(SealedSecretTest, ARequestThatIsRefusedKeepsItsSecretToItself) {
    json::object bad = destination();
    json::object& entry =
        bad.at("body").at("config_patch").at("destinations").at("dst_main").as_object();
    entry["stream_key"] = std::string(canary) + " with blanks";
    const Reply refused = ann.post(path, bad, key("a"));
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.text.find(canary), std::string::npos) << refused.text;
    EXPECT_EQ(refused.pointers(),
              std::vector<std::string>{"/body/config_patch/destinations/dst_main/stream_key"});
    EXPECT_TRUE(ann.post("/v1/commands:validate", destination()).body.at("valid").as_bool());
    EXPECT_FALSE(ann.post("/v1/commands:validate", bad).body.at("valid").as_bool());
}

TEST_F(SealedSecretTest, AnApplianceWithoutAKeyIsSentNone) {
    const std::string plain = "/v1/appliances/" + pair(false) + "/commands";
    const Reply refused = ann.post(plain, destination(), key("a"));
    EXPECT_EQ(refused.code(), "VER_FEATURE_UNSUPPORTED") << refused.text;
    EXPECT_TRUE(ann.get(plain).body.at("items").as_array().empty());
}

}  // namespace
}  // namespace vistter::studio
