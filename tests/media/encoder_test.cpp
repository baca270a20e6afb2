// The encoder keeps every frame's number, in order, and puts keyframes and sound exactly where they
// belong.
#include "media/encoder.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "kit/encoded_show.hpp"
#include "media/encoder_clock.hpp"

namespace vistter::media {
namespace {

using kit::encode_show;
using kit::frames_from_to;

// rulings 20: every output frame number is produced once, in order.
TEST(Encoder, NumbersEveryFrameOnceInOrder) {
    kit::EncodedShow show = encode_show(kit::small_picture(), frames_from_to(0, 149));
    auto video = show.video();
    ASSERT_EQ(video.size(), 150u);
    const EncoderClock clock{30, 1};
    for (std::int64_t i = 0; i < 150; ++i) {
        EXPECT_EQ(video[i].frame, i);
        EXPECT_EQ(video[i].pts_ns, clock.frame_ns(i));
        EXPECT_EQ(video[i].dts_ns, video[i].pts_ns) << "no B-frames";
        EXPECT_EQ(video[i].keyframe, i % 60 == 0)
            << "a keyframe every 2 s and nowhere else, frame " << i;
        EXPECT_FALSE(video[i].data.empty());
    }
    EXPECT_EQ(show.codec.video_codec_data.at(0), 1) << "avcC";
    EXPECT_EQ(show.codec.audio_codec_data.size() >= 2, true) << "AudioSpecificConfig";
}

// findings, media trap 7: a requested keyframe falls on the very frame.
TEST(Encoder, PutsARequestedKeyframeOnTheVeryFrame) {
    kit::EncodedShow show =
        encode_show(kit::small_picture(), frames_from_to(0, 120), {17, 45, 46, 100});
    std::vector<std::int64_t> keyframes;
    for (const EncodedUnit& unit : show.video()) {
        if (unit.keyframe) keyframes.push_back(unit.frame);
    }
    for (std::int64_t wanted : {17, 45, 46, 100}) {
        EXPECT_TRUE(std::count(keyframes.begin(), keyframes.end(), wanted)) << "frame " << wanted;
    }
    for (std::int64_t found : keyframes) {
        EXPECT_TRUE(found == 0 || found == 17 || found == 45 || found == 46 || found == 100)
            << "frame " << found;
    }
}

TEST(Encoder, KeepsNumbersAcrossSkippedTicksAndALateStart) {
    std::vector<std::int64_t> frames = frames_from_to(1000, 1030);
    for (std::int64_t frame : frames_from_to(1047, 1080)) frames.push_back(frame);
    kit::EncodedShow show = encode_show(kit::small_picture(), frames);
    auto video = show.video();
    ASSERT_EQ(video.size(), frames.size());
    for (std::size_t i = 0; i < frames.size(); ++i) EXPECT_EQ(video[i].frame, frames[i]);
}

void expect_contiguous_sound(const kit::EncodedShow& show) {
    std::int64_t next = -1, count = 0;
    for (const EncodedUnit& unit : show.units) {
        if (unit.video) continue;
        if (next >= 0) {
            EXPECT_NEAR(static_cast<double>(unit.pts_ns), static_cast<double>(next), 2)
                << "unit " << count;
        }
        next = unit.pts_ns + unit.duration_ns;
        ++count;
    }
    const EncoderClock clock{show.settings.rate_num, show.settings.rate_den};
    auto video = show.video();
    std::int64_t picture_end = clock.frame_ns(video.back().frame + 1);
    EXPECT_GE(next, picture_end - 1024 * 1'000'000'000LL / 48'000)
        << "sound lasts as long as the picture";
    EXPECT_LE(next, picture_end + 2 * 1024 * 1'000'000'000LL / 48'000);
}

TEST(Encoder, SoundHasNoHolesEvenWhereTicksAreMissing) {
    std::vector<std::int64_t> frames = frames_from_to(0, 40);
    for (std::int64_t frame : frames_from_to(140, 200)) frames.push_back(frame);
    expect_contiguous_sound(encode_show(kit::small_picture(), frames));
}

TEST(Encoder, RunsAtNtscRateWithExactBoundaries) {
    EncoderSettings settings = kit::small_picture();
    settings.rate_num = 30'000;
    settings.rate_den = 1'001;
    kit::EncodedShow show = encode_show(settings, frames_from_to(0, 100));
    ASSERT_EQ(show.video().size(), 101u);
    EXPECT_EQ(show.video()[100].frame, 100);
    expect_contiguous_sound(show);
}

// The first sound unit holds what the AAC encoder puts before the first sample (findings, media 7).
TEST(Encoder, SubtractsTheSoundEncodersPriming) {
    kit::EncodedShow show = encode_show(kit::small_picture(), frames_from_to(0, 10));
    auto sound = std::find_if(show.units.begin(), show.units.end(),
                              [](const EncodedUnit& u) { return !u.video; });
    ASSERT_NE(sound, show.units.end());
    EXPECT_EQ(sound->pts_ns, -EncoderClock::sample_ns(1024));
}

TEST(Encoder, APictureOfAnyEvenWidthKeepsItsLinesStraight) {
    EncoderSettings settings = kit::small_picture();
    settings.width = 854;  // no multiple of 4: GStreamer's own default layout would pad each line
    settings.height = 480;
    EXPECT_EQ(encode_show(settings, frames_from_to(0, 10)).video().size(), 11u);
}

TEST(Encoder, RefusesSettingsItCannotEncode) {
    auto nothing = [](auto&&...) {};
    EncoderSettings odd = kit::small_picture();
    odd.width = 321;
    EncoderSettings unknown = kit::small_picture();
    unknown.preset = "superfast ! fakesink";
    EncoderSettings misspelt = kit::small_picture();
    misspelt.preset = "hyperfast";
    for (const EncoderSettings& settings : {odd, unknown, misspelt}) {
        auto opened = open_encoder(settings, nothing, nothing, nothing);
        ASSERT_FALSE(opened.ok());
        EXPECT_EQ(opened.error().code, ErrorCode::STR_ENCODER);
    }
}

TEST(EncoderClock, NamesTheFrameOfEveryTimeItGives) {
    for (auto [num, den] : {std::pair{30, 1}, {25, 1}, {30'000, 1'001}, {60'000, 1'001}, {24, 1}}) {
        const EncoderClock clock{num, den};
        for (std::int64_t frame : {0LL, 1LL, 2LL, 29LL, 1'000'003LL, 4'000'000'000LL}) {
            EXPECT_EQ(clock.frame_at(clock.frame_ns(frame)), frame) << num << '/' << den;
        }
        EXPECT_EQ(clock.first_sample(num), std::int64_t{48'000} * den)
            << "no sample is lost over a whole period";
    }
}

}  // namespace
}  // namespace vistter::media
