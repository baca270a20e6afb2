// Stage 3: times of every spelling become integer milliseconds on the authored rate's grid.
#include <charconv>
#include <cmath>

#include "ocl/compile/stages.hpp"

namespace vistter::ocl {
namespace {

using contract::AuthoredDocument;
using contract::AuthoredLayer;
using contract::AuthoredScene;
using contract::AuthoredTime;

constexpr std::int64_t longest_ms = 604'800'000;  // seven days, contract C.6

std::int64_t number_in(std::string_view text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// Real frames since 00:00:00:00 (SMPTE ST 12-1). Drop-frame leaves out the first two (at 60: four)
// numbers of every minute but each tenth.
Result<std::int64_t> timecode_frames(std::string_view text, const std::string& at, Rate rate) {
    const std::int64_t hours = number_in(text.substr(0, 2)), minutes = number_in(text.substr(3, 2)),
                       seconds = number_in(text.substr(6, 2)), frames = number_in(text.substr(9));
    const std::int64_t nominal = (rate.num + rate.den - 1) / rate.den;
    if (minutes > 59 || seconds > 59 || frames >= nominal) {
        return fail_at(ErrorCode::VAL_RANGE, at,
                       "There is no timecode " + std::string(text) + " at this rate.");
    }
    std::int64_t count = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames;
    if (text[8] == ':') return count;
    if (rate.den != 1001 || nominal % 30 != 0) {
        return fail_at(ErrorCode::VAL_RANGE, at,
                       "Drop-frame timecode (;) is for 29.97 and 59.94 frames a second.");
    }
    const std::int64_t dropped = nominal / 15, all_minutes = hours * 60 + minutes;
    if (seconds == 0 && frames < dropped && minutes % 10 != 0) {
        return fail_at(ErrorCode::VAL_RANGE, at,
                       "Drop-frame timecode leaves out " + std::string(text) + ".");
    }
    count -= dropped * (all_minutes - all_minutes / 10);
    return count;
}

// "1.25s" exactly: at most six decimals, so microseconds hold it.
std::int64_t micros_of(std::string_view text) {
    const std::size_t dot = text.find('.');
    std::int64_t micros = number_in(text.substr(0, dot)) * 1'000'000;
    if (dot == text.npos) return micros;
    std::string digits(text.substr(dot + 1));
    digits.resize(6, '0');
    return micros + number_in(digits);
}

// The first frame that shows an instant, as its own time (contract C.3).
std::int64_t snapped(std::int64_t micros, Rate rate) {
    const std::int64_t num = micros * rate.num, den = rate.den * 1'000'000;
    return ms_of((num + den - 1) / den, rate);
}

Result<std::int64_t> offset_micros(std::string_view text, const std::string& at, Rate rate) {
    if (text.find(':') != text.npos || text.find(';') != text.npos) {
        auto frames = timecode_frames(text, at, rate);
        if (!frames) return frames;
        return ms_of(*frames, rate) * 1'000;
    }
    if (text.ends_with("ms")) return number_in(text) * 1'000;
    if (text.ends_with('f')) return ms_of(number_in(text), rate) * 1'000;
    return micros_of(text.substr(0, text.size() - 1));
}

class Times {
  public:
    Times(Rate rate, Report& report) : rate_(rate), report_(report) {}

    std::int64_t read(const AuthoredTime& time, std::int64_t start) {
        auto ms = time_ms(time, start, rate_);
        if (ms) return *ms;
        report_.error(ms.error().code, time.at, ms.error().message);
        return start;
    }

    std::optional<std::int64_t> read(const std::optional<AuthoredTime>& time, std::int64_t start) {
        if (!time) return std::nullopt;
        return read(*time, start);
    }

    void scene(AuthoredScene& scene) {
        scene.ocl.duration_ms = read(scene.duration, 0);
        scene.ocl.phases.intro_ms = read(scene.intro, 0).value_or(0);
        scene.ocl.phases.outro_ms = read(scene.outro, 0).value_or(0);
        scene.ocl.phases.body_end_ms = read(scene.body_end, scene.ocl.phases.intro_ms);
        for (std::size_t i = 0; i < scene.cue_times.size(); ++i)
            scene.ocl.cue_points[i].t_ms = read(scene.cue_times[i], 0);
        for (AuthoredLayer& one : scene.layers) layer(one, 0);
    }

  private:
    void layer(AuthoredLayer& layer, std::int64_t start) {
        // A layer in a group that names no start is there as long as the group.
        const std::int64_t begin = read(layer.in, start).value_or(start);
        layer.ocl.in_ms = layer.in ? begin : 0;
        layer.ocl.out_ms = read(layer.out, begin);
        for (contract::AuthoredTrack& track : layer.tracks) {
            const bool outro = track.track.phase == contract::Phase::outro;
            for (std::size_t i = 0; i < track.keys.size(); ++i) {
                track.track.keyframes[i].t_ms = read(track.keys[i].t, outro ? 0 : begin);
            }
        }
        for (AuthoredLayer& child : layer.layers) this->layer(child, begin);
    }

    Rate rate_;
    Report& report_;
};

}  // namespace

Result<std::int64_t> time_ms(const AuthoredTime& time, std::int64_t start_ms, Rate rate) {
    std::int64_t micros = 0, start = 0;
    if (const auto* ms = std::get_if<std::int64_t>(&time.value)) {
        micros = *ms * 1'000;
    } else {
        std::string_view text = std::get<std::string>(time.value);
        if (text.starts_with("t+")) {
            start = start_ms;
            text.remove_prefix(2);
        }
        auto offset = offset_micros(text, time.at, rate);
        if (!offset) return offset;
        micros = *offset;
    }
    if (micros > longest_ms * 1'000 || start * 1'000 + micros > longest_ms * 1'000)
        return fail_at(ErrorCode::VAL_RANGE, time.at, "Is past seven days.");
    return snapped(start * 1'000 + micros, rate);
}

void resolve_times(AuthoredDocument& document, Report& report) {
    const auto& rate = *document.ocl.authored_rate;
    Times times({rate[0], rate[1]}, report);
    for (AuthoredScene& scene : document.scenes) times.scene(scene);
}

}  // namespace vistter::ocl
