// Rasterises each look of each layer once, for the output it will be drawn on.
#include "render/scene_sprites.hpp"

#include <algorithm>
#include <cmath>

#include "render/looks.hpp"

namespace vistter::render {

using contract::Layer;
using contract::LayerKind;
using contract::Pair;
using contract::Property;
using contract::Scene;
using ocl::LayerValues;

namespace {

constexpr double max_pixels = 33.2e6;  // contract C.13, decoded pixels per scene

// What surrounds a list of layers: the whole scene, or one group.
struct Surroundings {
    Rect parent;
    Matrix to_output;    // as the group rests
    bool turns = false;  // some group around them scales or rotates
};

bool stands_still(const Layer& child) {
    const auto reveal = child.props.find(Property::reveal);
    return child.tracks.empty() && child.in_ms == 0 && !child.out_ms && !child.mask &&
           child.blend == "normal" && reveal == child.props.end() &&
           child.kind != LayerKind::image_sequence;
}

class Maker {
  public:
    Maker(const contract::OverlayDocument& document, const Scene& scene,
          const LayerPainter& painter, ocl::Rate rate)
        : document_(document), scene_(scene), painter_(painter), rate_(rate) {}

    Result<std::vector<LayerSprites>> make_all(const std::vector<Layer>& layers,
                                               const std::string& pointer,
                                               const Surroundings& around) {
        std::map<std::string, Rect> boxes;
        std::map<std::string, int> places;
        std::vector<LayerSprites> all;
        for (std::size_t i = 0; i < layers.size(); ++i) {
            Result<LayerSprites> made =
                make(layers[i], pointer + "/" + std::to_string(i), around, boxes);
            if (!made) return std::move(made).error();
            if (layers[i].mask && places.contains(layers[i].mask->layer_id)) {
                made->mask = places[layers[i].mask->layer_id];
                made->mask_mode = mask_mode_of(layers[i].mask->mode);
                all[static_cast<std::size_t>(made->mask)].is_mask = true;
            }
            places[layers[i].layer_id] = static_cast<int>(i);
            all.push_back(std::move(*made));
        }
        return all;
    }

  private:
    static MaskMode mask_mode_of(const std::string& name) {
        if (name == "luma") return MaskMode::luma;
        return name == "alpha_inverted" ? MaskMode::alpha_inverted : MaskMode::alpha;
    }

    Result<LayerSprites> make(const Layer& layer, const std::string& pointer,
                              const Surroundings& around, std::map<std::string, Rect>& boxes) {
        LayerSprites made;
        made.layer = &layer;
        made.blend = blend_mode_of(layer.blend);
        const LayerValues still = ocl::unanimated(layer);
        made.box = painter_.box(layer, still);
        made.placement = place(layer, area_of(document_, layer.anchor.area, around.parent, boxes));
        boxes[layer.layer_id] = untransformed_box(made.placement, still, made.box);
        made.composed = layer.kind == LayerKind::group && is_composed(layer);
        Status status = made.composed ? compose(layer, pointer, around, made)
                                      : rasterise_looks(layer, pointer, around, made);
        if (!status) return std::move(status).error();
        return made;
    }

    Status compose(const Layer& group, const std::string& pointer, const Surroundings& around,
                   LayerSprites& made) {
        const LayerValues pose = pose_of(scene_, group, rate_);
        const Surroundings inside{{0, 0, made.box[0], made.box[1]},
                                  around.to_output * layer_matrix(made.placement, pose, made.box),
                                  around.turns || turns_or_scales(group)};
        Result<std::vector<LayerSprites>> children =
            make_all(group.layers, pointer + "/layers", inside);
        if (!children) return std::move(children).error();
        made.children = std::move(*children);
        if (!group.clip) return ok();
        Result<Sprite> clip =
            rasterise(clip_rect(group, made.box), inside.to_output, inside.turns, pointer,
                      [&](cairo_t* context) {
                          add_rounded_rectangle(context, clip_rect(group, made.box),
                                                group.clip->corner_radius);
                          cairo_set_source_rgba(context, 1, 1, 1, 1);
                          cairo_fill(context);
                      });
        if (!clip) return std::move(clip).error();
        made.clip = std::move(*clip);
        return ok();
    }

    Status rasterise_looks(const Layer& layer, const std::string& pointer,
                           const Surroundings& around, LayerSprites& made) {
        std::vector<LayerValues> wanted = looks_of(scene_, layer, rate_);
        const LayerValues pose = pose_of(scene_, layer, rate_);
        const bool sequence = layer.kind == LayerKind::image_sequence;
        const std::size_t most = sequence ? max_pictures : max_variants;
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const LayerValues& values = wanted[i];
            if (!painter_.can_paint(layer, values)) continue;
            Variant variant;
            variant.key = raster_key(layer.kind, values);
            variant.box = painter_.box(layer, values);
            Result<Sprite> sprite = rasterise(
                painter_.ink(layer, values, variant.box),
                around.to_output * layer_matrix(made.placement, pose, variant.box),
                around.turns || turns_or_scales(layer), pointer,
                [&](cairo_t* context) { painter_.paint(context, layer, values, variant.box); });
            if (!sprite) return std::move(sprite).error();
            variant.sprite = std::move(*sprite);
            const std::size_t memory = std::max<std::size_t>(variant.sprite.memory(), 1);
            made.variants.push_back(std::move(variant));
            if (i == 0)
                thin(wanted,
                     std::clamp<std::size_t>(
                         (sequence ? max_picture_bytes : max_variant_bytes) / memory, 1, most));
        }
        return ok();
    }

