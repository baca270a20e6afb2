// The simulated cameras' process: ready line, clean end, a user's file over RTSP, and a cache that
// is worth having.
#include <gtest/gtest.h>

#include <csignal>

#include "kit/camera_sim.hpp"
#include "kit/encoded_show.hpp"
#include "kit/event_count.hpp"
#include "kit/temporary_folder.hpp"
#include "media/camera_input.hpp"
#include "media/muxer.hpp"

namespace vistter::sim {
namespace {

std::optional<media::Barcode> top_strip(const media::CameraInput& camera) {
    media::FramePtr newest = camera.newest();
    if (!newest) return std::nullopt;
    return media::read_barcode(newest->y(), newest->width, newest->width, 0,
                               media::barcode_cell(newest->width));
}

TEST(CameraSim, EndsCleanlyOnSigtermAndSigintWithClientsConnected) {
    for (int signal : {SIGTERM, SIGINT}) {
        kit::CameraSim cameras = kit::start_cameras({"--camera", "a=1", "--camera", "b=2"});
        kit::EventCount event;
        auto first = media::open_camera(cameras.url("a"), 640, 360, [&] { event.ring(); });
        auto second = media::open_camera(cameras.url("b"), 640, 360, [&] { event.ring(); });
        ASSERT_TRUE(event.wait(20, [&] { return top_strip(*first) && top_strip(*second); }))
            << first->status().error;
        EXPECT_EQ(top_strip(*first)->source, 1u);
        EXPECT_EQ(top_strip(*second)->source, 2u);
        cameras.process.send_signal(signal);
        EXPECT_EQ(cameras.process.wait(10'000), 0);
    }
}

TEST(CameraSim, ServesManyClientsOneAfterAnotherAndAtOnce) {
    kit::CameraSim cameras = kit::start_cameras({"--camera", "a=1"});
    for (int round = 0; round < 3; ++round) {
        kit::EventCount event;
        std::vector<std::unique_ptr<media::CameraInput>> clients;
        for (int i = 0; i < 3; ++i) {
            clients.push_back(
                media::open_camera(cameras.url("a"), 320, 180, [&] { event.ring(); }));
        }
        ASSERT_TRUE(event.wait(20,
                               [&] {
                                   for (const auto& client : clients) {
                                       if (!client->newest()) return false;
                                   }
                                   return true;
                               }))
            << "round " << round;
        clients.clear();
    }
    EXPECT_TRUE(cameras.process.running());
}

// rulings 23: the user's own video file takes the place of a simulated camera.
TEST(CameraSim, ServesAVideoFileLooped) {
    kit::TemporaryFolder folder;
    media::EncoderSettings size = kit::small_picture();
    size.width = 640;
    size.height = 360;
    kit::EncodedShow show = kit::encode_show(size, kit::frames_from_to(0, 29));
    media::SinkSettings settings;
    settings.kind = "file";
    settings.location = (folder / "clip.mp4").string();
    settings.codec = show.codec;
    settings.width = 640;
    settings.height = 360;
    auto sink = media::open_sink(settings, [](Error) {});
    ASSERT_TRUE(sink.ok());
    for (const media::EncodedUnit& unit : show.units) (*sink)->push(unit);
    (*sink)->finish(5'000);
    sink->reset();

    kit::CameraSim cameras = kit::start_cameras({"--file", "own0=" + settings.location});
    kit::EventCount event;
    auto camera = media::open_camera(cameras.url("own0"), 640, 360, [&] { event.ring(); });
    int passes = 0;
    std::uint32_t last = 0;
    ASSERT_TRUE(event.wait(30, [&] {
        auto code = top_strip(*camera);
        if (code && code->source == 3) {
            passes += code->frame < last ? 1 : 0;
            last = code->frame;
        }
        return passes >= 2;
    })) << camera->status().error;
}

TEST(CameraSim, NamesWhatItWasToldWrongly) {
    struct Case {
        std::vector<std::string> arguments;
        int code;
    };
    const Case cases[] = {{{}, 1},
                          {{"--camera", "a"}, 1},
                          {{"--camera", "a=15"}, 1},
                          {{"--camera", "a/b=1"}, 1},
                          {{"--file", "a=/nowhere/clip.mp4"}, 1},
                          {{"--camera", "a=1", "--rate", "0/1"}, 2}};
    kit::TemporaryFolder folder;
    for (const Case& c : cases) {
        std::vector<std::string> argv = c.arguments;
        argv.insert(argv.begin(), std::string(VISTTER_BIN_DIR) + "/vistter-camera-sim");
        auto child = ChildProcess::start(
            {.argv = argv, .log_file = (folder / "log").string(), .extra_environment = {}});
        ASSERT_TRUE(child.ok());
        EXPECT_EQ(child->wait(20'000), c.code) << (c.arguments.empty() ? "" : c.arguments.back());
    }
}

TEST(CameraSim, ATakenPortIsToldAndNothingElseHappens) {
    kit::CameraSim first = kit::start_cameras({"--camera", "a=1"});
    kit::TemporaryFolder folder;
    auto second =
        ChildProcess::start({.argv = {std::string(VISTTER_BIN_DIR) + "/vistter-camera-sim",
                                      "--camera", "a=1", "--port", std::to_string(first.port)},
                             .log_file = (folder / "log").string(),
                             .extra_environment = {}});
    ASSERT_TRUE(second.ok());
    EXPECT_EQ(second->wait(20'000), 1);
    EXPECT_TRUE(first.process.running());
}

TEST(CameraSim, KeepsItsEncodedLoopsInTheCache) {
    kit::TemporaryFolder folder;
    for (int start = 0; start < 2; ++start) {
        kit::CameraSim cameras =
            kit::start_cameras({"--camera", "a=1", "--cache", folder.path().string()});
        kit::EventCount event;
        auto camera = media::open_camera(cameras.url("a"), 640, 360, [&] { event.ring(); });
        EXPECT_TRUE(event.wait(20, [&] { return top_strip(*camera).has_value(); }));
        EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
    }
}

}  // namespace
}  // namespace vistter::sim
