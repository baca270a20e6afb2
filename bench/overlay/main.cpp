// What overlays cost a frame: draw() of a three-layer lower third at 1280x720, resting and moving,
// beside the floor: copying as many bytes as it covers. Prints words and one JSON line; the ratio
// is what may be quoted.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/clock.hpp"
#include "render/overlay_renderer.hpp"

namespace {

using namespace vistter;
using contract::Property;

constexpr int width = 1280, height = 720, frames = 600;
constexpr double bar[] = {800, 120}, line[] = {680, 60}, badge[] = {96, 96};

class NoAssets final : public render::AssetSource {
  public:
    Result<std::string> read(const std::string&) const override {
        return fail(ErrorCode::RES_NOT_FOUND, "none");
    }
};

contract::PropertyTrack track(Property property, contract::PropertyValue from,
                              contract::PropertyValue to) {
    contract::PropertyTrack made;
    made.property = property;
    made.loop = contract::LoopMode::ping_pong;
    made.keyframes = {{0, std::move(from), {}}, {997, std::move(to), {}}};
    return made;
}

contract::Layer layer(const char* id, contract::LayerKind kind, const double (&size)[2],
                      contract::Pair at, bool moving) {
    contract::Layer made;
    made.layer_id = id;
    made.kind = kind;
    made.props[Property::size] = contract::Pair{size[0], size[1]};
    made.props[Property::position] = at;
    made.props[Property::fill_color] = contract::Color{20, 40, 80, 230};
    if (moving) {
        made.tracks.push_back(
            track(Property::position, at, contract::Pair{at[0] + 133.3, at[1] + 7.7}));
        made.tracks.push_back(track(Property::opacity, 0.2, 1.0));
    }
    return made;
}

contract::OverlayDocument lower_third(bool moving) {
    contract::OverlayDocument document;
    document.overlay_id = "ovl_bench";
    document.canvas_width = width;
    document.canvas_height = height;
    contract::Scene scene;
    scene.scene_id = "lower_third";
    scene.layers.push_back(layer("bar", contract::LayerKind::shape, bar, {64, 548}, moving));
    scene.layers.push_back(layer("badge", contract::LayerKind::shape, badge, {76, 560}, moving));
    scene.layers.back().shape.type = "ellipse";
    scene.layers.push_back(layer("line", contract::LayerKind::text, line, {190, 578}, moving));
    scene.layers.back().text.content = "Harbour quay, east mole";
    scene.layers.back().text.size_px = 44;
    scene.layers.back().props[Property::fill_color] = contract::Color{255, 255, 255, 255};
    document.scenes.push_back(std::move(scene));
    return document;
}

// The median time of one call, in microseconds.
template <class Work>
double median_us(Work work) {
    std::vector<double> times;
    for (int n = 0; n < frames; ++n) {
        const std::int64_t start = machine_clock().steady().ns;
        work(n);
        times.push_back(static_cast<double>(machine_clock().steady().ns - start) / 1000);
    }
    std::nth_element(times.begin(), times.begin() + frames / 2, times.end());
    return times[frames / 2];
}

double draw_us(bool moving) {
    auto opened = render::OverlayRenderer::open(lower_third(moving), NoAssets(), width, height);
    if (!opened || !(*opened)->prepare("lower_third", {}, {30, 1})) return -1;
    render::OwnedPicture picture(width, height);
    return median_us([&](int n) {
        (*opened)->draw(picture.view(), "lower_third", {n, {}}, {30, 1}, {});
    });
}

// Copies as many bytes as the layers' boxes cover in I420.
double floor_us() {
    const double pixels = bar[0] * bar[1] + line[0] * line[1] + badge[0] * badge[1];
    const std::size_t bytes = static_cast<std::size_t>(pixels * 1.5);
    std::vector<char> from(bytes, 1), to(bytes);
    return median_us([&](int n) {
        from[static_cast<std::size_t>(n) % bytes] ^= 1;
        std::memcpy(to.data(), from.data(), bytes);
    });
}

}  // namespace

int main() {
    const double floor = floor_us(), resting = draw_us(false), moving = draw_us(true);
    fmt::print("copying the covered bytes  {:8.1f} us a frame (the floor)\n", floor);
    fmt::print("three layers, resting      {:8.1f} us a frame, {:.1f} x the floor\n", resting,
               resting / floor);
    fmt::print("three layers, moving       {:8.1f} us a frame, {:.1f} x the floor\n", moving,
               moving / floor);
    fmt::print(
        R"({{"bench":"overlay","width":{},"height":{},"layers":3,"floor_us":{:.2f},"resting_us":{:.2f},)"
        R"("moving_us":{:.2f},"resting_ratio":{:.2f},"moving_ratio":{:.2f}}})"
        "\n",
        width, height, floor, resting, moving, resting / floor, moving / floor);
    return resting < 0 || moving < 0;
}
