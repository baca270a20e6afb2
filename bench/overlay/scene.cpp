// Painting the three pieces, and the document that moves them.
#include "scene.hpp"

#include <cmath>

#include "base/random.hpp"
#include "crypto/digest.hpp"
#include "render/text_block.hpp"

namespace vistter::bench {

using contract::Layer;
using contract::Pair;
using contract::Property;

namespace {

constexpr std::int64_t period_ms = Scene::period * 1000 / 30;
constexpr double small = 0.6, large = 1.2;

// 0 to 1 and back.
double phase(int n) {
    const int at = n % (2 * Scene::period);
    return static_cast<double>(at < Scene::period ? at : 2 * Scene::period - at) / Scene::period;
}

void paint_lower_third(cairo_t* context, double width, double height) {
    const render::PatternPtr fade(cairo_pattern_create_linear(0, 0, width, 0));
    cairo_pattern_add_color_stop_rgba(fade.get(), 0, .05, .12, .3, .95);
    cairo_pattern_add_color_stop_rgba(fade.get(), 1, .3, .1, .4, .6);
    cairo_set_source(context, fade.get());
    cairo_paint(context);
    cairo_set_source_rgba(context, 1, .7, .2, 1);
    cairo_rectangle(context, 0, 0, width, height / 12);
    cairo_fill(context);
}

void paint_logo(cairo_t* context, double width, double height) {
    cairo_translate(context, width / 2, height / 2);
    cairo_arc(context, 0, 0, width * .48, 0, 6.2831853);
    cairo_set_source_rgba(context, .1, .5, .4, .9);
    cairo_fill(context);
    cairo_arc(context, 0, 0, width * .3, 0, 4.5);
    cairo_set_source_rgba(context, 1, 1, 1, 1);
    cairo_set_line_width(context, width / 10);
    cairo_stroke(context);
}

void paint_text(cairo_t* context, double width, double height) {
    contract::TextSpec spec;
    spec.align = "center";
    const render::TextBlock text(spec, "Harbour quay, east mole: 12 kn", height * .6,
                                 contract::Pair{width, height}, {});
    text.paint(context, {255, 255, 255, 255}, {}, 0);
}

Piece paint(const char* name, int width, int height, void (*draw)(cairo_t*, double, double)) {
    Piece piece{name, width, height, render::make_surface(width, height)};
    const render::ContextPtr context = render::make_context(piece.pixels.get());
    draw(context.get(), width, height);
    cairo_surface_flush(piece.pixels.get());
    return piece;
}

cairo_status_t append(void* to, const unsigned char* bytes, unsigned int size) {
    static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(bytes), size);
    return CAIRO_STATUS_SUCCESS;
}

class Files final : public render::AssetSource {
  public:
    std::map<std::string, std::string> files;
    Result<std::string> read(const std::string& sha256) const override {
        const auto found = files.find(sha256);
        if (found == files.end()) return fail(ErrorCode::RES_NOT_FOUND, "none");
        return found->second;
    }
};

contract::PropertyTrack track(Property property, contract::PropertyValue from,
                              contract::PropertyValue to) {
    contract::PropertyTrack made;
    made.property = property;
    made.loop = contract::LoopMode::ping_pong;
    made.keyframes = {{0, std::move(from), {}}, {period_ms, std::move(to), {}}};
    return made;
}

}  // namespace

Scene::Scene(int width, int height, double step) : width_(width), height_(height), step_(step) {
    const auto sized = [&](int at_1080) { return at_1080 * height / 1080 & ~1; };
    pieces_.push_back(paint("lower_third", width, sized(200), paint_lower_third));
    pieces_.push_back(paint("logo", sized(300), sized(300), paint_logo));
    pieces_.push_back(paint("text", sized(800), sized(80), paint_text));
}

Place Scene::place(std::size_t index, int n) const {
    const double p = phase(n), height = height_;
    if (index == 0) return {0, std::floor(height * .9 / 2) * 2 - step_ * period * p, 1, p};
    if (index == 1) return {width_ - pieces_[1].width - 40.0, 40, 1, p};
    return {std::floor(width_ * .1) * 1.0, std::floor(height * .3), small * (1 - p) + large * p, 1};
}

std::unique_ptr<render::OverlayRenderer> Scene::renderer(Motion motion) const {
    contract::OverlayDocument document;
    document.overlay_id = "ovl_bench";
    document.canvas_width = width_;
    document.canvas_height = height_;
    document.scenes.resize(1);
    document.scenes[0].scene_id = "main";
    Files files;
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        const Piece& piece = pieces_[i];
        std::string png;
        cairo_surface_write_to_png_stream(piece.pixels.get(), append, &png);
        const std::string sha256 = crypto::sha256_hex(png);
        files.files[sha256] = png;
        document.assets[piece.name] = {piece.name,  sha256,       "image/png",
                                       piece.width, piece.height, 0};
        Layer layer;
        layer.layer_id = layer.asset = piece.name;
        layer.kind = contract::LayerKind::image;
        layer.pivot = Pair{.5, .5};
        const Place from = place(i, 0), to = place(i, period);
        const Pair middle{piece.width / 2.0, piece.height / 2.0};
        const Pair start{from.x + middle[0], from.y + middle[1]};
        const Pair end{to.x + middle[0], to.y + middle[1]};
        layer.props[Property::position] = start;
        layer.props[Property::opacity] = motion == Motion::empty ? 0.0 : to.opacity;
        if (motion == Motion::moving) {
            if (start != end) layer.tracks.push_back(track(Property::position, start, end));
            if (from.opacity != to.opacity)
                layer.tracks.push_back(track(Property::opacity, from.opacity, to.opacity));
            if (from.scale != to.scale) {
                layer.tracks.push_back(
                    track(Property::scale, Pair{from.scale, from.scale}, Pair{to.scale, to.scale}));
            }
        }
        document.scenes[0].layers.push_back(std::move(layer));
    }
    auto opened = render::OverlayRenderer::open(std::move(document), files, width_, height_);
    if (!opened || !(*opened)->prepare("main", {}, {30, 1})) return nullptr;
    return std::move(*opened);
}

void Scene::paint_photo(const render::Picture& picture, int seed) const {
    SeededRandom random(static_cast<std::uint64_t>(seed) + 1);
    const double tilt = .002 + .001 * seed;
    for (int y = 0; y < picture.height; ++y) {
        for (int x = 0; x < picture.width; ++x) {
            const double slope = std::sin(x * tilt) * std::cos(y * tilt * 1.7);
            const int grain = static_cast<int>(random.below(9)) - 4;
            picture.y[y * picture.y_stride + x] =
                static_cast<std::uint8_t>(125 + 80 * slope + grain);
        }
    }
    for (int y = 0; y < picture.height / 2; ++y) {
        for (int x = 0; x < picture.width / 2; ++x) {
            picture.u[y * picture.u_stride + x] =
                static_cast<std::uint8_t>(128 + 40 * std::sin(x * tilt * 2));
            picture.v[y * picture.v_stride + x] =
                static_cast<std::uint8_t>(128 + 40 * std::cos(y * tilt * 2));
        }
    }
}

}  // namespace vistter::bench
