// A document at a frame, all layers, as values (contract C.6). The same functions drive the
// renderer.
#include "ocl/evaluate.hpp"

#include "ocl/layer_values.hpp"
#include "ocl/tokens.hpp"

namespace vistter::ocl {

namespace {

struct TokenView {
    const Tokens& values;
    const std::map<std::string, Withheld>& withheld;
};

LayerState state_of(const contract::OverlayDocument& document, const contract::Layer& layer,
                    const ScenePosition& position, const TokenView& tokens) {
    const LayerValues values = layer_at(layer, position);
    LayerState state;
    state.layer_id = layer.layer_id;
    state.visible = values.visible;
    state.opacity = values.opacity;
    state.position = values.position;
    state.scale = values.scale;
    state.rotation = values.rotation;
    state.size = values.size;
    state.crop = values.crop;
    state.fill_color = values.fill_color;
    state.stroke_color = values.stroke_color;
    state.stroke_width = values.stroke_width;
    state.corner_radius = values.corner_radius;
    state.blur = values.blur;
    state.font_size = values.font_size;
    state.reveal = values.reveal;
    if (values.asset) state.asset = *values.asset;
    state.media_frame = values.media_frame;
    if (values.content) {
        ResolvedText resolved =
            resolve_tokens(*values.content, document.tokens, tokens.values, tokens.withheld);
        state.content = std::move(resolved.text);
        state.fallback = state.visible && resolved.fallback;
        state.visible = state.visible && !resolved.hide_layer;
    }
    for (const auto& child : layer.layers)
        state.layers.push_back(state_of(document, child, position, tokens));
    return state;
}

Result<SceneState> states_of(const contract::OverlayDocument& document, const std::string& scene_id,
                             SceneClock clock, Rate rate, const TokenView& tokens) {
    const contract::Scene* scene = find_scene(document, scene_id);
    if (!scene)
        return fail(ErrorCode::RES_NOT_FOUND, "The document has no scene '" + scene_id + "'.");
    const ScenePosition position = locate(*scene, clock, rate);
    SceneState state;
    state.finished = position.finished;
    state.layers.reserve(scene->layers.size());
    for (const auto& layer : scene->layers)
        state.layers.push_back(state_of(document, layer, position, tokens));
    return state;
}

}  // namespace

const contract::Scene* find_scene(const contract::OverlayDocument& document,
                                  const std::string& scene_id) {
    for (const auto& scene : document.scenes) {
        if (scene.scene_id == scene_id) return &scene;
    }
    return nullptr;
}

Result<SceneState> evaluate(const contract::OverlayDocument& document, const std::string& scene_id,
                            SceneClock clock, Rate rate, const Tokens& tokens) {
    static const std::map<std::string, Withheld> none;
    return states_of(document, scene_id, clock, rate, {tokens, none});
}

Result<SceneState> evaluate_fresh(const contract::OverlayDocument& document,
                                  const std::string& scene_id, SceneClock clock, Rate rate,
                                  const FreshTokens& tokens) {
    return states_of(document, scene_id, clock, rate, {tokens.values, tokens.withheld});
}

}  // namespace vistter::ocl
