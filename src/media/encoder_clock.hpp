// Exact arithmetic between output frames, nanoseconds and audio samples at any rational rate.
#pragma once

#include <cstdint>

namespace vistter::media {

struct EncoderClock {
    int rate_num = 30, rate_den = 1;

    static constexpr std::int64_t second_ns = 1'000'000'000;
    static constexpr int audio_rate = 48'000;

    // When output frame `frame` starts, rounded down.
    std::int64_t frame_ns(std::int64_t frame) const { return muldiv(frame, second_ns); }
    // The frame whose start is nearest to `ns`; exact for every value frame_ns() gives.
    std::int64_t frame_at(std::int64_t ns) const {
        const std::int64_t unit = second_ns * rate_den;  // holds exactly rate_num frames
        return ns / unit * rate_num + (ns % unit * rate_num + unit / 2) / unit;
    }
    // The first sample of frame `frame`: consecutive frames share their boundary, so no sample is
    // lost or doubled.
    std::int64_t first_sample(std::int64_t frame) const { return muldiv(frame, audio_rate); }
    static std::int64_t sample_ns(std::int64_t sample) { return sample * 62'500 / 3; }

  private:
    // frame * per_second * rate_den / rate_num, rounded down, in parts that do not overflow for
    // years.
    std::int64_t muldiv(std::int64_t frame, std::int64_t per_second) const {
        const std::int64_t unit = per_second * rate_den;
        return frame / rate_num * unit + frame % rate_num * unit / rate_num;
    }
};

}  // namespace vistter::media
