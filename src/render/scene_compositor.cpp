// The order of painting: a mask first, then what it masks; a group's children, then the group.
#include "render/scene_compositor.hpp"

#include <algorithm>
#include <cmath>

namespace vistter::render {

using contract::Layer;

namespace {

// The part of the box that `reveal` shows, as a cut through the output.
HalfPlane reveal_cut(const Layer& layer, const contract::Pair& box, double reveal,
                     const Matrix& to_output) {
    if (reveal >= 1) return {};
    const bool across = layer.reveal_direction == "left" || layer.reveal_direction == "right";
    const bool forward = layer.reveal_direction == "right" || layer.reveal_direction == "down";
    // In box coordinates: keep where sign * (edge - coordinate) > 0.
    const double extent = across ? box[0] : box[1];
    const double edge = forward ? reveal * extent : (1 - reveal) * extent;
    const double sign = forward ? 1 : -1;
    if (to_output.determinant() == 0) return {};
    const Matrix back = inverse(to_output);
    double nx = -sign * (across ? back.xx : back.yx), ny = -sign * (across ? back.xy : back.yy);
    const double c = sign * (edge - (across ? back.x0 : back.y0));
    const double length = std::hypot(nx, ny);
    return {nx / length, ny / length, c / length};
}

// Mirrors draw_layer(): a mask takes one canvas and what it needs itself; a group takes one, and
// its children and its clip share what follows.
std::size_t needed(const std::vector<Layer>& siblings, std::size_t index) {
    const Layer& layer = siblings[index];
    std::size_t most = 0, own = 0;
    if (layer.mask) {
        own = 1;
        most = 1;
        for (std::size_t i = 0; i < index; ++i) {
            if (siblings[i].layer_id == layer.mask->layer_id)
                most = std::max(most, 1 + needed(siblings, i));
        }
    }
    if (layer.kind != contract::LayerKind::group || !is_composed(layer)) return most;
    std::size_t inside = layer.clip ? 1 : 0;
    for (std::size_t i = 0; i < layer.layers.size(); ++i)
        inside = std::max(inside, needed(layer.layers, i));
    return std::max(most, own + 1 + inside);
}

}  // namespace

std::size_t canvases_needed(const contract::OverlayDocument& document) {
    std::size_t most = 0;
    for (const contract::Scene& scene : document.scenes) {
        for (std::size_t i = 0; i < scene.layers.size(); ++i)
            most = std::max(most, needed(scene.layers, i));
    }
    return most;
}

SceneCompositor::SceneCompositor(const contract::OverlayDocument& document, int width, int height)
    : mapping_(output_mapping(document, width, height)),
      painter_(width),
      canvases_(canvases_needed(document), Canvas(width, height)) {}

int SceneCompositor::draw(const Picture& picture, const SceneSprites& scene,
                          const ocl::ScenePosition& position) {
    Frame frame{position};
    draw_layers({picture, nullptr}, scene.layers, mapping_, 0, frame);
    return frame.stand_ins;
}

void SceneCompositor::draw_layers(const Target& target, const std::vector<LayerSprites>& layers,
                                  const Matrix& to_output, std::size_t depth, Frame& frame) {
    for (const LayerSprites& layer : layers) {
        if (!layer.is_mask) draw_layer(target, layers, layer, to_output, depth, frame);
    }
}

void SceneCompositor::draw_layer(const Target& target, const std::vector<LayerSprites>& siblings,
                                 const LayerSprites& sprites, const Matrix& to_output,
                                 std::size_t depth, Frame& frame) {
    const Layer& layer = *sprites.layer;
    const ocl::LayerValues values = ocl::layer_at(layer, frame.position);
    Style style;
    style.opacity = static_cast<int>(std::lrint(values.opacity * 256));
    style.blend = sprites.blend;
    if (!values.visible || style.opacity == 0 || values.reveal <= 0) return;
    if (!sprites.composed && sprites.variants.empty()) return;
    if (sprites.mask >= 0) {
        Canvas& canvas = canvases_[depth++];
        canvas.clear();
        draw_layer({{}, &canvas}, siblings, siblings[static_cast<std::size_t>(sprites.mask)],
                   to_output, depth, frame);
        style.masks[0] = {&canvas, sprites.mask_mode};
    }
    if (sprites.composed) {
        const contract::Pair box = values.size.value_or(sprites.box);
        const Matrix matrix = to_output * layer_matrix(sprites.placement, values, box);
        style.keep = reveal_cut(layer, box, values.reveal, matrix);
        draw_group(target, sprites, matrix, style, depth, frame);
        return;
    }
    bool exact = true;
    const Variant& variant = sprites.find(raster_key(layer.kind, values), exact);
    if (!exact) ++frame.stand_ins;
    const Matrix matrix = rounded(to_output * layer_matrix(sprites.placement, values, variant.box));
    style.keep = reveal_cut(layer, variant.box, values.reveal, matrix);
    painter_.draw(target, variant.sprite, matrix, style);
}

void SceneCompositor::draw_group(const Target& target, const LayerSprites& group,
                                 const Matrix& to_output, Style style, std::size_t depth,
                                 Frame& frame) {
    Canvas& canvas = canvases_[depth];
    canvas.clear();
    draw_layers({{}, &canvas}, group.children, to_output, depth + 1, frame);
    if (group.clip) {
        Canvas& clip = canvases_[depth + 1];
        clip.clear();
        painter_.draw({{}, &clip}, *group.clip, rounded(to_output), {});
        style.masks[1] = {&clip, MaskMode::alpha};
    }
    painter_.draw(target, canvas, style);
}

}  // namespace vistter::render
