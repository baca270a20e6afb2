// Real RTSP cameras on the programme: cuts on the planned frame, and the slate while one is dead.
#include <gtest/gtest.h>
#include <signal.h>

#include <set>

#include "programme.hpp"
#include "timeline/documents.hpp"

namespace vistter::program {
namespace {

using contract::TrackKind;
using test::Cameras;
using test::Programme;
using test::Seen;
using timeline::test::camera;
using timeline::test::cue;
using timeline::test::document;
using timeline::test::segment;
using timeline::test::track;

// One second of each camera, for ever.
contract::TimelineDocument back_and_forth() {
    contract::TimelineDocument made =
        document({segment("seg_1", 2000,
                          {track(TrackKind::video, {cue("one", 0, 1000, camera("cam_1")),
                                                    cue("two", 1000, 1000, camera("cam_2"))})})});
    made.segments[0].name = "one";
    made.sequence[0].repeat = std::nullopt;
    return made;
}

void wait_online(Programme& programme, const Cameras& cameras) {
    for (int number : {1, 2}) {
        programme.send(ipc::SetCamera{"cam_" + std::to_string(number), cameras.url(number)});
    }
    std::set<std::string> online;  // states are repeated, so cameras are counted, not messages
    programme.wait<ipc::CameraChanged>([&](const ipc::CameraChanged& changed) {
        if (changed.state == "online") online.insert(changed.camera_id);
        return online.size() == 2;
    });
}

TEST(ProgramCameras, EveryCutIsOnItsPlannedFrame) {
    Cameras cameras;
    Programme programme;
    wait_online(programme, cameras);
    ASSERT_EQ(programme.load("tml_1", back_and_forth()).error_code, "");
    const std::int64_t start = programme.newest_frame() + 20;
    programme.send(ipc::Play{"run_1", "tml_1", 1, start, 0});
    programme.wait_for_frame(start + 150);
    EXPECT_FALSE(programme.at(start - 1).camera);
    for (std::int64_t frame = start; frame < start + 150; ++frame) {
        const Seen& seen = programme.at(frame);
        ASSERT_TRUE(seen.camera) << "no camera in run frame " << frame - start;
        EXPECT_EQ(*seen.camera, (frame - start) % 60 < 30 ? 1U : 2U)
            << "at run frame " << frame - start;
    }
}

TEST(ProgramCameras, ADeadCameraIsHeldHalfASecondThenTheSlateAndItComesBackByItself) {
    auto cameras = std::make_unique<Cameras>();
    const int port = cameras->port();
    Programme programme;
    wait_online(programme, *cameras);
    contract::TimelineDocument one = back_and_forth();
    one.segments[0].tracks[0].cues[1].action = camera("cam_1");
    ASSERT_EQ(programme.load("tml_1", one).error_code, "");
    const std::int64_t start = programme.newest_frame() + 5;
    programme.send(ipc::Play{"run_1", "tml_1", 1, start, 0});
    programme.wait_for_picture(start, [](const Seen& seen) { return seen.camera.has_value(); });
    cameras->process().send_signal(SIGKILL);
    ASSERT_TRUE(cameras->process().wait(5'000));
    const std::int64_t killed = programme.newest_frame();
    Seen slate = programme.wait_for_picture(killed, [](const Seen& seen) { return !seen.camera; });
    std::int64_t newest =
        slate.frame - 1;  // the output frame on which the last camera picture was first shown
    while (programme.at(newest - 1).camera_frame == programme.at(slate.frame - 1).camera_frame)
        --newest;
    EXPECT_GE(slate.frame - newest, 14);
    EXPECT_LE(slate.frame - newest, 16) << "500 ms are 15 frames, and one frame";
    cameras = std::make_unique<Cameras>(port);
    Seen back = programme.wait_for_picture(
        slate.frame + 1, [](const Seen& seen) { return seen.camera.has_value(); });
    EXPECT_EQ(*back.camera, 1U);
    EXPECT_EQ(programme.wait<ipc::ProgramStats>().missed_frames, 0);
}

}  // namespace
}  // namespace vistter::program
