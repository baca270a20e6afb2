// vistter-program as a process: frames, runs, overlays and control, proved from the pictures it
// encodes.
#include <gtest/gtest.h>
#include <signal.h>

#include "contract/messages.hpp"
#include "crypto/digest.hpp"
#include "programme.hpp"
#include "timeline/documents.hpp"

namespace vistter::program {
namespace {

using contract::TrackKind;
using test::Programme;
using test::Seen;
using timeline::test::cue;
using timeline::test::document;
using timeline::test::overlay;
using timeline::test::segment;
using timeline::test::track;

constexpr int white = 200;  // the box is 235, the black slate 16

// 1 s black, 1 s bars, the box from 0.5 s to 1.5 s: 60 frames; `slower` times as long where
// messages race with the plan.
contract::TimelineDocument black_and_bars(std::int64_t slower = 1) {
    contract::TimelineDocument made = document({segment(
        "seg_1", 2000,
        {track(TrackKind::video, {cue("black", 0, 1000, contract::SlateShow{"black", ""}),
                                  cue("bars", 1000, 1000, contract::SlateShow{"bars", ""})}),
         track(TrackKind::overlay, {cue("box", 500, 1000, overlay("ovl_box", "lower"))})})});
    made.segments[0].duration_ms *= slower;
    for (contract::CueTrack& each : made.segments[0].tracks) {
        each.cues[0].start_ms *= slower;
        for (contract::Cue& cue : each.cues) cue.duration_ms *= slower;
    }
    made.segments[0].tracks[0].cues[1].start_ms *= slower;
    made.segments[0].tracks[0].track_id = "video";
    made.segments[0].tracks[1].track_id = "overlays";
    made.segments[0].name = "one";
    contract::OverlayRef ref;
    ref.overlay_id = "ovl_box";
    ref.revision = 1;
    ref.ocl_text = test::white_box_json("ovl_box");
    made.overlays.push_back(ref);
    return made;
}

// A place on the picture that is black on the black slate and clearly not on the others.
bool is_black(const Seen& seen) {
    return seen.elsewhere < 24;
}

TEST(ProgramProcess, EveryFrameIsMadeOnceInOrderAndCarriesItsNumber) {
    Programme programme;
    Seen first = programme.wait_for_picture(0, [](const Seen&) { return true; });
    programme.wait_for_frame(first.frame + 89);
    std::int64_t expected = first.frame;
    for (const Seen& seen : programme.seen()) {
        ASSERT_EQ(seen.frame, expected++);
        ASSERT_TRUE(seen.strip) << "frame " << seen.frame << " has no readable strip";
        ASSERT_EQ(*seen.strip, seen.frame);
        ASSERT_FALSE(seen.camera);
    }
    auto stats = programme.wait<ipc::ProgramStats>(
        [](const ipc::ProgramStats& each) { return each.frames > 60; });
    EXPECT_EQ(stats.missed_frames, 0);
    EXPECT_GT(stats.video_bytes, 0);
    EXPECT_GT(stats.tick_ms_p50, 0);
}

TEST(ProgramProcess, AShowIsOnAirOnExactlyItsFrames) {  // G2.17, G3.11
    Programme programme;
    ipc::ShowLoaded loaded = programme.load("tml_1", black_and_bars());
    ASSERT_EQ(loaded.error_code, "") << loaded.error_message;
    const std::int64_t start = programme.newest_frame() + 30;
    programme.send(ipc::Play{"run_1", "tml_1", 1, start, 0});
    auto playing = programme.wait<ipc::RunChanged>(
        [](const ipc::RunChanged& run) { return run.state == "playing"; });
    EXPECT_EQ(playing.output_frame, start);
    auto completed = programme.wait<ipc::RunChanged>(
        [](const ipc::RunChanged& run) { return run.state == "completed"; });
    EXPECT_EQ(completed.output_frame, start + 60);
    programme.wait_for_frame(start + 65);
    for (std::int64_t frame = start - 5; frame < start + 65; ++frame) {
        const Seen& seen = programme.at(frame);
        EXPECT_EQ(is_black(seen), frame >= start && frame < start + 30)
            << "at run frame " << frame - start;
        EXPECT_EQ(seen.box > white, frame >= start + 15 && frame < start + 45)
            << "at run frame " << frame - start;
    }
    for (const ipc::Message& message : programme.messages()) {
        const auto* changed = std::get_if<ipc::CueChanged>(&message);
        if (changed != nullptr) {
            EXPECT_EQ(changed->planned_frame, changed->actual_frame) << changed->cue_id;
        }
    }
}

TEST(ProgramProcess, PauseHoldsThePlanAndResumeMovesItByWholeFrames) {  // G2.18
    Programme programme;
    ASSERT_EQ(programme.load("tml_1", black_and_bars(3)).error_code, "");
    programme.send(ipc::Play{"run_1", "tml_1", 1, 0, 0});
    auto playing = programme.wait<ipc::RunChanged>(
        [](const ipc::RunChanged& run) { return run.state == "playing"; });
    programme.send(ipc::Pause{"run_1"});
    auto paused = programme.wait<ipc::RunChanged>(
        [](const ipc::RunChanged& run) { return run.request == "pause"; });
    ASSERT_EQ(paused.state, "paused");
    EXPECT_LT(paused.run_frame, 90);
    programme.wait_for_frame(playing.output_frame + 100);  // past the planned cut
    EXPECT_TRUE(is_black(programme.at(playing.output_frame + 100)));
    programme.send(ipc::Resume{"run_1"});
    auto resumed = programme.wait<ipc::RunChanged>(
        [](const ipc::RunChanged& run) { return run.request == "resume"; });
    EXPECT_EQ(resumed.run_frame, paused.run_frame + 1);
    const std::int64_t cut = resumed.output_frame + 90 - resumed.run_frame;
    programme.wait_for_frame(cut);
    EXPECT_TRUE(is_black(programme.at(cut - 1)));
    EXPECT_FALSE(is_black(programme.at(cut)));
}

TEST(ProgramProcess, SeekShowsTheSoughtFrameOnTheFrameItNames) {  // G2.19
    Programme programme;
    ASSERT_EQ(programme.load("tml_1", black_and_bars(3)).error_code, "");
    programme.send(ipc::Play{"run_1", "tml_1", 1, 0, 0});
    programme.wait<ipc::RunChanged>(
        [](const ipc::RunChanged& run) { return run.state == "playing"; });
    programme.send(ipc::Pause{"run_1"});
    programme.send(ipc::Seek{"run_1", 120});
    auto sought = programme.wait<ipc::RunChanged>(
        [](const ipc::RunChanged& run) { return run.request == "seek"; });
    EXPECT_EQ(sought.run_frame, 120);
    EXPECT_EQ(sought.state, "paused");
    programme.wait_for_frame(sought.output_frame);
    EXPECT_TRUE(is_black(programme.at(sought.output_frame - 1)));
    EXPECT_FALSE(is_black(programme.at(sought.output_frame)));
    EXPECT_GT(programme.at(sought.output_frame).box, white);
    programme.send(ipc::Seek{"run_1", 180});
    auto refused = programme.wait<ipc::RunChanged>(
        [](const ipc::RunChanged& run) { return run.request == "seek"; });
    EXPECT_EQ(refused.error_code, "VAL_RANGE");
}

TEST(ProgramProcess, LosingControlChangesNothingAndANewControlAdopts) {
    Programme programme;
    contract::TimelineDocument endless = black_and_bars();
    endless.sequence[0].repeat = std::nullopt;
    ASSERT_EQ(programme.load("tml_1", endless).error_code, "");
    programme.send(ipc::Play{"run_1", "tml_1", 1, 0, 0});
    auto playing = programme.wait<ipc::RunChanged>(
        [](const ipc::RunChanged& run) { return run.state == "playing"; });
    programme.drop_control();
    const std::int64_t start = playing.output_frame;
    programme.wait_for_frame(start + 125);
    for (std::int64_t frame = start + 1; frame < start + 125; ++frame) {
        EXPECT_EQ(is_black(programme.at(frame)), (frame - start) % 60 < 30)
            << "at run frame " << frame - start;
    }
    programme.connect_control();
    programme.send(ipc::RequestStatus{});
    programme.wait<ipc::StatusEnd>();
    bool adopted = false, show = false;
    std::vector<std::int64_t> cuts;  // what happened while nobody listened is told now
    for (const ipc::Message& message : programme.messages()) {
        if (const auto* run = std::get_if<ipc::RunChanged>(&message)) {
            adopted |=
                run->request == "status" && run->run_id == "run_1" && run->state == "playing";
        } else if (const auto* loaded = std::get_if<ipc::ShowLoaded>(&message)) {
            show |= loaded->timeline_id == "tml_1";
        } else if (const auto* changed = std::get_if<ipc::CueChanged>(&message)) {
            if (changed->started && changed->cue_id == "bars")
                cuts.push_back(changed->actual_frame);
        }
    }
    EXPECT_TRUE(adopted);
    EXPECT_TRUE(show);
    ASSERT_GE(cuts.size(), 2U);
    EXPECT_EQ(cuts[0], start + 30);
    EXPECT_EQ(cuts[1], start + 90);
    programme.send(ipc::StopRun{"run_1", "cut"});
    auto stopped = programme.wait<ipc::RunChanged>(
        [](const ipc::RunChanged& run) { return run.state == "stopped"; });
    EXPECT_EQ(stopped.error_code, "");
}

TEST(ProgramProcess, AnOverlayOutsideRunsIsVisibleFromTheFrameItReports) {  // G2.22
    Programme programme;
    std::string json = test::white_box_json("ovl_live");
    std::string file = programme.store("live.json", json);
    programme.wait_for_frame(10);
    ipc::ShowOverlay show{
        "ovl_live", file, crypto::sha256_hex(json), programme.path("assets"), "main", "lower", 0,
        "{}",       -1};
    programme.send(show);
    auto shown = programme.wait<ipc::OverlayChanged>();
    ASSERT_EQ(shown.state, "shown") << shown.error_message;
    programme.wait_for_frame(shown.output_frame + 5);
    EXPECT_LT(programme.at(shown.output_frame - 1).box, white);
    EXPECT_GT(programme.at(shown.output_frame).box, white);
    programme.send(ipc::HideOverlay{"ovl_live", "cut"});
    auto hidden = programme.wait<ipc::OverlayChanged>();
    ASSERT_EQ(hidden.state, "hidden");
    programme.wait_for_frame(hidden.output_frame);
    EXPECT_GT(programme.at(hidden.output_frame - 1).box, white);
    EXPECT_LT(programme.at(hidden.output_frame).box, white);

    show.sha256 = std::string(64, '0');
    programme.send(show);
    auto failed = programme.wait<ipc::OverlayChanged>();
    EXPECT_EQ(failed.state, "failed");
    EXPECT_EQ(failed.error_code, "AST_HASH");
}

// G2.23: what cannot be used is told, and the rest is shown (contract C.12).
TEST(ProgramProcess, AnOverlayThatFallsBackSaysSo) {
    Programme programme;
    std::string json = test::white_box_json("ovl_live");
    const std::string assets = R"("assets":{})";
    json.replace(json.find(assets), assets.size(),
                 R"("assets":{"gone":{"asset_id":"ast_gone","sha256":")" + std::string(64, '0') +
                     R"(","media_type":"image/png","width":8,"height":8,"size_bytes":9}})");
    const std::string layers = R"("layers":[)";
    json.insert(json.find(layers) + layers.size(),
                R"({"layer_id":"gone","kind":"image","asset":"gone"},)");
    const std::string file = programme.store("live.json", json);
    programme.send(ipc::ShowOverlay{"ovl_live", file, crypto::sha256_hex(json),
                                    programme.path("assets"), "main", "lower", 0, "{}", -1});
    const auto told = programme.wait<ipc::OverlayChanged>();
    EXPECT_EQ(told.state, "fallback") << told.error_message;
    EXPECT_EQ(told.overlay_id, "ovl_live");
    EXPECT_EQ(told.error_code, "RES_NOT_FOUND");
    EXPECT_NE(told.error_message.find("/scenes/0/layers/0"), std::string::npos);
    const auto shown = programme.wait<ipc::OverlayChanged>();
    ASSERT_EQ(shown.state, "shown") << shown.error_message;
    programme.wait_for_frame(shown.output_frame + 5);
    EXPECT_GT(programme.at(shown.output_frame).box, white);
}

