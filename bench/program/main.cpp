// What our own work on one output frame costs: the plan, two cameras under a fade, three overlay
// layers and the proof strip at 1280x720, beside the floor: copying one such picture. Prints words
// and one JSON line; the ratio is what may be quoted.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/clock.hpp"
#include "media/barcode.hpp"
#include "program/core/compose.hpp"
#include "program/core/mixer.hpp"

namespace {

using namespace vistter;

constexpr int width = 1280, height = 720;
constexpr std::int64_t frames = 900;
constexpr ocl::Rate rate{30, 1};

contract::Layer layer(const char* id, contract::LayerKind kind, contract::Pair size,
                      contract::Pair at) {
    contract::Layer made;
    made.layer_id = id;
    made.kind = kind;
    made.props[contract::Property::size] = size;
    made.props[contract::Property::position] = at;
    made.props[contract::Property::fill_color] = contract::Color{20, 40, 90, 200};
    contract::PropertyTrack moving;
    moving.property = contract::Property::opacity;
    moving.loop = contract::LoopMode::ping_pong;
    moving.keyframes = {{0, 0.2, {}}, {900, 1.0, {}}};
    made.tracks.push_back(moving);
    return made;
}

// A bar, a badge and a line of text: 800 x 120, 96 x 96 and 680 x 60 pixels.
contract::OverlayDocument lower_third() {
    contract::OverlayDocument document;
    document.overlay_id = "ovl_bench";
    document.canvas_width = width;
    document.canvas_height = height;
    contract::Scene scene;
    scene.scene_id = "main";
    scene.layers.push_back(layer("bar", contract::LayerKind::solid, {800, 120}, {64, 540}));
    scene.layers.push_back(layer("badge", contract::LayerKind::shape, {96, 96}, {76, 552}));
    scene.layers.push_back(layer("line", contract::LayerKind::text, {680, 60}, {190, 570}));
    scene.layers.back().props.erase(contract::Property::size);
    scene.layers.back().text.content = "Harbour quay, looking north";
    scene.layers.back().text.size_px = 44;
    scene.layers.back().text.box = contract::Pair{680, 60};
    scene.layers.back().props[contract::Property::fill_color] = contract::Color{255, 255, 255, 255};
    document.scenes.push_back(scene);
    return document;
}

contract::Cue cue(const char* id, std::int64_t start, std::int64_t duration,
                  contract::CueAction action) {
    contract::Cue made;
    made.cue_id = id;
    made.start_ms = start;
    made.duration_ms = duration;
    made.action = std::move(action);
    return made;
}

// One camera fades into the other for as long as the measurement lasts.
contract::TimelineDocument long_fade() {
    const std::int64_t length = ocl::ms_of(frames, rate);
    contract::Segment segment;
    segment.segment_id = "seg_1";
    segment.duration_ms = 2 * length;
    contract::CueTrack video, overlays;
    video.cues = {cue("a", 0, length, contract::CameraShow{"cam_a", {}}),
                  cue("b", length, length, contract::CameraShow{"cam_b", {}})};
    video.cues[1].transition = {contract::TransitionKind::fade, length, {}, {}};
    overlays.kind = contract::TrackKind::overlay;
    contract::OverlayShow show;
    show.overlay_id = "ovl_bench";
    show.scene_id = "main";
    overlays.cues = {cue("o", 0, 2 * length, show)};
    segment.tracks = {video, overlays};
    contract::TimelineDocument document;
    document.segments = {segment};
    document.sequence = {{"seg_1", 1}};
    return document;
}

class TwoCameras final : public program::PictureSource {
  public:
    TwoCameras()
        : a_(program::picture_bytes(width, height), 60),
          b_(program::picture_bytes(width, height), 180) {}
    const std::uint8_t* camera(std::string_view id) override {
        return id == "cam_a" ? a_.data() : b_.data();
    }
    const std::vector<std::uint8_t>& picture() const { return a_; }

  private:
    std::vector<std::uint8_t> a_, b_;
};

struct Spread {
    double p50, p99;
};

template <class Work>
Spread measure(Work work) {
    std::vector<double> micros;
    for (std::int64_t i = 0; i < frames; ++i) {
        const std::int64_t before = machine_clock().steady().ns;
        work(i);
        micros.push_back(static_cast<double>(machine_clock().steady().ns - before) / 1e3);
    }
    std::sort(micros.begin(), micros.end());
    return {micros[micros.size() / 2], micros[micros.size() * 99 / 100]};
}

Result<program::ShowPtr> make_show() {
    Result<timeline::Plan> plan = timeline::Plan::compile(long_fade(), rate);
    if (!plan) return std::move(plan).error();
    auto assets = render::make_folder_assets("/");
    auto renderer = render::OverlayRenderer::open(lower_third(), *assets, width, height);
    if (!renderer) return std::move(renderer).error();
    if (Status prepared = (*renderer)->prepare("main", {}, rate); !prepared)
        return std::move(prepared).error();
    auto show = std::make_shared<program::Show>(program::Show{"tml_1", 1, *plan, {}, {{}}});
    show->renderers.push_back(std::move(renderer).value());
    return show;
}

}  // namespace

int main() {
    Result<program::ShowPtr> show = make_show();
    if (!show) {
        fmt::print(stderr, "{}\n", describe(show.error()));
        return 1;
    }
    program::RunBoard board;
    board.load(*show);
    program::Events events;
    board.play({"run_1", "tml_1", 1, 0, frames}, 0, events);
    program::OverlayStage stage(rate);
    program::Mixer mixer(width, height, rate);
    TwoCameras cameras;
    std::vector<std::uint8_t> out(program::picture_bytes(width, height));
    const int cell = media::barcode_cell(width), top = program::strip_top(height, cell);

    Spread floor = measure(
        [&](std::int64_t) { std::memcpy(out.data(), cameras.picture().data(), out.size()); });
    Spread tick = measure([&](std::int64_t frame) {
        const program::OnAir* on_air = board.step(frame, stage.claimed(), events);
        mixer.make(out.data(), on_air, stage, cameras, frame);
        media::draw_barcode(out.data(), width, width, top,
                            {media::program_source, static_cast<std::uint32_t>(frame), 0});
        program::grey_chroma(program::contiguous(out.data(), width, height), top);
        events.clear();
    });
    fmt::print(
        "A 1280x720 frame with a fade, three overlay layers and the strip takes {:.0f} us (p99 "
        "{:.0f}),\n"
        "{:.1f} times copying one picture ({:.0f} us, p99 {:.0f}).\n",
        tick.p50, tick.p99, tick.p50 / floor.p50, floor.p50, floor.p99);
    fmt::print(
        "{{\"bench\":\"program\",\"tick_us_p50\":{:.1f},\"tick_us_p99\":{:.1f},\"floor_us_p50\":{:."
        "1f},"
        "\"floor_us_p99\":{:.1f},\"ratio\":{:.2f}}}\n",
        tick.p50, tick.p99, floor.p50, floor.p99, tick.p50 / floor.p50);
    return 0;
}
