// What evaluation costs: a scene of 128 layers, each moving, fading and scaling on cubic curves the
// whole time, in microseconds of CPU time a frame; the values alone (as the renderer reads them, on
// the tick thread) and the whole state (with text resolved, as `vistter ocl eval` prints it).
// Beside it the floor: the cubic curves alone, without a document.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "contract/overlay_document.hpp"
#include "ocl/evaluate.hpp"
#include "ocl/layer_values.hpp"

namespace {

using namespace vistter;
using contract::Property;

constexpr int layer_count = 128;
constexpr int tracks_a_layer = 3;
constexpr ocl::Rate rate{60, 1};

contract::Ease curve() {
    contract::Ease ease;
    ease.kind = contract::Ease::Kind::cubic;
    ease.x1 = .42, ease.y1 = 0, ease.x2 = .58, ease.y2 = 1;
    return ease;
}

contract::PropertyTrack track(Property property, contract::PropertyValue from,
                              contract::PropertyValue to) {
    contract::PropertyTrack made;
    made.property = property;
    made.loop = contract::LoopMode::ping_pong;
    made.keyframes = {{0, from, curve()}, {2000, to, curve()}, {5000, from, curve()}};
    return made;
}

contract::OverlayDocument document() {
    contract::OverlayDocument made;
    contract::Scene scene;
    scene.scene_id = "main";
    for (int i = 0; i < layer_count; ++i) {
        contract::Layer layer;
        layer.layer_id = "layer_" + std::to_string(i);
        layer.kind = i % 4 == 0 ? contract::LayerKind::text : contract::LayerKind::solid;
        layer.text.content = "Wind {{wind|unit:kn|fixed:1}} kn";
        layer.props[Property::size] = contract::Pair{400, 80};
        layer.props[Property::fill_color] = contract::Color{};
        layer.tracks = {track(Property::opacity, 0.0, 1.0),
                        track(Property::position, contract::Pair{0, 0}, contract::Pair{500, 300}),
                        track(Property::scale, contract::Pair{1, 1}, contract::Pair{2, 2})};
        scene.layers.push_back(std::move(layer));
    }
    made.tokens["wind"].type = "number";
    made.scenes.push_back(std::move(scene));
    return made;
}

// The least of nine runs, in microseconds of CPU time a frame.
double microseconds_a_frame(const std::function<void(std::int64_t)>& work) {
    constexpr int frames = 600;
    double least = 1e9;
    for (int run = 0; run < 9; ++run) {
        const std::clock_t start = std::clock();
        for (std::int64_t n = 0; n < frames; ++n) work(n);
        const auto spent = static_cast<double>(std::clock() - start);
        least = std::min(least, spent * 1e6 / CLOCKS_PER_SEC / frames);
    }
    return least;
}

}  // namespace

int main() {
    const contract::OverlayDocument made = document();
    const contract::Scene& scene = made.scenes.front();
    const ocl::Tokens tokens{{"wind", 7.25}};
    const contract::Ease ease = curve();
    double sum = 0;  // printed, so that no work is left out
    const double floor = microseconds_a_frame([&](std::int64_t n) {
        for (int i = 0; i < layer_count * tracks_a_layer; ++i)
            sum += ocl::ease_fraction(ease, n % 120 * 1000 + i, 200'000);
    });
    const double values = microseconds_a_frame([&](std::int64_t n) {
        const ocl::ScenePosition position = ocl::locate(scene, {n, {}}, rate);
        for (const contract::Layer& layer : scene.layers)
            sum += ocl::layer_at(layer, position).opacity;
    });
    const double state = microseconds_a_frame([&](std::int64_t n) {
        sum += ocl::evaluate(made, "main", {n, {}}, rate, tokens).value().layers.front().opacity;
    });
    std::printf("128 layers, 384 tracks, us a frame (sum %.3f)\n", sum);
    std::printf("  the curves alone     %8.1f\n", floor);
    std::printf("  values               %8.1f  %5.2f x the curves\n", values, values / floor);
    std::printf("  state with texts     %8.1f  %5.2f x the curves\n", state, state / floor);
    return 0;
}
