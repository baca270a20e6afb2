// Parsing and painting with librsvg, without a base address, so that no reference can be resolved.
#include "render/svg_picture.hpp"

#include <librsvg/rsvg.h>

#include <cmath>

namespace vistter::render {

struct SvgPicture::Handle {
    RsvgHandle* rsvg = nullptr;
    ~Handle() {
        if (rsvg) g_object_unref(rsvg);
    }
};

SvgPicture::~SvgPicture() = default;

Result<std::unique_ptr<SvgPicture>> SvgPicture::parse(const std::string& bytes) {
    const std::string objection = svg_objection(bytes);
    if (!objection.empty()) {
        const bool size = objection.find("more than") != objection.npos ||
                          objection.find("larger than") != objection.npos;
        return fail(size ? ErrorCode::AST_TOO_BIG : ErrorCode::AST_TYPE,
                    "The SVG is not drawn: " + objection + ".");
    }
    auto picture = std::unique_ptr<SvgPicture>(new SvgPicture());
    picture->handle_ = std::make_unique<Handle>();
    GError* error = nullptr;
    picture->handle_->rsvg = rsvg_handle_new_from_data(
        reinterpret_cast<const guint8*>(bytes.data()), bytes.size(), &error);
    if (!picture->handle_->rsvg) {
        Error damaged = fail(ErrorCode::AST_DECODE,
                             std::string("The SVG cannot be read: ") + error->message + ".");
        g_error_free(error);
        return damaged;
    }
    rsvg_handle_set_dpi(picture->handle_->rsvg, 96);
    double width = 0, height = 0;
    if (rsvg_handle_get_intrinsic_size_in_pixels(picture->handle_->rsvg, &width, &height)) {
        picture->size_ = {width, height};
        return picture;
    }
    gboolean has_box = FALSE;
    RsvgRectangle box{};
    rsvg_handle_get_intrinsic_dimensions(picture->handle_->rsvg, nullptr, nullptr, nullptr, nullptr,
                                         &has_box, &box);
    if (has_box && std::isfinite(box.width) && std::isfinite(box.height))
        picture->size_ = {box.width, box.height};
    return picture;
}

void SvgPicture::paint(cairo_t* context, const contract::Pair& box) const {
    // Laid out at its own size and then stretched, so that `size` acts as on any image.
    const contract::Pair own = size_[0] > 0 && size_[1] > 0 ? size_ : box;
    cairo_save(context);
    cairo_scale(context, box[0] / own[0], box[1] / own[1]);
    const RsvgRectangle viewport{0, 0, own[0], own[1]};
    cairo_rectangle(context, 0, 0, own[0], own[1]);
    cairo_clip(context);
    rsvg_handle_render_document(handle_->rsvg, context, &viewport, nullptr);
    cairo_restore(context);
}

}  // namespace vistter::render