TEST(ProgramProcess, ABadShowIsRefusedAndThePictureGoesOn) {
    Programme programme;
    std::int64_t before = programme.newest_frame();
    struct Case {
        const char *content, *code;
        bool right_hash;
    };
    for (const Case& bad : {Case{"{}", "VAL_SCHEMA", true},
                            {"not json", "VAL_JSON", true},
                            {"{}", "AST_HASH", false}}) {
        std::string file = programme.store("bad.json", bad.content);
        std::string hash = bad.right_hash ? crypto::sha256_hex(bad.content) : std::string(64, 'a');
        programme.send(ipc::LoadShow{"tml_bad", 1, file, hash, programme.path("assets")});
        EXPECT_EQ(programme.wait<ipc::ShowLoaded>().error_code, bad.code) << bad.content;
    }
    programme.send(
        ipc::LoadShow{"tml_bad", 1, programme.path("nothing.json"), "", programme.path("assets")});
    EXPECT_EQ(programme.wait<ipc::ShowLoaded>().error_code, "RES_NOT_FOUND");
    programme.send(ipc::Play{"run_1", "tml_bad", 1, 0, 0});
    EXPECT_EQ(programme.wait<ipc::RunChanged>().error_code, "STA_NOT_READY");
    programme.wait_for_frame(before + 30);
    std::int64_t last = -1;
    for (const Seen& seen : programme.seen()) {
        EXPECT_TRUE(last < 0 || seen.frame == last + 1);
        last = seen.frame;
    }
}

