// One track at one instant (contract C.6), and how two key values are mixed.
#include "ocl/layer_values.hpp"

#include <algorithm>
#include <cmath>

namespace vistter::ocl {

using contract::Color;
using contract::Keyframe;
using contract::LoopMode;

namespace {

std::int64_t map_loop(const contract::PropertyTrack& track, std::int64_t n, std::int64_t num) {
    const std::int64_t first = track.keyframes.front().t_ms;
    const std::int64_t last = track.keyframes.back().t_ms;
    if (track.loop == LoopMode::repeat) return map_repeat(n, first, last, num);
    if (track.loop == LoopMode::ping_pong) return map_ping_pong(n, first, last, num);
    return n;
}

std::uint8_t to_byte(double value) {
    return static_cast<std::uint8_t>(std::nearbyint(std::clamp(value, 0.0, 255.0)));
}

}  // namespace

TrackPlace place_on_track(const contract::PropertyTrack& track, std::int64_t n, std::int64_t num) {
    const auto& keys = track.keyframes;
    if (keys.empty()) return {};
    n = map_loop(track, n, num);
    // The last key at or before N: of two keys at one time the second, as times do not decrease.
    const auto after = std::upper_bound(
        keys.begin(), keys.end(), n,
        [num](std::int64_t at, const Keyframe& key) { return at < key.t_ms * num; });
    if (after == keys.begin()) return {&keys.front(), &keys.front(), 0};
    const Keyframe& from = *(after - 1);
    if (after == keys.end()) return {&from, &from, 0};
    const Keyframe& to = *after;
    if (from.ease.kind == contract::Ease::Kind::hold) return {&from, &from, 0};
    return {&from, &to, ease_fraction(from.ease, n - from.t_ms * num, (to.t_ms - from.t_ms) * num)};
}

Color mix(Color from, Color to, double share) {
    if (share == 0) return from;
    if (share == 1) return to;
    const double alpha = std::clamp((1 - share) * from.a + share * to.a, 0.0, 255.0);
    if (alpha <= 0) return Color{0, 0, 0, 0};
    const auto channel = [&](double a, double b) {
        const double premultiplied = (1 - share) * (a * from.a / 255) + share * (b * to.a / 255);
        return to_byte(std::clamp(premultiplied, 0.0, 255.0) * 255 / alpha);
    };
    return Color{channel(from.r, to.r), channel(from.g, to.g), channel(from.b, to.b),
                 to_byte(alpha)};
}

}  // namespace vistter::ocl
