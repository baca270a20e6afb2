// Sources, transitions and overlays in paint order.
#include "program/core/mixer.hpp"

#include "program/core/compose.hpp"

namespace vistter::program {
namespace {

std::vector<std::uint8_t> drawn_slate(int width, int height, const char* builtin) {
    std::vector<std::uint8_t> bytes(picture_bytes(width, height));
    render::draw_slate(contiguous(bytes.data(), width, height), builtin);
    return bytes;
}

}  // namespace

Slates::Slates(int width, int height)
    : difficulties_(drawn_slate(width, height, "technical_difficulties")),
      black_(drawn_slate(width, height, "black")),
      bars_(drawn_slate(width, height, "bars")) {}

const std::uint8_t* Slates::picture(std::string_view builtin) const {
    if (builtin == "black") return black_.data();
    if (builtin == "bars") return bars_.data();
    return difficulties_.data();
}

Mixer::Mixer(int width, int height, ocl::Rate rate)
    : width_(width),
      height_(height),
      rate_(rate),
      slates_(width, height),
      under_(picture_bytes(width, height)) {}

const std::uint8_t* Mixer::picture_of(const timeline::VideoSource& source,
                                      PictureSource& pictures) const {
    using Kind = timeline::VideoSource::Kind;
    const std::uint8_t* picture = nullptr;
    if (source.kind == Kind::camera) picture = pictures.camera(source.id);
    if (picture != nullptr) return picture;
    return slates_.picture(source.kind == Kind::slate ? source.id : std::string_view{});
}

void Mixer::draw_video(render::Picture out, const OnAir* on_air, PictureSource& source) const {
    if (on_air == nullptr) return copy(out, slates_.picture({}));
    const timeline::FrameState& state = on_air->state;
    const std::uint8_t* incoming = picture_of(state.program, source);
    if (!state.outgoing) return copy(out, incoming);
    mix(out, picture_of(*state.outgoing, source), incoming,
        {state.transition, state.mix_num, state.mix_den, state.color, state.direction});
}

void Mixer::draw_run_overlay(render::Picture out, const Show& show,
                             const timeline::OverlayOnAir& overlay) {
    bool fading = overlay.mix_num < overlay.mix_den;
    if (fading) copy_out(under_.data(), out);
    show.renderers[overlay.use]->draw(out, show.plan.uses()[overlay.use].scene_id, overlay.clock,
                                      rate_, show.tokens[overlay.use]);
    if (fading) fade_over(out, under_.data(), overlay.mix_num, overlay.mix_den);
}

int Mixer::make(std::uint8_t* picture, const OnAir* on_air, const OverlayStage& stage,
                PictureSource& source, std::int64_t frame) {
    render::Picture out = contiguous(picture, width_, height_);
    draw_video(out, on_air, source);
    int drawn = 0;
    if (on_air != nullptr) {
        for (const timeline::OverlayOnAir& overlay : on_air->state.overlays) {
            draw_run_overlay(out, *on_air->show, overlay);
            ++drawn;
        }
    }
    for (const StageItem& item : stage.items()) {
        item.show.renderer->draw(out, item.show.scene_id, stage.clock_of(item, frame), rate_,
                                 item.show.tokens);
        ++drawn;
    }
    return drawn;
}

}  // namespace vistter::program