TEST(ProgramProcess, ASilentSubscriberHoldsNobodyUp) {
    Programme programme({"--bitrate", "20000"});
    auto silent = ipc::connect_to(programme.path("media"));
    ASSERT_TRUE(silent);
    ASSERT_TRUE((*silent)->open("output"));
    ASSERT_TRUE((*silent)->send(ipc::Subscribe{"program"}));
    std::int64_t start = programme.newest_frame();
    programme.wait_for_frame(start + 120);
    auto stats = programme.wait<ipc::ProgramStats>();
    EXPECT_EQ(stats.missed_frames, 0);
}

TEST(ProgramProcess, APreviewSubscriberGetsPictures) {
    Programme programme;
    auto watcher = ipc::connect_to(programme.path("media"));
    ASSERT_TRUE(watcher);
    ASSERT_TRUE((*watcher)->open("control"));
    ASSERT_TRUE((*watcher)->send(ipc::Subscribe{"preview"}));
    std::int64_t frame = programme.newest_frame();
    Bytes jpeg;
    for (int i = 0; jpeg.empty() && i < 600; ++i) {
        programme.wait_for_frame(++frame);
        auto messages = (*watcher)->receive();
        ASSERT_TRUE(messages);
        for (const ipc::Message& message : *messages) {
            if (const auto* image = std::get_if<ipc::PreviewImage>(&message)) jpeg = image->jpeg;
        }
    }
    ASSERT_GT(jpeg.size(), 100U);
    EXPECT_EQ(jpeg[0], 0xff);
    EXPECT_EQ(jpeg[1], 0xd8);
}