    // Keeps the first look and an even choice of the others.
    static void thin(std::vector<LayerValues>& wanted, std::size_t keep) {
        if (wanted.size() <= keep) return;
        std::vector<LayerValues> kept;
        for (std::size_t i = 0; i < keep; ++i) kept.push_back(wanted[i * wanted.size() / keep]);
        wanted = std::move(kept);
    }

    // Paints what `ink` bounds, as it will lie on the output at rest: to 1/64 pixel, and on whole
    // chroma samples.
    template <class Paint>
    Result<Sprite> rasterise(const Rect& area, const Matrix& to_output, bool transformable,
                             const std::string& pointer, Paint paint) {
        Matrix matrix = rounded(to_output);
        const double column = std::floor(matrix.x0), line = std::floor(matrix.y0);
        matrix.x0 -= column;
        matrix.y0 -= line;
        const Rect ink = bounds(matrix, area);
        const auto even_start = [](double start, double whole) {
            const double first = std::floor(start) - Sprite::margin;
            return std::fmod(first + whole, 2) == 0 ? first : first - 1;
        };
        const auto even_length = [](double from, double to) {
            return 2 * std::ceil((std::ceil(to) + Sprite::margin - from) / 2);
        };
        const double left = even_start(ink.x, column), top = even_start(ink.y, line);
        const double width = even_length(left, ink.x + ink.width);
        const double height = even_length(top, ink.y + ink.height);
        pixels_ += width * height;
        if (!(width <= Sprite::max_side && height <= Sprite::max_side &&
              pixels_ <= max_pixels * 4)) {
            return fail_at(ErrorCode::OCL_LIMIT, pointer,
                           "The layer is too large to be drawn on this output.");
        }
        matrix.x0 -= left;
        matrix.y0 -= top;
        const SurfacePtr surface = make_surface(static_cast<int>(width), static_cast<int>(height));
        const ContextPtr context = make_context(surface.get());
        cairo_rectangle(context.get(), Sprite::margin, Sprite::margin, width - 2 * Sprite::margin,
                        height - 2 * Sprite::margin);
        cairo_clip(context.get());
        const cairo_matrix_t transform = to_cairo(matrix);
        cairo_transform(context.get(), &transform);
        // Cairo refuses to paint through a matrix without an inverse; such a layer has no area
        // either.
        if (matrix.determinant() != 0) paint(context.get());
        if (cairo_status(context.get()) != CAIRO_STATUS_SUCCESS) {
            return fail_at(ErrorCode::SYS_INTERNAL, pointer, "The layer could not be painted.");
        }
        return Sprite(surface.get(), matrix, transformable);
    }

    const contract::OverlayDocument& document_;
    const Scene& scene_;
    const LayerPainter& painter_;
    ocl::Rate rate_;
    double pixels_ = 0;  // over all looks of all layers
};

}  // namespace

bool is_composed(const Layer& group) {
    return std::any_of(group.layers.begin(), group.layers.end(), [](const Layer& child) {
        return !stands_still(child) || (child.kind == LayerKind::group && is_composed(child));
    });
}

std::size_t LayerSprites::memory() const {
    std::size_t sum = clip ? clip->memory() : 0;
    for (const Variant& variant : variants) sum += variant.sprite.memory();
    for (const LayerSprites& child : children) sum += child.memory();
    return sum;
}

Result<SceneSprites> make_scene_sprites(const contract::OverlayDocument& document,
                                        const Scene& scene, const std::string& scene_pointer,
                                        const AssetShelf& shelf, const ocl::Tokens& tokens,
                                        const Matrix& mapping, ocl::Rate rate) {
    const LayerPainter painter(document, shelf, tokens);
    Maker maker(document, scene, painter, rate);
    const Rect canvas{0, 0, static_cast<double>(document.canvas_width),
                      static_cast<double>(document.canvas_height)};
    Result<std::vector<LayerSprites>> layers =
        maker.make_all(scene.layers, scene_pointer + "/layers", {canvas, mapping, false});
    if (!layers) return std::move(layers).error();
    SceneSprites sprites;
    sprites.scene = &scene;
    sprites.tokens = tokens;
    sprites.layers = std::move(*layers);
    for (const LayerSprites& layer : sprites.layers) sprites.memory += layer.memory();
    return sprites;
}

}  // namespace vistter::render
