// A short programme with readable strips, encoded by the real encoder: what media and output tests
// push around.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <mutex>
#include <string>
#include <vector>

#include "media/barcode.hpp"
#include "media/encoder.hpp"

namespace vistter::kit {

struct EncodedShow {
    media::EncoderSettings settings;
    media::CodecInfo codec;
    std::vector<media::EncodedUnit> units;  // in the order in which the encoder gave them
    int ready_calls = 0;
    std::string failure;

    std::vector<media::EncodedUnit> video() const {
        std::vector<media::EncodedUnit> found;
        for (const media::EncodedUnit& unit : units) {
            if (unit.video) found.push_back(unit);
        }
        return found;
    }
};

inline media::EncoderSettings small_picture() {
    media::EncoderSettings settings;
    settings.width = 320;
    settings.height = 180;
    settings.video_bitrate_kbps = 800;
    return settings;
}

// A moving gradient, the programme's strip at the bottom (source 15, `frame`), a camera's strip at
// the top.
inline void draw_show_frame(std::uint8_t* i420, const media::EncoderSettings& s, std::int64_t frame,
                            unsigned camera) {
    std::size_t luma = static_cast<std::size_t>(s.width) * s.height;
    for (int y = 0; y < s.height; ++y) {
        for (int x = 0; x < s.width; ++x) {
            i420[static_cast<std::size_t>(y) * s.width + x] =
                static_cast<std::uint8_t>(40 + (x + y + 3 * frame) % 160);
        }
    }
    std::memset(i420 + luma, 128, luma / 2);
    const int cell = media::barcode_cell(s.width);
    const auto number = static_cast<std::uint32_t>(frame);
    media::draw_barcode(i420, s.width, s.width, s.height - cell,
                        {media::program_source, number, number});
    media::draw_barcode(i420, s.width, s.width, 0, {camera, number, number});
}

// Encodes the given frame numbers; `force_keyframe` are those before which a keyframe is asked for.
inline EncodedShow encode_show(const media::EncoderSettings& settings,
                               const std::vector<std::int64_t>& frames,
                               const std::vector<std::int64_t>& force_keyframe = {}) {
    EncodedShow show;
    show.settings = settings;
    std::mutex mutex;
    auto encoder = media::open_encoder(
        settings,
        [&](const media::CodecInfo& info) {
            std::lock_guard lock(mutex);
            show.codec = info;
            ++show.ready_calls;
        },
        [&](media::EncodedUnit unit) {
            std::lock_guard lock(mutex);
            EXPECT_EQ(show.ready_calls, 1) << "codec data must come before the first unit";
            show.units.push_back(std::move(unit));
        },
        [&](Error error) {
            std::lock_guard lock(mutex);
            show.failure = describe(error);
        });
    EXPECT_TRUE(encoder.ok());
    if (!encoder.ok()) return show;
    for (std::int64_t frame : frames) {
        draw_show_frame((*encoder)->begin_frame(), settings, frame, 3);
        if (std::find(force_keyframe.begin(), force_keyframe.end(), frame) !=
            force_keyframe.end()) {
            (*encoder)->request_keyframe();
        }
        (*encoder)->end_frame(frame);
    }
    (*encoder)->finish();
    EXPECT_EQ((*encoder)->encoded_frames(), static_cast<std::int64_t>(frames.size()));
    EXPECT_GT((*encoder)->encode_ms_p95(), 0);
    encoder->reset();
    EXPECT_EQ(show.failure, "");
    return show;
}

inline std::vector<std::int64_t> frames_from_to(std::int64_t first, std::int64_t last) {
    std::vector<std::int64_t> frames;
    for (std::int64_t frame = first; frame <= last; ++frame) frames.push_back(frame);
    return frames;
}

}  // namespace vistter::kit
