// Draws a prepared scene at a position: layers in order, groups and masks on canvases of their own.
// On the tick thread; allocates nothing after it was made.
#pragma once

#include <vector>

#include "render/canvas.hpp"
#include "render/scene_sprites.hpp"
#include "render/sprite_painter.hpp"

namespace vistter::render {

// How many canvases drawing any scene of `document` can need at the same time.
std::size_t canvases_needed(const contract::OverlayDocument& document);

class SceneCompositor {
  public:
    SceneCompositor(const contract::OverlayDocument& document, int width, int height);
    // Returns how many layers were drawn with a stand-in sprite.
    int draw(const Picture& picture, const SceneSprites& scene, const ocl::ScenePosition& position);

  private:
    struct Frame {
        const ocl::ScenePosition& position;
        int stand_ins = 0;
    };
    void draw_layers(const Target& target, const std::vector<LayerSprites>& layers,
                     const Matrix& to_output, std::size_t depth, Frame& frame);
    void draw_layer(const Target& target, const std::vector<LayerSprites>& siblings,
                    const LayerSprites& layer, const Matrix& to_output, std::size_t depth,
                    Frame& frame);
    void draw_group(const Target& target, const LayerSprites& group, const Matrix& to_output,
                    Style style, std::size_t depth, Frame& frame);

    const Matrix mapping_;
    SpritePainter painter_;
    std::vector<Canvas> canvases_;  // by depth
};

}  // namespace vistter::render
