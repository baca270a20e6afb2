// Pictures of every format, the harmless subset of SVG, image sequences; and bytes that are none.
#include <gtest/gtest.h>
#include <turbojpeg.h>
#include <webp/encode.h>

#include <memory>

#include "base/random.hpp"
#include "crypto/digest.hpp"
#include "render/image_decoder.hpp"
#include "render/render_kit.hpp"
#include "render/svg_picture.hpp"

namespace vistter::render {
namespace {

using namespace kit;

// 32x16 of one colour, straight R, G, B, A.
std::vector<std::uint8_t> flat(Color color) {
    std::vector<std::uint8_t> pixels;
    for (int i = 0; i < 32 * 16; ++i)
        pixels.insert(pixels.end(), {color.r, color.g, color.b, color.a});
    return pixels;
}

std::string jpeg_of(Color color) {
    const auto pixels = flat(color);
    unsigned char* out = nullptr;
    unsigned long size = 0;
    const std::unique_ptr<void, int (*)(void*)> encoder(tjInitCompress(), tjDestroy);
    tjCompress2(encoder.get(), pixels.data(), 32, 0, 16, TJPF_RGBA, &out, &size, TJSAMP_444, 95, 0);
    std::string bytes(reinterpret_cast<char*>(out), size);
    tjFree(out);
    return bytes;
}

std::string webp_of(Color color) {
    const auto pixels = flat(color);
    std::uint8_t* out = nullptr;
    const std::size_t size = WebPEncodeLosslessRGBA(pixels.data(), 32, 16, 32 * 4, &out);
    std::string bytes(reinterpret_cast<char*>(out), size);
    WebPFree(out);
    return bytes;
}

cairo_status_t append(void* to, const unsigned char* bytes, unsigned int size) {
    static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(bytes), size);
    return CAIRO_STATUS_SUCCESS;
}

std::string png_of(Color color) {
    const SurfacePtr surface = make_surface(32, 16);
    const ContextPtr context = make_context(surface.get());
    set_color(context.get(), color);
    cairo_paint(context.get());
    std::string bytes;
    cairo_surface_write_to_png_stream(surface.get(), append, &bytes);
    return bytes;
}

std::uint32_t first_pixel(const Result<SurfacePtr>& image) {
    return *reinterpret_cast<std::uint32_t*>(cairo_image_surface_get_data(image->get()));
}

TEST(Images, EveryFormatIsDecodedToThePremultipliedPixels) {
    for (const auto& [type, bytes] : {std::pair{"image/png", png_of({200, 100, 50, 255})},
                                      std::pair{"image/jpeg", jpeg_of({200, 100, 50, 255})},
                                      std::pair{"image/webp", webp_of({200, 100, 50, 255})}}) {
        const auto image = decode_image(type, bytes);
        ASSERT_TRUE(image.ok()) << type;
        EXPECT_EQ(cairo_image_surface_get_width(image->get()), 32);
        EXPECT_EQ(cairo_image_surface_get_height(image->get()), 16);
        const std::uint32_t pixel = first_pixel(image);
        EXPECT_EQ(pixel >> 24, 255u) << type;
        EXPECT_NEAR(pixel >> 16 & 0xFF, 200, 2) << type;
        EXPECT_NEAR(pixel >> 8 & 0xFF, 100, 2) << type;
        EXPECT_NEAR(pixel & 0xFF, 50, 2) << type;
    }
    const std::uint32_t half =
        first_pixel(decode_image("image/webp", webp_of({200, 100, 50, 128})));
    EXPECT_EQ(half >> 24, 128u);
    EXPECT_NEAR(half >> 16 & 0xFF, 100, 1);
}

TEST(Images, WhatIsNoSuchPictureIsRefused) {
    const std::string jpeg = jpeg_of({1, 2, 3, 255}), webp = webp_of({1, 2, 3, 255});
    EXPECT_EQ(decode_image("image/gif", jpeg).error().code, ErrorCode::AST_TYPE);
    for (const char* type : {"image/png", "image/jpeg", "image/webp"}) {
        for (const std::string& bytes : {std::string(), std::string("no picture"), jpeg, webp}) {
            if ((bytes == jpeg && std::string(type) == "image/jpeg") ||
                (bytes == webp && std::string(type) == "image/webp"))
                continue;
            EXPECT_EQ(decode_image(type, bytes).error().code, ErrorCode::AST_DECODE) << type;
        }
    }
    EXPECT_EQ(decode_image("image/jpeg", jpeg.substr(0, jpeg.size() / 2)).error().code,
              ErrorCode::AST_DECODE);
    EXPECT_EQ(decode_image("image/webp", webp.substr(0, webp.size() / 2)).error().code,
              ErrorCode::AST_DECODE);
    // A header that claims 65,500 pixels a side is refused before memory is taken.
    std::string huge = jpeg;
    const std::size_t frame = huge.find("\xFF\xC0");
    ASSERT_NE(frame, huge.npos);
    huge.replace(frame + 5, 4, "\xFF\xDC\xFF\xDC");
    EXPECT_EQ(decode_image("image/jpeg", huge).error().code, ErrorCode::AST_TOO_BIG);
}

// Damaged anywhere: an answer, never a crash (the sanitizers watch).
TEST(Images, DamagedPicturesAreHarmless) {
    SeededRandom random(41);
    for (const auto& [type, good] : {std::pair{"image/png", png_of({9, 8, 7, 255})},
                                     std::pair{"image/jpeg", jpeg_of({9, 8, 7, 255})},
                                     std::pair{"image/webp", webp_of({9, 8, 7, 255})}}) {
        for (int round = 0; round < 300; ++round) {
            std::string bytes = good;
            for (int i = 0; i < 3; ++i)
                bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
            (void)decode_image(type, bytes).ok();
        }
    }
}

constexpr const char* svg_start = R"(<svg xmlns="http://www.w3.org/2000/svg" )"
                                  R"(xmlns:xlink="http://www.w3.org/1999/xlink" )"
                                  R"(width="40" height="20">)";

TEST(Svg, TheHarmlessSubsetIsDrawnAtAnySize) {
    const std::string svg =
        std::string(svg_start) +
        R"(<defs><g id="a"><rect width="20" height="20" fill="#fff"/></g></defs>)"
        R"(<use xlink:href="#a" x="20"/></svg>)";
    auto made = document(80, 80);
    made.assets["v"] = {"ast_v", crypto::sha256_hex(svg), "image/svg+xml", 40, 20, 0};
    Layer layer;
    layer.layer_id = "v";
    layer.kind = LayerKind::svg;
    layer.asset = "v";
    made.scenes[0].layers = {layer};
    made.scenes[0].layers.push_back(layer);
    made.scenes[0].layers[1].layer_id = "large";
    made.scenes[0].layers[1].props[Property::position] = Pair{0, 20};
    made.scenes[0].layers[1].props[Property::size] = Pair{80, 60};
    MemoryAssets assets;
    assets.files[crypto::sha256_hex(svg)] = svg;
    auto renderer = opened(made, 80, 80, assets);
    EXPECT_TRUE(renderer->faults().empty());
    ASSERT_TRUE(renderer->prepare("main", {}).ok());
    OwnedPicture picture = drawn(*renderer, 0, 80, 80);
    for (int y = 0; y < 80; ++y) {
        for (int x = 0; x < 80; ++x) {
            const bool inside = y < 20 ? x >= 20 && x < 40 : x >= 40;
            ASSERT_EQ(luma(picture, x, y), inside ? 235 : 16) << x << ',' << y;
        }
    }
}

// G5.8: nothing that reaches out, runs or grows is parsed.
TEST(Svg, WhatReachesOutRunsOrGrowsIsRefused) {
    const char* const bodies[] = {
        "<script>1</script>",
        "<svg:script xmlns:svg='http://www.w3.org/2000/svg'/>",
        "<SCRIPT/>",
        "<rect onload='x()'/>",
        "<rect\nonclick = \"x()\"/>",
        "<foreignObject/>",
        "<image href='http://example.org/a.png'/>",
        "<image xlink:href='/etc/passwd'/>",
        "<image xlink:href = \"file:///etc/passwd\"/>",
        "<image href='&#x68;ttp://example.org'/>",
        "<image href='data:image/svg+xml;base64,AAAA'/>",
        "<use href='other.svg#a'/>",
        "<a href='javascript:x()'/>",
        "<rect fill='url(http://example.org/a)'/>",
        "<style>@import 'a.css';</style>",
        "<style>rect { fill: url( \"a.svg#b\" ) }</style>",
        "<animate/>",
        "<set/>",
        "<g xml:base='http://example.org'/>",
        "<xi:include href='#a'/>",
    };
    for (const char* body : bodies) {
        const std::string svg = std::string(svg_start) + body + "</svg>";
        EXPECT_NE(svg_objection(svg), "") << body;
        EXPECT_EQ(SvgPicture::parse(svg).error().code, ErrorCode::AST_TYPE) << body;
    }
    for (const char* head : {"<!DOCTYPE svg [<!ENTITY a 'b'>]>", "<?xml-stylesheet href='a'?>"})
        EXPECT_NE(svg_objection(std::string(head) + svg_start + "</svg>"), "") << head;
    std::string many = svg_start;
    for (int i = 0; i < 5000; ++i) many += "<g/>";
    EXPECT_EQ(SvgPicture::parse(many + "</svg>").error().code, ErrorCode::AST_TOO_BIG);
    EXPECT_EQ(SvgPicture::parse(svg_start + std::string(256 * 1024, ' ') + "</svg>").error().code,
              ErrorCode::AST_TOO_BIG);
    EXPECT_EQ(SvgPicture::parse("not an svg").error().code, ErrorCode::AST_DECODE);
    EXPECT_EQ(svg_objection(std::string(svg_start) + "<rect fill='url(#a)'/></svg>"), "");
}

// Every picture on its own frames, exactly, there and back (contract C.2, C.3).
TEST(ImageSequence, ShowsEachPictureOnItsFrames) {
    auto made = document(32, 16);
    MemoryAssets assets;
    Layer layer;
    layer.layer_id = "sequence";
    layer.kind = LayerKind::image_sequence;
    layer.in_ms = 100;
    layer.playback.rate_num = 10;
    layer.playback.loop = contract::LoopMode::ping_pong;
    for (int i = 0; i < 5; ++i) {
        const auto grey = static_cast<std::uint8_t>(40 + 50 * i);
        const std::string bytes = png_of({grey, grey, grey, 255});
        const std::string key = "p" + std::to_string(i);
        assets.files[crypto::sha256_hex(bytes)] = bytes;
        made.assets[key] = {"ast_" + key, crypto::sha256_hex(bytes), "image/png", 32, 16, 0};
        layer.playback.assets.push_back(key);
    }
    made.scenes[0].layers = {layer};
    auto renderer = opened(made, 32, 16, assets);
    ASSERT_TRUE(renderer->prepare("main", {}).ok());
    for (int n = 0; n < 90; ++n) {
        OwnedPicture picture = drawn(*renderer, n, 32, 16);
        const int k = (n * 100 - 300) / 300 % 8, shown = k < 5 ? k : 8 - k;
        const double expected = n < 3 ? 16 : 16 + 219.0 * (40 + 50 * shown) / 255;
        ASSERT_NEAR(luma(picture, 16, 8), expected, 1) << n;
    }
    EXPECT_EQ(renderer->stand_ins(), 0);
}

}  // namespace
}  // namespace vistter::render
