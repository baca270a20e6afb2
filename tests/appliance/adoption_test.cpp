// Kill -9 of the control process leaves the picture and its outputs running, and the next one
// adopts them (rulings 25).
#include <gtest/gtest.h>

#include <csignal>

#include "appliance/local_process.hpp"
#include "studio/studio_process.hpp"

namespace vistter::appliance::test {
namespace {

class AdoptionTest : public ::testing::Test {
  protected:
    ~AdoptionTest() override { end_leftovers(folder.path()); }
    std::vector<std::string> arguments() const {
        return {"--allow-loopback",
                "--width",
                "320",
                "--height",
                "180",
                "--run-dir",
                (folder.path() / "run").string()};
    }
    LocalProcess start(const std::string& listen = "127.0.0.1:0") {
        LocalProcess appliance(folder.path() / "state", arguments(), listen);
        appliance.sign_in();
        return appliance;
    }
    static bool picture_runs(const LocalProcess& appliance) {
        return appliance.reaches("/local/v1/status", [](const json::value& status) {
            return status.at("program").at("state").as_string() == "running" &&
                   status.at("program").at("frame").to_number<std::int64_t>() > 0;
        });
    }
    std::vector<pid_t> programs() const { return processes_of(folder.path(), "vistter-program"); }
    std::vector<pid_t> outputs() const { return processes_of(folder.path(), "vistter-output"); }
    static std::int64_t frame_of(const LocalProcess& appliance) {
        return appliance.request("GET", "/local/v1/status")
            .body.at("program")
            .at("frame")
            .to_number<std::int64_t>();
    }
    static void kill_control(LocalProcess& appliance) {
        appliance.process.send_signal(SIGKILL);
        ASSERT_EQ(appliance.process.wait(10'000), 128 + SIGKILL);
    }
    kit::TemporaryFolder folder;
};

TEST_F(AdoptionTest, ThePictureOutlivesControlAndIsAdopted) {
    auto appliance = start();
    ASSERT_TRUE(picture_runs(appliance));
    const auto running = programs();
    ASSERT_EQ(running.size(), 1U);
    const std::int64_t before = frame_of(appliance);
    const std::string host = appliance.host();
    kill_control(appliance);
    EXPECT_EQ(programs(), running);
    auto again = start(host);
    ASSERT_TRUE(picture_runs(again));
    EXPECT_EQ(programs(), running) << "adopted, not started anew";
    EXPECT_GT(frame_of(again), before) << "the frames went on counting";
    EXPECT_EQ(again.request("GET", "/local/v1/preview/snapshot").headers.at("content-type"),
              "image/jpeg");
    EXPECT_EQ(again.process.stop(15'000), 0);
    EXPECT_TRUE(end_of(running[0], 5'000));
    EXPECT_TRUE(programs().empty()) << "a stop leaves nothing";
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "run/program.sock"));
}

TEST_F(AdoptionTest, ADeadProgrammeIsStartedAgain) {
    auto appliance = start();
    ASSERT_TRUE(picture_runs(appliance));
    const auto first = programs();
    ASSERT_EQ(first.size(), 1U);
    ::kill(first[0], SIGKILL);
    EXPECT_TRUE(appliance.reaches("/readyz", [&](const json::value&) {
        const auto now = programs();
        return now.size() == 1 && now != first;
    }));
    EXPECT_TRUE(picture_runs(appliance));
}

// An output keeps its process, its file and its count through the death of control.
TEST_F(AdoptionTest, OutputsGoOnAndAreAdopted) {
    studio::StudioProcess studio(folder.path() / "studio", {});
    auto client = studio.signed_in();
    auto appliance = start();
    ASSERT_TRUE(picture_runs(appliance));
    const auto token = client.post("/v1/pairing-tokens", {{"serial", "TEST-0001"}, {"ttl_s", 900}})
                           .member("token");
    const Reply paired =
        appliance.post("/local/v1/pairing", {{"token", token}, {"studio_url", studio.url}});
    ASSERT_EQ(paired.status, 201) << paired.text;
    const std::string path = "/v1/appliances/" + paired.member("device_id") + "/commands";
    const json::object profile{{"width", 320},
                               {"height", 180},
                               {"frame_rate", {{"num", 30}, {"den", 1}}},
                               {"video_bitrate_kbps", 3000},
                               {"keyframe_interval_s", 2},
                               {"preset", "superfast"},
                               {"audio_bitrate_kbps", 128}};
    const json::object config{
        {"type", "DEVICE_CONFIG"},
        {"body",
         {{"config_patch",
           {{"destinations", {{"dst_file", {{"kind", "file"}, {"path", "air.ts"}}}}},
            {"encoding_profiles", {{"prf_main", profile}}}}}}}};
    ASSERT_EQ(client.post(path, config, {{"idempotency-key", "a"}}).status, 202);
    ASSERT_TRUE(appliance.reaches("/local/v1/status", [](const json::value& s) {
        return s.at("config_revision").to_number<int>() == 1;
    }));
    const json::object start_stream{{"type", "STREAM_CONTROL"},
                                    {"body",
                                     {{"stream_id", "str_main"},
                                      {"command", "start"},
                                      {"parameters",
                                       {{"destination_ids", json::array{"dst_file"}},
                                        {"profile_id", "prf_main"},
                                        {"source", "program"}}}}}};
    ASSERT_EQ(client.post(path, start_stream, {{"idempotency-key", "b"}}).status, 202);
    const auto live = [](const json::value& status) {
        const auto& streams = status.at("streams").as_array();
        return streams.size() == 1 && streams[0].at("state").as_string() == "live";
    };
    ASSERT_TRUE(appliance.reaches("/local/v1/status", live));
    const auto running = outputs();
    ASSERT_EQ(running.size(), 1U);
    const std::string host = appliance.host();
    kill_control(appliance);
    EXPECT_EQ(outputs(), running);
    auto again = start(host);
    EXPECT_TRUE(again.reaches("/local/v1/status", live));
    EXPECT_EQ(outputs(), running) << "adopted, not started anew";
    // It still writes: more frames than the adopting process first heard of.
    std::int64_t first = -1;
    EXPECT_TRUE(again.reaches("/local/v1/status", [&](const json::value& status) {
        const json::value& destination = status.at("streams").at(0).at("destinations").at(0);
        const auto frames = destination.at("frames").to_number<std::int64_t>();
        if (first < 0) first = frames;
        return frames > first;
    }));
    EXPECT_EQ(again.process.stop(15'000), 0);
    EXPECT_TRUE(end_of(running[0], 5'000));
    EXPECT_TRUE(outputs().empty());
    const auto written = std::filesystem::file_size(folder.path() / "state/recordings/air.ts");
    EXPECT_GT(written, 0U);
    EXPECT_EQ(written % 188, 0U) << "whole transport stream packets, ended in order";
}

}  // namespace
}  // namespace vistter::appliance::test
