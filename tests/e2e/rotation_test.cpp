// Every credential changes, and an appliance is revoked, while three outputs are live: judged by
// the frame numbers in what the RTMP server and the disk recorded.
#include <fmt/format.h>

#include "e2e/stage_test.hpp"
#include "sim/grader/recording.hpp"

namespace vistter::cli {
namespace {

class RotationOnAirTest : public StageTest {
  protected:
    // The demo's output, a second one to the RTMP server and one to a file.
    bool three_outputs() {
        shown_ = on_air();
        if (!shown_) return false;
        const std::string rtmp = text_of(stage_->addresses(), "rtmp");
        const std::string second = rtmp.substr(0, rtmp.rfind('/')) + "/second";
        const json::object destinations{{"dst_second", {{"kind", "rtmp"}, {"url", second}}},
                                        {"dst_file", {{"kind", "file"}, {"path", "third.mp4"}}}};
        if (!done("DEVICE_CONFIG", {{"config_patch", {{"destinations", destinations}}}},
                  "completed"))
            return false;
        path_ = "/v1/appliances/" + shown_->device_id;
        return start("str_second", "dst_second") && start("str_file", "dst_file");
    }
    bool done(const std::string& type, const json::value& body, const std::string& until) {
        auto answer = stage_->command(*shown_, type, body, until);
        EXPECT_TRUE(answer.ok()) << type << ": " << describe(answer.error());
        return answer.ok();
    }
    bool start(const std::string& stream, const std::string& destination) {
        return done("STREAM_CONTROL",
                    {{"stream_id", stream},
                     {"command", "start"},
                     {"parameters",
                      {{"destination_ids", json::array{destination}},
                       {"profile_id", "prf_demo"},
                       {"source", "program"}}}},
                    "succeeded");
    }
    bool post(const std::string& path, const json::value& body) {
        auto answer = stage_->studio().send("POST", path, body);
        EXPECT_TRUE(answer.ok()) << path << ": " << describe(answer.error());
        return answer.ok();
    }
    json::value credentials() { return stage_->studio().get(path_ + "/credentials").value(); }
    bool all_renewed() {
        return reaches([this] {
            const json::value shown = credentials();
            for (const json::value& rotation : shown.at("rotations").as_array()) {
                if (text_of(rotation, "step") != "done") return false;
            }
            return shown.at("trust").at("up_to_date").as_bool();
        });
    }
    void expect_three_live_without_a_hitch() {
        const json::value now = status();
        EXPECT_EQ(now.at("program").at("missed_frames").to_number<int>(), 0);
        const json::array& streams = now.at("streams").as_array();
        EXPECT_EQ(streams.size(), 3U);
        for (const json::value& stream : streams) {
            EXPECT_EQ(text_of(stream, "state"), "live") << json::serialize(stream);
            for (const json::value& destination : stream.at("destinations").as_array())
                EXPECT_EQ(destination.at("reconnects").to_number<int>(), 0);
        }
    }
    // Frames `first` to `last` are in each of the three recordings, once and in order.
    void expect_whole(const std::vector<fs::path>& files, std::int64_t first, std::int64_t last) {
        ASSERT_EQ(files.size(), 3U);
        for (const fs::path& file : files) {
            auto seen = sim::read_recording(file, {});
            ASSERT_TRUE(seen.ok()) << file << ": " << describe(seen.error());
            sim::GradeRequest request{
                first, last, {}, [](std::int64_t) { return sim::ExpectedFrame{}; }};
            const sim::Verdict verdict = sim::grade(request, *seen);
            EXPECT_TRUE(verdict.ok) << file << ": " << testing::PrintToString(verdict.faults);
            EXPECT_EQ(verdict.frames_graded, last - first + 1) << file;
            EXPECT_EQ(verdict.missing + verdict.doubled + verdict.backwards, 0) << file;
        }
    }
    std::vector<fs::path> files() {
        std::vector<fs::path> all = stage_->recordings();
        all.push_back(folder_ / "appliance/recordings/third.mp4");
        return all;
    }
    bool shows_frame(std::int64_t frame) {
        return reaches([&] { return frame_of(status()) >= frame; });
    }

    // A recording begins with a keyframe, and there is one in every two seconds.
    std::int64_t first_frame_in_all() {
        const std::int64_t frame = frame_of(status()) + 61;
        EXPECT_TRUE(shows_frame(frame));
        return frame;
    }

    std::optional<OnAir> shown_;
    std::string path_;
};

// G5.3, G2.29: all three outputs play every frame while every credential and every key changes.
TEST_F(RotationOnAirTest, EveryCredentialChangesAndNoFrameIsLost) {
    ASSERT_TRUE(three_outputs());
    const std::int64_t before = first_frame_in_all();
    for (const char* credential :
         {"client_cert", "signing_key", "sealing_key", "trust_bundle", "session_token"}) {
        ASSERT_TRUE(post(path_ + "/credentials:rotate", {{"credential", credential}}));
        ASSERT_TRUE(all_renewed()) << credential << json::serialize(credentials());
    }
    for (const char* key : {"session", "message", "server", "root"}) {
        ASSERT_TRUE(post("/v1/studio/keys:rotate", {{"key", key}}));
        if (std::string(key) == "root") {
            ASSERT_TRUE(stage_->trust_root(2).ok());
        }
        ASSERT_TRUE(all_renewed()) << key << json::serialize(credentials());
    }
    const std::int64_t after = frame_of(status());
    // A frame on the air may still be on its way into a recording.
    ASSERT_TRUE(shows_frame(after + 90));
    EXPECT_EQ(text_of(local("link"), "state"), "connected");
    expect_three_live_without_a_hitch();
    for (const char* stream : {"str_second", "str_file"}) {
        ASSERT_TRUE(
            done("STREAM_CONTROL",
                 {{"stream_id", stream}, {"command", "stop"}, {"parameters", json::object{}}},
                 "succeeded"));
    }
    Status left = stage_->leave_air(*shown_);
    ASSERT_TRUE(left.ok()) << describe(left.error());
    expect_whole(files(), before, after);
}

// G1.11, G5.3, drill 29: a revoked appliance is out within five seconds, and its show goes on.
TEST_F(RotationOnAirTest, ARevokedApplianceIsCutOffAndItsShowGoesOn) {
    ASSERT_TRUE(three_outputs());
    const std::int64_t before = first_frame_in_all();
    const SteadyTime revoked = machine_clock().steady();
    ASSERT_TRUE(post(path_ + ":revoke", json::object{}));
    ASSERT_TRUE(reaches([&] { return text_of(local("link"), "state") == "revoked"; }));
    EXPECT_LT(machine_clock().steady().ns - revoked.ns, 5'000'000'000);
    EXPECT_FALSE(stage_->studio().get(path_)->at("connected").as_bool());
    const std::int64_t after = frame_of(status()) + 90;
    ASSERT_TRUE(shows_frame(after + 90));
    expect_three_live_without_a_hitch();
    EXPECT_EQ(text_of(status().at("program").at("run"), "state"), "playing");
    const std::vector<fs::path> recorded = files();
    stage_->stop_everything();
    expect_whole(recorded, before, after);
}

}  // namespace
}  // namespace vistter::cli
