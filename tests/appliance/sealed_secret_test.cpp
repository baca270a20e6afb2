// A stream key from the person who typed it to the RTMP server, through both real processes: it
// arrives, and is said nowhere on the way (contract B.8; G5.3, G5.7).
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "appliance/local_process.hpp"
#include "sim/kit/nginx_rtmp.hpp"
#include "studio/studio_process.hpp"

namespace vistter::appliance::test {
namespace {

constexpr const char* key = "canary-4d80aa";
constexpr const char* camera_password = "canary-77e1b3";

class SealedSecretTest : public ::testing::Test {
  protected:
    SealedSecretTest()
        : studio(folder.path() / "studio", {}),
          ann(studio.signed_in()),
          appliance(folder.path() / "state",
                    {"--allow-loopback", "--width", "320", "--height", "180", "--run-dir",
                     (folder.path() / "run").string()}) {
        auto started = sim::RtmpServer::start({.folder = folder.path() / "rtmp"});
        EXPECT_TRUE(started.ok()) << (started.ok() ? "" : describe(started.error()));
        if (started.ok()) server.emplace(std::move(*started));
        appliance.sign_in();
        const auto token = ann.post("/v1/pairing-tokens", {{"serial", "TEST-0001"}});
        const Reply paired = appliance.post(
            "/local/v1/pairing", {{"token", token.member("token")}, {"studio_url", studio.url}});
        EXPECT_EQ(paired.status, 201) << paired.text;
        path = "/v1/appliances/" + paired.member("device_id");
        EXPECT_TRUE(appliance.reaches("/local/v1/link", [](const json::value& link) {
            return link.at("state").as_string() == "connected";
        }));
    }
    ~SealedSecretTest() override { end_leftovers(folder.path()); }

    // Sends the command and waits until it has ended.
    json::value done(const std::string& type, const json::object& body) {
        const auto sent = ann.post(path + "/commands", {{"type", type}, {"body", body}},
                                   {{"idempotency-key", std::to_string(++acts)}});
        EXPECT_EQ(sent.status, 202) << sent.text;
        json::value record;
        EXPECT_TRUE(appliance.reaches("/local/v1/link", [&](const json::value&) {
            record = ann.get("/v1/commands/" + sent.member("message_id")).body;
            return record.is_object() && record.at("terminal").as_bool();
        }));
        return record;
    }
    std::string state_after(const std::string& type, const json::object& body) {
        const json::value record = done(type, body);
        return record.is_object() ? std::string(record.at("state").as_string()) : "none";
    }
    static json::object stream(const std::string& command) {
        json::object parameters;
        if (command == "start")
            parameters = {{"destination_ids", json::array{"dst_main"}},
                          {"profile_id", "prf_main"},
                          {"source", "program"}};
        return {{"stream_id", "str_main"}, {"command", command}, {"parameters", parameters}};
    }
    json::object configuration() const {
        const std::string url = server->url(key);
        return {
            {"config_patch",
             {{"destinations",
               {{"dst_main",
                 {{"kind", "rtmp"}, {"url", url.substr(0, url.rfind('/'))}, {"stream_key", key}}}}},
              {"encoding_profiles",
               {{"prf_main",
                 {{"width", 320},
                  {"height", 180},
                  {"frame_rate", {{"num", 30}, {"den", 1}}},
                  {"video_bitrate_kbps", 3000},
                  {"keyframe_interval_s", 2},
                  {"preset", "superfast"},
                  {"audio_bitrate_kbps", 128}}}}}}}};
    }
    // Files of the two products that say the text; the server's own are not theirs.
    std::vector<std::string> files_with(const std::string& text) const {
        std::vector<std::string> found;
        for (const char* part : {"studio", "state", "run"}) {
            for (const auto& entry :
                 std::filesystem::recursive_directory_iterator(folder.path() / part)) {
                if (!entry.is_regular_file()) continue;
                std::ifstream file(entry.path(), std::ios::binary);
                std::stringstream content;
                content << file.rdbuf();
                if (content.str().find(text) != std::string::npos)
                    found.push_back(entry.path().string());
            }
        }
        return found;
    }
    // What a neighbour on the machine reads of our processes: their command lines.
    bool is_on_a_command_line(const std::string& text) const {
        for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
            std::ifstream file(entry.path() / "cmdline", std::ios::binary);
            std::stringstream words;
            words << file.rdbuf();
            const bool ours = words.str().find(folder.path().string()) != std::string::npos;
            if (ours && words.str().find(text) != std::string::npos) return true;
        }
        return false;
    }
    bool rotated_sealing_key() {
        const auto ordered = ann.post(path + "/credentials:rotate", {{"credential", "sealing_key"}},
                                      {{"idempotency-key", "rotate" + std::to_string(++acts)}});
        EXPECT_EQ(ordered.status, 202) << ordered.text;
        return appliance.reaches("/local/v1/link", [&](const json::value&) {
            const auto shown = ann.get(path + "/credentials");
            if (shown.status != 200) return false;
            for (const json::value& rotation : shown.body.at("rotations").as_array()) {
                if (rotation.at("step").as_string() != "done") return false;
            }
            return true;
        });
    }

