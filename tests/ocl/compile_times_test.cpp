// Stage 3 of the compiler: times of every spelling, on the authored rate's grid.
#include "ocl/compile_kit.hpp"

namespace vistter::ocl {
namespace {

using namespace test;

constexpr Rate pal{25, 1}, ntsc{30'000, 1001}, fast_ntsc{60'000, 1001};

std::int64_t ms(const std::string& text, Rate rate, std::int64_t start = 0) {
    const auto time = time_ms({"/t", text}, start, rate);
    EXPECT_TRUE(time.ok()) << text;
    return time.ok() ? *time : -1;
}

TEST(CompileTimes, every_spelling_of_one_second) {
    for (const char* text : {"1s", "1.0s", "1000ms", "25f", "00:00:01:00"})
        EXPECT_EQ(ms(text, pal), 1000) << text;
    EXPECT_EQ(*time_ms({"/t", std::int64_t{1000}}, 0, pal), 1000);
}

TEST(CompileTimes, t_plus_counts_from_the_start_of_what_encloses_it) {
    EXPECT_EQ(ms("t+0.2s", pal, 400), 600);
    EXPECT_EQ(ms("t+00:00:00:05", pal, 400), 600);
    EXPECT_EQ(ms("0.2s", pal, 400), 200);
    const auto layers = layers_of(scene_text(
        R"({"layer_id":"a","kind":"solid","in":"0.4s","out":"t+2s","tracks":[
             {"property":"opacity","keyframes":[{"t":"t+0s","value":0},{"t":"t+5f","value":1}]},
             {"property":"opacity","phase":"outro","keyframes":[{"t":"t+0s","value":1},
                                                                {"t":"t+10f","value":0}]}]})"));
    EXPECT_EQ(layers.at(0).in_ms, 400);
    EXPECT_EQ(layers.at(0).out_ms, 2400);
    EXPECT_EQ(layers.at(0).tracks.at(0).keyframes.at(1).t_ms, 600);
    EXPECT_EQ(layers.at(0).tracks.at(1).keyframes.at(1).t_ms, 400);
}

// Contract C.3: the frame on which an instant is seen first does not change by snapping, and
// snapping twice is snapping once.
TEST(CompileTimes, snapping_keeps_the_frame_an_instant_is_seen_on) {
    for (const Rate rate : {pal, ntsc, fast_ntsc, Rate{24'000, 1001}, Rate{50, 1}, Rate{15, 1}}) {
        for (std::int64_t t = 0; t < 5'000; ++t) {
            const auto snapped = time_ms({"", t}, 0, rate);
            ASSERT_TRUE(snapped.ok());
            ASSERT_EQ(frame_at(*snapped, rate), frame_at(t, rate)) << t;
            ASSERT_EQ(*time_ms({"", *snapped}, 0, rate), *snapped) << t;
        }
    }
}

// SMPTE ST 12-1: at 29.97 an hour of drop-frame timecode is 107,892 frames, of the other 108,000.
TEST(CompileTimes, timecode_counts_frames) {
    EXPECT_EQ(ms("01:00:00;00", ntsc), ms_of(107'892, ntsc));
    EXPECT_EQ(ms("01:00:00:00", ntsc), ms_of(108'000, ntsc));
    EXPECT_EQ(ms("00:01:00;02", ntsc), ms_of(1'800, ntsc));
    EXPECT_EQ(ms("00:00:59;29", ntsc), ms_of(1'799, ntsc));
    EXPECT_EQ(ms("00:10:00;00", ntsc), ms_of(17'982, ntsc));
    EXPECT_EQ(ms("01:00:00;00", fast_ntsc), ms_of(215'784, fast_ntsc));
    for (int frame = 0; frame < 25; ++frame) {
        const std::string two = (frame < 10 ? "0" : "") + std::to_string(frame);
        EXPECT_EQ(frame_at(ms("00:00:02:" + two, pal), pal), 50 + frame);
    }
}

TEST(CompileTimes, timecodes_that_do_not_exist_are_refused) {
    for (const auto& [text, rate] :
         {std::pair("00:00:00:25", pal), std::pair("00:60:00:00", pal),
          std::pair("00:00:60:00", pal), std::pair("00:01:00;00", ntsc),
          std::pair("00:01:00;01", ntsc), std::pair("00:00:01;00", pal),
          std::pair("00:01:00;03", fast_ntsc), std::pair("999999999s", pal)}) {
        const auto time = time_ms({"/t", std::string(text)}, 0, rate);
        ASSERT_FALSE(time.ok()) << text;
        EXPECT_EQ(time.error().code, ErrorCode::VAL_RANGE);
    }
    EXPECT_EQ(
        only_error(compiled(scene_text(R"({"layer_id":"a","kind":"solid","in":"00:00:00:30"})"))),
        "VAL_RANGE /scenes/0/layers/0/in");
}

TEST(CompileTimes, scene_times_and_cue_points) {
    const Compiled made = compiled(scene_text(
        "", "",
        R"("duration":"00:00:10:00","phases":{"intro":"0.5s","outro":"10f","body":"loop","body_end":"t+2s"},
           "cue_points":[{"cue_point_id":"c","t":"1.01s"}],)"));
    ASSERT_FALSE(made.report.failed()) << told(made);
    const contract::Scene& scene = made.document.scenes.front();
    EXPECT_EQ(scene.duration_ms, 10'000);
    EXPECT_EQ(scene.phases.intro_ms, 520);  // 500 ms is seen on frame 13
    EXPECT_EQ(scene.phases.outro_ms, 400);
    EXPECT_EQ(scene.phases.body_end_ms, 2'520);
    EXPECT_EQ(scene.cue_points.front().t_ms, 1'040);
}

}  // namespace
}  // namespace vistter::ocl