TEST(ProgramProcess, EndsCleanlyWhenAskedAndLeavesNoSockets) {
    for (bool by_signal : {false, true}) {
        Programme programme;
        programme.wait_for_frame(5);
        if (by_signal) {
            programme.process().send_signal(SIGTERM);
        } else {
            programme.send(ipc::Shutdown{});
        }
        EXPECT_EQ(programme.process().wait(10'000), 0);
        EXPECT_FALSE(std::filesystem::exists(programme.path("control")));
        EXPECT_FALSE(std::filesystem::exists(programme.path("media")));
    }
}

TEST(ProgramProcess, WrongArgumentsAreNamedWithExitCodeTwo) {
    for (std::vector<std::string> wrong : {std::vector<std::string>{"--width", "641"},
                                           {"--rate", "0/1"},
                                           {"--rate", "30/x"},
                                           {"--bogus", "1"},
                                           {"--preset", "placebo"},
                                           {"--height", "-2"},
                                           {"--keyframe"}}) {
        std::vector<std::string> argv{std::string(VISTTER_BIN_DIR) + "/vistter-program", "--socket",
                                      "/nonexistent/c", "--media-socket", "/nonexistent/m"};
        argv.insert(argv.end(), wrong.begin(), wrong.end());
        auto process = sim::ChildProcess::start(
            {.argv = argv, .log_file = "/dev/null", .extra_environment = {}});
        ASSERT_TRUE(process);
        EXPECT_EQ(process->wait(10'000), 2) << wrong[0];
    }
}

}  // namespace
}  // namespace vistter::program
