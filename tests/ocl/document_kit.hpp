// Short ways to write OCL documents in tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "contract/overlay_document.hpp"
#include "ocl/evaluate.hpp"

namespace vistter::ocl::kit {

using contract::Color;
using contract::Ease;
using contract::Keyframe;
using contract::Layer;
using contract::LayerKind;
using contract::LoopMode;
using contract::OverlayDocument;
using contract::Pair;
using contract::Phase;
using contract::Property;
using contract::PropertyTrack;
using contract::PropertyValue;
using contract::Quad;
using contract::Scene;
using contract::ScenePhases;

inline Ease hold() {
    return Ease{.kind = Ease::Kind::hold, .points = {}};
}
inline Ease linear() {
    return Ease{.kind = Ease::Kind::linear, .points = {}};
}

inline PropertyTrack track(Property property, std::vector<Keyframe> keys, Phase phase = Phase::body,
                           LoopMode loop = LoopMode::none) {
    return PropertyTrack{property, phase, loop, std::move(keys)};
}

inline OverlayDocument document(Layer layer, ScenePhases phases = {},
                                std::optional<std::int64_t> duration_ms = {}) {
    OverlayDocument made;
    made.overlay_id = "ovl_test";
    Scene scene;
    scene.scene_id = "main";
    scene.phases = std::move(phases);
    scene.duration_ms = duration_ms;
    if (layer.layer_id.empty()) layer.layer_id = "only";
    scene.layers.push_back(std::move(layer));
    made.scenes.push_back(std::move(scene));
    return made;
}

// The only layer of a document made by the function above.
inline LayerState at(const OverlayDocument& made, SceneClock clock, Rate rate = {30, 1},
                     const Tokens& tokens = {}) {
    return evaluate(made, "main", clock, rate, tokens).value().layers.front();
}

}  // namespace vistter::ocl::kit
