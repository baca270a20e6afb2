// Everything one scene needs to be drawn with one set of tokens: for each layer its place and its
// sprites. Made off the tick thread, then only read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "render/blend_modes.hpp"
#include "render/layer_painter.hpp"
#include "render/sprite_painter.hpp"

namespace vistter::render {

// The properties that change what a sprite looks like; all others only change how it is drawn.
// Those a kind does not use stay at their defaults, so that they never ask for another sprite.
// Content and asset are told apart by address: both live in the document.
struct RasterKey {
    contract::Pair size{-1, -1};
    contract::Quad crop{0, 0, 0, 0};
    contract::Color fill{0, 0, 0, 0}, stroke{0, 0, 0, 0};
    double stroke_width = 0, corner_radius = 0, blur = 0, font_size = 0;
    const std::string* content = nullptr;
    const std::string* asset = nullptr;
    friend bool operator==(const RasterKey&, const RasterKey&) = default;
};
RasterKey raster_key(contract::LayerKind kind, const ocl::LayerValues& values);
// How unlike two keys are, for choosing a stand-in; another text or image weighs most.
double difference(const RasterKey& a, const RasterKey& b);

struct Variant {
    RasterKey key;
    contract::Pair box{0, 0};
    Sprite sprite;
};

struct LayerSprites {
    const contract::Layer* layer = nullptr;
    Placement placement;
    std::vector<Variant> variants;  // empty: nothing to show
    BlendMode blend = BlendMode::normal;
    // The sibling whose coverage this layer takes, or -1.
    int mask = -1;
    MaskMode mask_mode = MaskMode::alpha;
    bool is_mask = false;  // of a sibling: not painted for itself
    // A group that is composed on every frame: its children, its box and, with a clip, the sprite
    // of what the clip lets through.
    bool composed = false;
    std::vector<LayerSprites> children;
    contract::Pair box{0, 0};
    std::optional<Sprite> clip;
    // The variant of that key; otherwise the one most like it, and `exact` is false.
    const Variant& find(const RasterKey& key, bool& exact) const;
    std::size_t memory() const;
};

// Whether a group's children may differ from frame to frame, or are not simply painted over one
// another; then it is composed on every frame. Other groups are one sprite.
bool is_composed(const contract::Layer& group);

struct SceneSprites {
    const contract::Scene* scene = nullptr;
    ocl::Tokens tokens;
    std::vector<LayerSprites> layers;  // in paint order
    std::size_t memory = 0;            // bytes of all sprites
};

// Limits of one layer whose look is animated; past them every n-th look is kept and stands in for
// its neighbours. An image sequence may take more.
inline constexpr std::size_t max_variants = 300, max_variant_bytes = 48u << 20;
inline constexpr std::size_t max_pictures = 512, max_picture_bytes = 192u << 20;

// Rasterises `scene` for an output that `mapping` leads to. An animated look is sampled at the
// frames of `rate`. Errors: OCL_LIMIT at the layer's pointer if a sprite would be larger than 8192
// pixels a side or 33.2 million in all.
Result<SceneSprites> make_scene_sprites(const contract::OverlayDocument& document,
                                        const contract::Scene& scene,
                                        const std::string& scene_pointer, const AssetShelf& shelf,
                                        const ocl::Tokens& tokens, const Matrix& mapping,
                                        ocl::Rate rate);

}  // namespace vistter::render
