// Finds out which looks each layer takes on, and rasterises each of them once.
#include "render/scene_sprites.hpp"

#include <algorithm>
#include <cmath>

namespace vistter::render {

using contract::Layer;
using contract::Pair;
using contract::Phase;
using contract::Property;
using contract::PropertyTrack;
using contract::Scene;
using ocl::LayerValues;

namespace {

constexpr int max_side = 8192;
constexpr double max_pixels = 33.2e6;  // contract C.13, decoded pixels per scene

bool changes_look(Property property) {
    switch (property) {
        case Property::opacity:
        case Property::position:
        case Property::scale:
        case Property::rotation:
        case Property::reveal:
        case Property::visible:
            return false;
        default:
            return true;
    }
}

bool has_track(const Layer& layer, bool (*wanted)(Property)) {
    return std::any_of(layer.tracks.begin(), layer.tracks.end(),
                       [&](const PropertyTrack& track) { return wanted(track.property); });
}

bool turns_or_scales(Property property) {
    return property == Property::scale || property == Property::rotation;
}

// When the layer stands still longest: the end of the intro, or else the start of the longest pause
// between its keys. What is drawn then is drawn sharpest.
std::int64_t rest_ms(const Scene& scene, const Layer& layer) {
    if (scene.phases.intro_ms > 0) return scene.phases.intro_ms;
    std::vector<std::int64_t> times{layer.in_ms};
    for (const PropertyTrack& track : layer.tracks) {
        if (track.phase == Phase::outro) continue;
        for (const auto& key : track.keyframes) times.push_back(key.t_ms);
    }
    std::sort(times.begin(), times.end());
    times.push_back(scene.duration_ms ? *scene.duration_ms - scene.phases.outro_ms
                                      : times.back() + 60'000);
    std::int64_t best = 0, longest = -1;
    for (std::size_t i = 0; i + 1 < times.size(); ++i) {
        if (times[i + 1] - times[i] > longest) {
            longest = times[i + 1] - times[i];
            best = times[i];
        }
    }
    return best;
}

// The last frame at which a body track that changes the look can still show something new.
std::int64_t last_body_frame(const Layer& layer, ocl::Rate rate) {
    std::int64_t last = 0;
    for (const PropertyTrack& track : layer.tracks) {
        if (!changes_look(track.property) || track.phase == Phase::outro || track.keyframes.empty())
            continue;
        const std::int64_t first = track.keyframes.front().t_ms, end = track.keyframes.back().t_ms;
        const std::int64_t passes = track.loop == contract::LoopMode::ping_pong ? 2 : 1;
        last = std::max(last, ocl::frame_at(first + passes * (end - first), rate));
    }
    return last;
}

// The frames at which a layer's look is sampled: evenly at most this many, and wherever a text or
// an image changes.
constexpr std::int64_t max_samples = 1200;

std::vector<std::int64_t> sample_frames(const Layer& layer, std::int64_t last, Phase phase,
                                        ocl::Rate rate) {
    std::vector<std::int64_t> frames;
    const std::int64_t stride = 1 + last / max_samples;
    for (std::int64_t n = 0; n <= last; n += stride) frames.push_back(n);
    for (const PropertyTrack& track : layer.tracks) {
        const bool discrete =
            track.property == Property::content || track.property == Property::asset;
        if (!discrete || track.phase != phase) continue;
        for (const auto& key : track.keyframes) frames.push_back(ocl::frame_at(key.t_ms, rate));
    }
    std::sort(frames.begin(), frames.end());
    return frames;
}

// The looks a layer takes on at the frames of `rate`, in order of time, each once; the resting one
// first.
std::vector<LayerValues> looks(const Scene& scene, const Layer& layer, ocl::Rate rate) {
    std::vector<LayerValues> found;
    std::vector<RasterKey> keys;
    const auto add = [&](ocl::SceneClock clock) {
        const LayerValues values = ocl::layer_at(layer, ocl::locate(scene, clock, rate));
        const RasterKey key = raster_key(layer.kind, values);
        if (std::find(keys.begin(), keys.end(), key) != keys.end()) return;
        keys.push_back(key);
        found.push_back(values);
    };
    const std::int64_t rest = ocl::frame_at(rest_ms(scene, layer), rate);
    add({rest, {}});
    if (!has_track(layer, changes_look)) return found;
    const std::int64_t last = last_body_frame(layer, rate);
    for (const std::int64_t n : sample_frames(layer, last, Phase::body, rate)) add({n, {}});
    const std::int64_t outro = ocl::frame_at(scene.phases.outro_ms, rate);
    for (const std::int64_t n : sample_frames(layer, outro, Phase::outro, rate))
        add({std::max(rest, last), n});
    return found;
}

// The values sprites are made for: at rest; a scale so small that the sprite would be blurred later
// takes the largest.
LayerValues raster_values(const Scene& scene, const Layer& layer, ocl::Rate rate) {
    LayerValues values = ocl::layer_at(
        layer, ocl::locate(scene, {ocl::frame_at(rest_ms(scene, layer), rate), {}}, rate));
    for (std::size_t i = 0; i < 2; ++i) {
        double largest = std::fabs(values.scale[i]);
        for (const PropertyTrack& track : layer.tracks) {
            if (track.property != Property::scale) continue;
            for (const auto& key : track.keyframes) {
                if (const Pair* scale = std::get_if<Pair>(&key.value)) {
                    largest = std::max(largest, std::fabs((*scale)[i]));
                }
            }
        }
        if (std::fabs(values.scale[i]) < largest / 4) values.scale[i] = largest;
    }
    return values;
}

class Maker {
  public:
    Maker(const contract::OverlayDocument& document, const Scene& scene,
          const LayerPainter& painter, const Matrix& mapping, ocl::Rate rate)
        : document_(document), scene_(scene), painter_(painter), mapping_(mapping), rate_(rate) {}

    Result<LayerSprites> make(const Layer& layer, const std::string& pointer,
                              std::map<std::string, Rect>& boxes) {
        LayerSprites made;
        made.layer = &layer;
        const LayerValues still = ocl::unanimated(layer);
        const Rect canvas{0, 0, static_cast<double>(document_.canvas_width),
                          static_cast<double>(document_.canvas_height)};
        made.placement = place(layer, area_of(document_, layer.anchor.area, canvas, boxes));
        boxes[layer.layer_id] =
            untransformed_box(made.placement, still, painter_.box(layer, still));
        std::vector<LayerValues> wanted = looks(scene_, layer, rate_);
        const LayerValues pose = raster_values(scene_, layer, rate_);
        std::size_t keep = max_variants;
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            if (!painter_.can_paint(layer, wanted[i])) continue;
            Variant variant;
            variant.key = raster_key(layer.kind, wanted[i]);
            variant.box = painter_.box(layer, wanted[i]);
            if (Status status = rasterise(layer, wanted[i], pose, made.placement, pointer, variant);
                !status) {
                return std::move(status).error();
            }
            const std::size_t memory = std::max<std::size_t>(variant.sprite.memory(), 1);
            made.variants.push_back(std::move(variant));
            if (i == 0) {
                keep = std::clamp<std::size_t>(max_variant_bytes / memory, 1, max_variants);
                thin(wanted, keep);
            }
        }
        return made;
    }

  private:
    // Keeps the first look and an even choice of the others.
    static void thin(std::vector<LayerValues>& wanted, std::size_t keep) {
        if (wanted.size() <= keep) return;
        std::vector<LayerValues> kept;
        for (std::size_t i = 0; i < keep; ++i) kept.push_back(wanted[i * wanted.size() / keep]);
        wanted = std::move(kept);
    }

    Status rasterise(const Layer& layer, const LayerValues& values, const LayerValues& pose,
                     const Placement& placement, const std::string& pointer, Variant& variant) {
        Matrix matrix = rounded(mapping_ * layer_matrix(placement, pose, variant.box));
        matrix.x0 -= std::floor(matrix.x0);
        matrix.y0 -= std::floor(matrix.y0);
        const Rect ink = bounds(matrix, painter_.ink(layer, values, variant.box));
        const double left = std::floor(ink.x) - Sprite::margin,
                     top = std::floor(ink.y) - Sprite::margin;
        const double width = std::ceil(ink.x + ink.width) + Sprite::margin - left;
        const double height = std::ceil(ink.y + ink.height) + Sprite::margin - top;
        pixels_ += width * height;
        if (width > max_side || height > max_side || pixels_ > max_pixels * 4) {
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
        if (matrix.determinant() != 0) painter_.paint(context.get(), layer, values, variant.box);
        if (cairo_status(context.get()) != CAIRO_STATUS_SUCCESS) {
            return fail_at(ErrorCode::SYS_INTERNAL, pointer, "The layer could not be painted.");
        }
        variant.sprite = Sprite(surface.get(), matrix, has_track(layer, turns_or_scales));
        return ok();
    }

    const contract::OverlayDocument& document_;
    const Scene& scene_;
    const LayerPainter& painter_;
    const Matrix& mapping_;
    ocl::Rate rate_;
    double pixels_ = 0;  // over all looks of all layers
};

}  // namespace

Result<SceneSprites> make_scene_sprites(const contract::OverlayDocument& document,
                                        const Scene& scene, const std::string& scene_pointer,
                                        const AssetShelf& shelf, const ocl::Tokens& tokens,
                                        const Matrix& mapping, ocl::Rate rate) {
    const LayerPainter painter(document, shelf, tokens);
    Maker maker(document, scene, painter, mapping, rate);
    std::map<std::string, Rect> boxes;
    SceneSprites sprites;
    sprites.scene = &scene;
    sprites.tokens = tokens;
    for (std::size_t i = 0; i < scene.layers.size(); ++i) {
        Result<LayerSprites> made =
            maker.make(scene.layers[i], scene_pointer + "/layers/" + std::to_string(i), boxes);
        if (!made) return std::move(made).error();
        for (const Variant& variant : made->variants) sprites.memory += variant.sprite.memory();
        sprites.layers.push_back(std::move(*made));
    }
    return sprites;
}

}  // namespace vistter::render
