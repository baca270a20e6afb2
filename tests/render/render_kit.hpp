// Short ways to write documents and to look into pictures in the renderer's tests.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "render/overlay_renderer.hpp"

namespace vistter::render::kit {

using contract::Color;
using contract::Layer;
using contract::LayerKind;
using contract::OverlayDocument;
using contract::Pair;
using contract::Property;

class MemoryAssets final : public AssetSource {
  public:
    std::map<std::string, std::string> files;
    Result<std::string> read(const std::string& sha256) const override {
        const auto found = files.find(sha256);
        if (found == files.end()) return fail(ErrorCode::RES_NOT_FOUND, "no such asset");
        return found->second;
    }
};

inline OverlayDocument document(int width, int height) {
    OverlayDocument made;
    made.overlay_id = "ovl_test";
    made.canvas_width = width;
    made.canvas_height = height;
    made.scenes.push_back({});
    made.scenes[0].scene_id = "main";
    return made;
}

inline Layer solid(const std::string& id, Pair position, Pair size, Color color) {
    Layer layer;
    layer.layer_id = id;
    layer.kind = LayerKind::solid;
    layer.props[Property::position] = position;
    layer.props[Property::size] = size;
    layer.props[Property::fill_color] = color;
    return layer;
}

inline contract::PropertyTrack track(Property property, std::vector<contract::Keyframe> keys,
                                     contract::Phase phase = contract::Phase::body) {
    return {property, phase, contract::LoopMode::none, std::move(keys)};
}

inline std::unique_ptr<OverlayRenderer> opened(OverlayDocument made, int width, int height,
                                               const AssetSource& assets = MemoryAssets()) {
    return OverlayRenderer::open(std::move(made), assets, width, height).value();
}

// Frame `n` over black; luma 16 is untouched, 235 is opaque white.
inline OwnedPicture drawn(OverlayRenderer& renderer, std::int64_t n, int width, int height,
                          const ocl::Tokens& tokens = {}) {
    OwnedPicture picture(width, height);
    renderer.draw(picture.view(), "main", {n, {}}, {30, 1}, tokens);
    return picture;
}

inline int luma(OwnedPicture& picture, int x, int y) {
    const Picture view = picture.view();
    return view.y[y * view.y_stride + x];
}

}  // namespace vistter::render::kit
