// PNG by Cairo, JPEG by libjpeg-turbo, WebP by libwebp.
#include "render/image_decoder.hpp"

#include <turbojpeg.h>
#include <webp/decode.h>

#include <cstring>
#include <memory>
#include <string_view>

namespace vistter::render {

namespace {

struct Reader {
    const std::string& bytes;
    std::size_t at = 0;
};

cairo_status_t read_some(void* closure, unsigned char* out, unsigned int length) {
    auto* reader = static_cast<Reader*>(closure);
    if (reader->bytes.size() - reader->at < length) return CAIRO_STATUS_READ_ERROR;
    std::memcpy(out, reader->bytes.data() + reader->at, length);
    reader->at += length;
    return CAIRO_STATUS_SUCCESS;
}

std::uint32_t big_endian(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

Error too_big() {
    return fail(ErrorCode::AST_TOO_BIG, "The image is larger than 4096 pixels a side.");
}

bool fits(std::int64_t width, std::int64_t height) {
    return width <= max_image_side && height <= max_image_side;
}

// A picture's bytes for the decoders' C interfaces.
const unsigned char* data_of(const std::string& bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

Result<SurfacePtr> decode_png(const std::string& bytes) {
    constexpr std::string_view signature{"\x89PNG\r\n\x1a\n", 8};
    if (bytes.size() < 33 || !bytes.starts_with(signature)) {
        return fail(ErrorCode::AST_DECODE, "The image is not a PNG file.");
    }
    const std::uint32_t width = big_endian(bytes, 16), height = big_endian(bytes, 20);
    if (!fits(width, height)) return too_big();
    Reader reader{bytes};
    SurfacePtr surface(cairo_image_surface_create_from_png_stream(read_some, &reader));
    if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) {
        return fail(ErrorCode::AST_DECODE, "The PNG file is damaged.");
    }
    if (cairo_image_surface_get_format(surface.get()) == CAIRO_FORMAT_ARGB32) return surface;
    SurfacePtr converted = make_surface(static_cast<int>(width), static_cast<int>(height));
    const ContextPtr context = make_context(converted.get());
    cairo_set_source_surface(context.get(), surface.get(), 0, 0);
    cairo_paint(context.get());
    return converted;
}

struct TurboFree {
    void operator()(void* handle) const { tjDestroy(handle); }
};

Result<SurfacePtr> decode_jpeg(const std::string& bytes) {
    const std::unique_ptr<void, TurboFree> decoder(tjInitDecompress());
    const auto size = static_cast<unsigned long>(bytes.size());
    int width = 0, height = 0, sampling = 0, color = 0;
    if (!decoder || tjDecompressHeader3(decoder.get(), data_of(bytes), size, &width, &height,
                                        &sampling, &color) != 0) {
        return fail(ErrorCode::AST_DECODE, "The image is not a JPEG file.");
    }
    if (!fits(width, height)) return too_big();
    SurfacePtr surface = make_surface(width, height);
    const int stride = cairo_image_surface_get_stride(surface.get());
    // TJFLAG_LIMITSCANS: a few bytes cannot ask for hours of progressive refinement.
    const int flags = TJFLAG_LIMITSCANS | TJFLAG_STOPONWARNING | TJFLAG_ACCURATEDCT;
    if (tjDecompress2(decoder.get(), data_of(bytes), size,
                      cairo_image_surface_get_data(surface.get()), width, stride, height, TJPF_BGRA,
                      flags) != 0) {
        return fail(ErrorCode::AST_DECODE, "The JPEG file is damaged.");
    }
    cairo_surface_mark_dirty(surface.get());
    return surface;
}

Result<SurfacePtr> decode_webp(const std::string& bytes) {
    WebPDecoderConfig config;
    if (WebPInitDecoderConfig(&config) == 0 ||
        WebPGetFeatures(data_of(bytes), bytes.size(), &config.input) != VP8_STATUS_OK) {
        return fail(ErrorCode::AST_DECODE, "The image is not a WebP file.");
    }
    if (config.input.has_animation != 0)
        return fail(ErrorCode::AST_DECODE, "The WebP file is animated; use an image sequence.");
    if (!fits(config.input.width, config.input.height)) return too_big();
    SurfacePtr surface = make_surface(config.input.width, config.input.height);
    const int stride = cairo_image_surface_get_stride(surface.get());
    config.output.colorspace = MODE_bgrA;  // premultiplied, as Cairo's
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = cairo_image_surface_get_data(surface.get());
    config.output.u.RGBA.stride = stride;
    config.output.u.RGBA.size = static_cast<std::size_t>(stride) * config.input.height;
    const VP8StatusCode status = WebPDecode(data_of(bytes), bytes.size(), &config);
    WebPFreeDecBuffer(&config.output);
    if (status != VP8_STATUS_OK) {
        return fail(ErrorCode::AST_DECODE, "The WebP file is damaged.");
    }
    cairo_surface_mark_dirty(surface.get());
    return surface;
}

}  // namespace

Result<SurfacePtr> decode_image(const std::string& media_type, const std::string& bytes) {
    if (media_type == "image/png") return decode_png(bytes);
    if (media_type == "image/jpeg") return decode_jpeg(bytes);
    if (media_type == "image/webp") return decode_webp(bytes);
    return fail(ErrorCode::AST_TYPE, "Images of type " + media_type + " are not drawn.");
}

}  // namespace vistter::render
