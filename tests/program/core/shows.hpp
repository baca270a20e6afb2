// Shows for tests of the programme: real plans, real renderers of a white box, no files.
#pragma once

#include <memory>
#include <string>

#include "program/core/run_board.hpp"
#include "timeline/documents.hpp"

namespace vistter::program::test {

constexpr int width = 160, height = 90;
constexpr ocl::Rate rate{30, 1};

// A white box over the left half of the picture. `outro_ms`: how long its scene takes to leave (it
// stays white).
inline contract::OverlayDocument white_box(std::string overlay_id, std::int64_t outro_ms = 0) {
    contract::OverlayDocument document;
    document.overlay_id = std::move(overlay_id);
    document.canvas_width = width;
    document.canvas_height = height;
    contract::Layer layer;
    layer.layer_id = "box";
    layer.kind = contract::LayerKind::solid;
    layer.props[contract::Property::size] = contract::Pair{width / 2.0, height * 1.0};
    layer.props[contract::Property::fill_color] = contract::Color{255, 255, 255, 255};
    contract::Scene scene;
    scene.scene_id = "main";
    scene.phases.outro_ms = outro_ms;
    scene.layers.push_back(layer);
    document.scenes.push_back(scene);
    return document;
}

inline std::unique_ptr<render::OverlayRenderer> renderer(contract::OverlayDocument document,
                                                         const ocl::Tokens& tokens = {}) {
    auto assets = render::make_folder_assets("/");
    auto made = render::OverlayRenderer::open(std::move(document), *assets, width, height);
    if (!made || !(*made)->prepare("main", tokens, rate)) return nullptr;
    return std::move(*made);
}

// Overlays the document names are white boxes; "ovl_slow" takes 200 ms to leave.
inline ShowPtr show(std::string timeline_id, const contract::TimelineDocument& document,
                    std::int64_t revision = 1) {
    Result<timeline::Plan> plan = timeline::Plan::compile(document, rate);
    if (!plan) return nullptr;
    auto made = std::make_shared<Show>(Show{std::move(timeline_id), revision, *plan, {}, {}});
    for (const timeline::OverlayUse& use : plan->uses()) {
        made->renderers.push_back(
            renderer(white_box(use.overlay_id, use.overlay_id == "ovl_slow" ? 200 : 0)));
        made->tokens.push_back(use.tokens);
    }
    return made;
}

template <class M>
std::vector<M> only(const Events& events) {
    std::vector<M> found;
    for (const ipc::Message& event : events) {
        if (const M* message = std::get_if<M>(&event)) found.push_back(*message);
    }
    return found;
}

}  // namespace vistter::program::test
