// Samples the tracks that change what a layer looks like.
#include "render/looks.hpp"

#include <algorithm>
#include <cmath>

#include "render/scene_sprites.hpp"

namespace vistter::render {

using contract::Layer;
using contract::Pair;
using contract::Phase;
using contract::Property;
using contract::PropertyTrack;
using contract::Scene;
using ocl::LayerValues;

namespace {

bool changes_look(Property property) {
    switch (property) {
        case Property::opacity:
        case Property::position:
        case Property::scale:
        case Property::rotation:
        case Property::reveal:
        case Property::visible:
            return false;
        default:
            return true;
    }
}

bool has_track(const Layer& layer, bool (*wanted)(Property)) {
    return std::any_of(layer.tracks.begin(), layer.tracks.end(),
                       [&](const PropertyTrack& track) { return wanted(track.property); });
}

// When the layer stands still longest: the end of the intro, or else the start of the longest pause
// between its keys. What is drawn then is drawn sharpest.
std::int64_t rest_ms(const Scene& scene, const Layer& layer) {
    if (scene.phases.intro_ms > 0) return scene.phases.intro_ms;
    std::vector<std::int64_t> times{layer.in_ms};
    for (const PropertyTrack& track : layer.tracks) {
        if (track.phase == Phase::outro) continue;
        for (const auto& key : track.keyframes) times.push_back(key.t_ms);
    }
    std::sort(times.begin(), times.end());
    times.push_back(scene.duration_ms ? *scene.duration_ms - scene.phases.outro_ms
                                      : times.back() + 60'000);
    std::int64_t best = 0, longest = -1;
    for (std::size_t i = 0; i + 1 < times.size(); ++i) {
        if (times[i + 1] - times[i] > longest) {
            longest = times[i + 1] - times[i];
            best = times[i];
        }
    }
    return best;
}

// The last frame at which a body track that changes the look can still show something new.
std::int64_t last_body_frame(const Layer& layer, ocl::Rate rate) {
    std::int64_t last = 0;
    for (const PropertyTrack& track : layer.tracks) {
        if (!changes_look(track.property) || track.phase == Phase::outro || track.keyframes.empty())
            continue;
        const std::int64_t first = track.keyframes.front().t_ms, end = track.keyframes.back().t_ms;
        const std::int64_t passes = track.loop == contract::LoopMode::ping_pong ? 2 : 1;
        last = std::max(last, ocl::frame_at(first + passes * (end - first), rate));
    }
    return last;
}

// The frames at which a layer's look is sampled: evenly at most this many, and wherever a text or
// an image changes.
constexpr std::int64_t max_samples = 1200;

std::vector<std::int64_t> sample_frames(const Layer& layer, std::int64_t last, Phase phase,
                                        ocl::Rate rate) {
    std::vector<std::int64_t> frames;
    const std::int64_t stride = 1 + last / max_samples;
    for (std::int64_t n = 0; n <= last; n += stride) frames.push_back(n);
    for (const PropertyTrack& track : layer.tracks) {
        const bool discrete =
            track.property == Property::content || track.property == Property::asset;
        if (!discrete || track.phase != phase) continue;
        for (const auto& key : track.keyframes) frames.push_back(ocl::frame_at(key.t_ms, rate));
    }
    std::sort(frames.begin(), frames.end());
    return frames;
}

}  // namespace

bool turns_or_scales(const Layer& layer) {
    return has_track(layer, [](Property property) {
        return property == Property::scale || property == Property::rotation;
    });
}

std::vector<LayerValues> looks_of(const Scene& scene, const Layer& layer, ocl::Rate rate) {
    std::vector<LayerValues> found;
    std::vector<RasterKey> keys;
    const auto add_values = [&](const LayerValues& values) {
        const RasterKey key = raster_key(layer.kind, values);
        if (std::find(keys.begin(), keys.end(), key) != keys.end()) return;
        keys.push_back(key);
        found.push_back(values);
    };
    const auto add = [&](ocl::SceneClock clock) {
        add_values(ocl::layer_at(layer, ocl::locate(scene, clock, rate)));
    };
    const std::int64_t rest = ocl::frame_at(rest_ms(scene, layer), rate);
    add({rest, {}});
    if (layer.kind == contract::LayerKind::image_sequence) {
        LayerValues values = found.front();
        for (const std::string& key : layer.playback.assets) {
            values.asset = &key;
            add_values(values);
        }
    }
    if (!has_track(layer, changes_look)) return found;
    const std::int64_t last = last_body_frame(layer, rate);
    for (const std::int64_t n : sample_frames(layer, last, Phase::body, rate)) add({n, {}});
    const std::int64_t outro = ocl::frame_at(scene.phases.outro_ms, rate);
    for (const std::int64_t n : sample_frames(layer, outro, Phase::outro, rate))
        add({std::max(rest, last), n});
    return found;
}

LayerValues pose_of(const Scene& scene, const Layer& layer, ocl::Rate rate) {
    LayerValues values = ocl::layer_at(
        layer, ocl::locate(scene, {ocl::frame_at(rest_ms(scene, layer), rate), {}}, rate));
    for (std::size_t i = 0; i < 2; ++i) {
        double largest = std::fabs(values.scale[i]);
        for (const PropertyTrack& track : layer.tracks) {
            if (track.property != Property::scale) continue;
            for (const auto& key : track.keyframes) {
                if (const Pair* scale = std::get_if<Pair>(&key.value)) {
                    largest = std::max(largest, std::fabs((*scale)[i]));
                }
            }
        }
        if (std::fabs(values.scale[i]) < largest / 4) values.scale[i] = largest;
    }
    return values;
}

}  // namespace vistter::render