    kit::TemporaryFolder folder;
    studio::StudioProcess studio;
    studio::Client ann;
    LocalProcess appliance;
    std::optional<sim::RtmpServer> server;
    std::string path;
    int acts = 0;
};

// G5.3, G5.7, G2.24
TEST_F(SealedSecretTest, AStreamKeyReachesItsServerAndNothingElse) {
    ASSERT_TRUE(server);
    ASSERT_EQ(state_after("DEVICE_CONFIG", configuration()), "completed");
    ASSERT_TRUE(rotated_sealing_key());
    ASSERT_TRUE(rotated_sealing_key()) << "twice: the key it was sealed to is gone";
    ASSERT_EQ(state_after("STREAM_CONTROL", stream("start")), "succeeded");
    EXPECT_FALSE(is_on_a_command_line(key));
    ASSERT_EQ(state_after("STREAM_CONTROL", stream("stop")), "succeeded");
    const auto recordings = server->recordings();
    ASSERT_EQ(recordings.size(), 1U);
    EXPECT_TRUE(recordings[0].filename().string().starts_with(key)) << recordings[0];
    EXPECT_EQ(files_with(key), std::vector<std::string>{});
    EXPECT_FALSE(files_with("dst_main").empty()) << "this search finds what is there";
    for (const char* shown : {"/local/v1/status", "/local/v1/events", "/local/v1/link"})
        EXPECT_EQ(appliance.request("GET", shown).text.find(key), std::string::npos) << shown;
}

// G5.7
TEST_F(SealedSecretTest, ACamerasPasswordIsSaidNowhere) {
    const auto added =
        done("CAMERA_ACTION",
             {{"action", "add"},
              {"payload",
               {{"name", "Quay"},
                {"protocol", "rtsp"},
                {"host", "127.0.0.1"},
                {"port", 9},
                {"credentials", {{"user", "viewer"}, {"password", camera_password}}}}}});
    ASSERT_EQ(added.at("state").as_string(), "completed") << json::serialize(added);
    EXPECT_TRUE(appliance.reaches("/local/v1/status", [](const json::value& status) {
        const auto& cameras = status.at("cameras").as_array();
        return cameras.size() == 1 && cameras[0].at("state").as_string() == "offline";
    })) << "the programme has tried it";
    const auto listed = done("CAMERA_ACTION", {{"action", "list"}});
    EXPECT_NE(json::serialize(listed).find("\"has_credentials\":true"), std::string::npos)
        << json::serialize(listed);
    EXPECT_EQ(files_with(camera_password), std::vector<std::string>{});
    EXPECT_FALSE(is_on_a_command_line(camera_password));
}

}  // namespace
}  // namespace vistter::appliance::test
