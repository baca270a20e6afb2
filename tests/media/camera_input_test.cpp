// A real RTSP camera: its pictures arrive whole and in order; when it dies or hangs we say so, and
// come back by ourselves.
#include "media/camera_input.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "base/file.hpp"
#include "kit/camera_sim.hpp"
#include "kit/encoded_show.hpp"
#include "kit/event_count.hpp"
#include "kit/temporary_folder.hpp"
#include "media/barcode.hpp"
#include "media/muxer.hpp"

namespace vistter::media {
namespace {

constexpr int loop_frames = 300;

// Every picture a camera gives, by its strip. The newest is looked at after each announcement.
class Watcher {
  public:
    explicit Watcher(kit::EventCount& event) : event_(event) {}
    std::function<void()> changed() {
        return [this] { event_.ring(); };
    }
    // Reads new pictures until there are `wanted` distinct ones.
    bool collect(const CameraInput& camera, std::size_t wanted) {
        return event_.wait(30, [&] {
            FramePtr newest = camera.newest();
            if (newest && newest->number != last_number_) {
                last_number_ = newest->number;
                auto code = read_barcode(newest->y(), newest->width, newest->width, 0,
                                         barcode_cell(newest->width));
                if (code) {
                    seen.push_back(*code);
                } else {
                    ++unreadable;
                }
            }
            return seen.size() >= wanted;
        });
    }
    std::vector<Barcode> seen;
    int unreadable = 0;

