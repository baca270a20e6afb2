// Fonts that come with a document: used when they can be read, reported when they cannot.
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "crypto/digest.hpp"
#include "render/render_kit.hpp"

namespace vistter::render {
namespace {

using namespace kit;

constexpr const char* serif =
    "/usr/share/fonts/truetype/noto/NotoSerif-Regular.ttf";  // fonts-noto-core

OverlayDocument with_font(const std::string& bytes) {
    auto made = document(320, 80);
    made.assets["face"] = {"ast_face", crypto::sha256_hex(bytes), "font/ttf", 0, 0, 0};
    Layer layer;
    layer.layer_id = "text";
    layer.kind = LayerKind::text;
    layer.text.content = "Illimitable";
    layer.text.size_px = 48;
    layer.text.font = "face";
    made.scenes[0].layers.push_back(layer);
    return made;
}

// The last column with ink: how wide the text came out.
int width_of(OverlayRenderer& renderer) {
    EXPECT_TRUE(renderer.prepare("main", {}).ok());
    OwnedPicture picture = drawn(renderer, 0, 320, 80);
    int last = 0;
    for (int y = 0; y < 80; ++y) {
        for (int x = 0; x < 320; ++x) {
            if (luma(picture, x, y) > 40) last = std::max(last, x);
        }
    }
    return last;
}

TEST(Font, AFontOfTheDocumentIsUsed) {
    const auto bytes = read_file(serif, 16u << 20);
    ASSERT_TRUE(bytes.ok());
    MemoryAssets assets;
    assets.files[crypto::sha256_hex(*bytes)] = *bytes;
    auto own = opened(with_font(*bytes), 320, 80, assets);
    EXPECT_TRUE(own->faults().empty());
    auto shipped = with_font(*bytes);
    shipped.scenes[0].layers[0].text.font.clear();
    auto standard = opened(shipped, 320, 80);
    const int own_width = width_of(*own), standard_width = width_of(*standard);
    EXPECT_GT(own_width, 100);
    EXPECT_GT(standard_width, 100);
    EXPECT_NE(own_width, standard_width);
}

TEST(Font, ADamagedFontIsReportedAndTheShippedOneUsed) {
    const std::string garbage(4096, 'x');
    MemoryAssets assets;
    assets.files[crypto::sha256_hex(garbage)] = garbage;
    auto renderer = opened(with_font(garbage), 320, 80, assets);
    ASSERT_EQ(renderer->faults().size(), 1u);
    EXPECT_EQ(renderer->faults()[0].code, ErrorCode::OCL_FONT);
    EXPECT_GT(width_of(*renderer), 100);
}

}  // namespace
}  // namespace vistter::render