  private:
    kit::EventCount& event_;
    std::int64_t last_number_ = -1;
};

TEST(CameraInput, PicturesArriveReadableInOrderAtTheCamerasRate) {
    kit::CameraSim cameras = kit::start_cameras({"--camera", "quay=5"});
    ASSERT_NE(cameras.port, 0);
    kit::EventCount event;
    Watcher watcher(event);
    auto camera = open_camera(cameras.url("quay"), 640, 360, watcher.changed());
    ASSERT_TRUE(watcher.collect(*camera, 75)) << camera->status().error;
    EXPECT_EQ(watcher.unreadable, 0);
    int steps_of_one = 0;
    for (std::size_t i = 0; i < watcher.seen.size(); ++i) {
        EXPECT_EQ(watcher.seen[i].source, 5u);
        if (i == 0) continue;
        int step = (static_cast<int>(watcher.seen[i].frame) -
                    static_cast<int>(watcher.seen[i - 1].frame) + loop_frames) %
                   loop_frames;
        EXPECT_GE(step, 1) << "a picture came twice or ran backwards";
        EXPECT_LE(step, 60) << "two seconds are a gap no load explains";
        steps_of_one += step == 1 ? 1 : 0;
    }
    EXPECT_GE(steps_of_one, 37)
        << "most pictures follow each other directly, whatever else the machine does";
    CameraStatus status = camera->status();
    EXPECT_EQ(status.state, "online");
    EXPECT_GE(status.frames, 75);
    EXPECT_GE(status.last_frame_age_ms, 0);
    EXPECT_NEAR(status.fps, 30, 12);
}

// Contract B.8.2: what was sealed for the camera opens it, and only that.
TEST(CameraInput, ACameraThatAsksForALoginIsSeenWithTheRightOneOnly) {
    kit::TemporaryFolder folder;
    ASSERT_TRUE(write_file(folder / "login", "view er:p@ss/w:rd", 0600).ok());
    kit::CameraSim cameras =
        kit::start_cameras({"--camera", "quay=5", "--login", (folder / "login").string()});
    ASSERT_NE(cameras.port, 0);
    const auto with = [&](const std::string& login) {
        return cameras.url("quay").insert(std::string("rtsp://").size(), login);
    };
    kit::EventCount event;
    for (const std::string& wrong : {std::string(), std::string("view%20er:guess@")}) {
        auto refused = open_camera(with(wrong), 640, 360, [&] { event.ring(); });
        ASSERT_TRUE(event.wait(30, [&] { return !refused->status().error.empty(); }));
        EXPECT_NE(refused->status().state, "online");
        EXPECT_EQ(refused->status().error.find("guess"), std::string::npos)
            << refused->status().error;
    }
    Watcher watcher(event);
    auto camera = open_camera(with("view%20er:p%40ss%2Fw%3Ard@"), 640, 360, watcher.changed());
    EXPECT_TRUE(watcher.collect(*camera, 5)) << camera->status().error;
    EXPECT_EQ(camera->status().state, "online");
}

TEST(CameraInput, AnotherSizeIsScaledAndStaysReadable) {
    kit::CameraSim cameras =
        kit::start_cameras({"--camera", "wide=2", "--width", "1280", "--height", "720"});
    kit::EventCount event;
    Watcher watcher(event);
    auto camera = open_camera(cameras.url("wide"), 640, 360, watcher.changed());
    ASSERT_TRUE(watcher.collect(*camera, 10)) << camera->status().error;
    EXPECT_EQ(watcher.unreadable, 0);
    EXPECT_EQ(camera->newest()->width, 640);
}

TEST(CameraInput, AKilledCameraIsOfflineAndComesBackOnTheSamePort) {
    kit::CameraSim cameras = kit::start_cameras({"--camera", "quay=5"});
    kit::EventCount event;
    Watcher watcher(event);
    auto camera = open_camera(cameras.url("quay"), 640, 360, watcher.changed());
    ASSERT_TRUE(watcher.collect(*camera, 5)) << camera->status().error;
    cameras.process.send_signal(SIGKILL);
    ASSERT_TRUE(event.wait(10, [&] { return camera->status().state == "offline"; }))
        << camera->status().state;
    EXPECT_FALSE(camera->status().error.empty());
    EXPECT_TRUE(camera->newest()) << "the last picture stays until the programme decides about it";
    kit::CameraSim again = kit::start_cameras({"--camera", "quay=6"}, cameras.port);
    ASSERT_TRUE(event.wait(15, [&] { return camera->status().state == "online"; }))
        << camera->status().error;
    EXPECT_GE(camera->status().reconnects, 1);
    watcher.seen.clear();
    ASSERT_TRUE(watcher.collect(*camera, 5));
    EXPECT_EQ(watcher.seen.back().source, 6u);
}

// findings, media 2: 3 s without a picture restart the pipeline, though the connection still
// stands.
TEST(CameraInput, AHangingCameraIsStalledAndComesBack) {
    kit::CameraSim cameras = kit::start_cameras({"--camera", "quay=5"});
    kit::EventCount event;
    Watcher watcher(event);
    auto camera = open_camera(cameras.url("quay"), 640, 360, watcher.changed());
    ASSERT_TRUE(watcher.collect(*camera, 5)) << camera->status().error;
    cameras.process.send_signal(SIGSTOP);
    ASSERT_TRUE(event.wait(10, [&] { return camera->status().state == "stalled"; }))
        << camera->status().state;
    EXPECT_GE(camera->status().last_frame_age_ms, 3'000);
    cameras.process.send_signal(SIGCONT);
    ASSERT_TRUE(event.wait(20, [&] { return camera->status().state == "online"; }))
        << camera->status().error;
}

TEST(CameraInput, ACameraThatIsNotThereIsOfflineWithItsReason) {
    auto port = sim::free_port();
    ASSERT_TRUE(port.ok());
    kit::EventCount event;
    Watcher watcher(event);
    auto nobody = open_camera("rtsp://127.0.0.1:" + std::to_string(*port) + "/x", 640, 360,
                              watcher.changed());
    ASSERT_TRUE(event.wait(10, [&] { return nobody->status().state == "offline"; }));
    EXPECT_EQ(nobody->status().error.rfind("CAM_UNREACHABLE", 0), 0u) << nobody->status().error;
    EXPECT_FALSE(nobody->newest());

    kit::CameraSim cameras = kit::start_cameras({"--camera", "quay=5"});
    auto no_mount = open_camera(cameras.url("nosuch"), 640, 360, watcher.changed());
    ASSERT_TRUE(event.wait(10, [&] { return no_mount->status().state == "offline"; }));
    auto no_scheme = open_camera("http://127.0.0.1/x", 640, 360, watcher.changed());
    ASSERT_TRUE(event.wait(10, [&] { return no_scheme->status().state == "offline"; }));
}

TEST(CameraInput, AVideoFilePlaysInRealTimeAndStartsAgain) {
    kit::TemporaryFolder folder;
    kit::EncodedShow show = kit::encode_show(kit::small_picture(), kit::frames_from_to(0, 44));
    SinkSettings settings;
    settings.kind = "file";
    settings.location = (folder / "clip.mp4").string();
    settings.codec = show.codec;
    settings.width = 320;
    settings.height = 180;
    auto sink = open_sink(settings, [](Error) {});
    ASSERT_TRUE(sink.ok());
    for (const EncodedUnit& unit : show.units) (*sink)->push(unit);
    (*sink)->finish(5'000);
    sink->reset();

    kit::EventCount event;
    Watcher watcher(event);
    auto camera = open_camera(settings.location, 320, 180, watcher.changed());
    bool started_again = false;
    ASSERT_TRUE(event.wait(30, [&] {
        watcher.collect(*camera, watcher.seen.size());  // looks once
        std::size_t n = watcher.seen.size();
        started_again =
            started_again || (n >= 2 && watcher.seen[n - 1].frame < watcher.seen[n - 2].frame);
        return started_again && n >= 60;
    })) << camera->status().error;
    // The first pass took its real 1.5 s: without pacing the rate would be several hundred.
    EXPECT_LT(camera->status().fps, 45);
    EXPECT_EQ(camera->status().reconnects, 0);
}

}  // namespace
}  // namespace vistter::media
