// Golden pictures: documents drawn as on air and compared with what a person has looked at and
// accepted. VISTTER_WRITE_GOLDENS=1 writes them anew; look at each before committing it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <ostream>
#include <set>

#include "base/file.hpp"
#include "contract/messages.hpp"
#include "crypto/digest.hpp"
#include "render/golden_kit.hpp"
#include "render/overlay_renderer.hpp"

namespace vistter::render {
namespace {

namespace fs = std::filesystem;

const fs::path source = VISTTER_SOURCE_DIR;
const fs::path goldens = source / "tests/golden/overlay";
constexpr int width = 640, height = 360;

struct Case {
    const char* name;
    const char* document;  // below the source folder
    const char* scene;
    ocl::SceneClock clock;
    ocl::Rate rate;
    const char* background;  // a slate, or "checker"
};

// What the test's name shows.
void PrintTo(const Case& test, std::ostream* out) {
    *out << test.name;
}

constexpr const char* own = "tests/golden/overlay/";
const Case cases[] = {
    {"shapes", "shapes.json", "main", {0, {}}, {30, 1}, "checker"},
    {"text", "text.json", "main", {0, {}}, {30, 1}, "checker"},
    {"geometry", "geometry.json", "main", {0, {}}, {30, 1}, "checker"},
    {"image", "image.json", "main", {0, {}}, {30, 1}, "checker"},
    {"reveal_and_groups", "reveal_and_groups.json", "main", {0, {}}, {30, 1}, "checker"},
    {"effects", "effects.json", "main", {0, {}}, {30, 1}, "bars"},
    {"composed_6", "composed.json", "main", {6, {}}, {30, 1}, "checker"},
    {"composed_21", "composed.json", "main", {21, {}}, {30, 1}, "bars"},
    {"composed_40", "composed.json", "main", {40, {}}, {30, 1}, "checker"},
    {"moving_0", "moving.json", "main", {0, {}}, {30000, 1001}, "checker"},
    {"moving_7", "moving.json", "main", {7, {}}, {30000, 1001}, "checker"},
    {"moving_16", "moving.json", "main", {16, {}}, {30000, 1001}, "checker"},
    {"moving_30", "moving.json", "main", {30, {}}, {30000, 1001}, "checker"},
    {"lower_third_0",
     "sim/demo/overlays/lower_third.json",
     "lower_third",
     {0, {}},
     {30, 1},
     "bars"},
    {"lower_third_8",
     "sim/demo/overlays/lower_third.json",
     "lower_third",
     {8, {}},
     {30, 1},
     "bars"},
    {"lower_third_60",
     "sim/demo/overlays/lower_third.json",
     "lower_third",
     {60, {}},
     {30, 1},
     "checker"},
    {"lower_third_out",
     "sim/demo/overlays/lower_third.json",
     "lower_third",
     {60, 7},
     {30, 1},
     "checker"},
    {"bug_4", "sim/demo/overlays/bug.json", "bug", {4, {}}, {30, 1}, "checker"},
    {"bug_60", "sim/demo/overlays/bug.json", "bug", {60, {}}, {30, 1}, "bars"},
};

// The demo's logo and the goldens' own assets, by their hashes; every other one is missing on
// purpose.
class DemoAssets final : public AssetSource {
  public:
    DemoAssets() {
        add(source / "sim/demo/assets/logo.png");
        for (const auto& entry : fs::directory_iterator(goldens / "assets")) add(entry.path());
    }
    Result<std::string> read(const std::string& sha256) const override {
        const auto found = files_.find(sha256);
        if (found != files_.end()) return found->second;
        return fail(ErrorCode::RES_NOT_FOUND, "missing on purpose");
    }

  private:
    void add(const fs::path& path) {
        const auto bytes = read_file(path, 1 << 20);
        ASSERT_TRUE(bytes.ok()) << path;
        files_[crypto::sha256_hex(*bytes)] = *bytes;
    }
    std::map<std::string, std::string> files_;
};

void draw_background(const Picture& picture, const std::string& name) {
    if (name != "checker") return draw_slate(picture, name.c_str());
    fill(picture, 98, 128, 128);
    for (int y = 0; y < picture.height; ++y) {
        for (int x = 0; x < picture.width; ++x) {
            if ((x / 20 + y / 20) % 2) picture.y[y * picture.y_stride + x] = 122;
        }
    }
}

golden::Rgb draw(const Case& test) {
    const std::string document = test.document;
    const fs::path path =
        source / (document.find('/') == std::string::npos ? own + document : document);
    const auto text = read_file(path, 1 << 20);
    EXPECT_TRUE(text.ok()) << path;
    auto parsed = contract::parse_overlay_document(*text);
    EXPECT_TRUE(parsed.ok()) << describe(parsed.error());
    auto renderer = OverlayRenderer::open(*parsed, DemoAssets(), width, height).value();
    EXPECT_TRUE(renderer->prepare(test.scene, {}, test.rate).ok());
    OwnedPicture picture(width, height);
    draw_background(picture.view(), test.background);
    renderer->draw(picture.view(), test.scene, test.clock, test.rate, {});
    EXPECT_EQ(renderer->stand_ins(), 0);
    return golden::from_picture(picture.view());
}

// Compares with the golden of that name; a missing one is a failure, never a reason to write it.
testing::AssertionResult matches(const std::string& name, const golden::Rgb& actual) {
    const fs::path path = goldens / (name + ".png");
    if (std::getenv("VISTTER_WRITE_GOLDENS")) {
        return golden::write_png(actual, path).ok()
                   ? testing::AssertionSuccess()
                   : testing::AssertionFailure() << "cannot write " << path;
    }
    const auto expected = golden::read_png(path);
    const fs::path report = fs::path(VISTTER_BIN_DIR) / "golden_failures" / (name + ".png");
    if (!expected.ok()) {
        (void)golden::write_png(actual, report);
        return testing::AssertionFailure()
               << "no golden " << path << "; what was drawn: " << report;
    }
    const golden::Difference difference = golden::compare(*expected, actual);
    if (difference.within()) return testing::AssertionSuccess();
    (void)golden::write_png(golden::side_by_side(*expected, actual), report);
    return testing::AssertionFailure()
           << "worst " << difference.worst << " of 2, mean " << difference.mean
           << " of 0.25; expected, actual and difference: " << report;
}

class Golden : public testing::TestWithParam<Case> {};

// G3.1, G3.3: the picture of these frames is the accepted one.
TEST_P(Golden, IsDrawnAsAccepted) {
    EXPECT_TRUE(matches(GetParam().name, draw(GetParam())));
}

INSTANTIATE_TEST_SUITE_P(Overlay, Golden, testing::ValuesIn(cases),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(GoldenSlate, TechnicalDifficultiesIsDrawnAsAccepted) {
    OwnedPicture picture(width, height);
    draw_slate(picture.view(), "technical_difficulties");
    EXPECT_TRUE(matches("technical_difficulties", golden::from_picture(picture.view())));
}

// The harness itself can fail: on a missing golden, on one wrong flat pixel, on a shift by one
// pixel.
TEST(GoldenHarness, FailsWhenItShould) {
    if (std::getenv("VISTTER_WRITE_GOLDENS")) return;
    EXPECT_FALSE(matches("no_such_golden", draw(cases[0])));
    golden::Rgb image = draw(cases[0]);
    golden::Rgb changed = image;
    changed.bytes[(30 * width + 5) * 3] += 3;
    EXPECT_FALSE(golden::compare(image, changed).within());
    golden::Rgb shifted = image;
    std::rotate(shifted.bytes.begin(), shifted.bytes.begin() + 3, shifted.bytes.end());
    EXPECT_FALSE(golden::compare(image, shifted).within());
    EXPECT_TRUE(golden::compare(image, image).within());
}

TEST(GoldenHarness, EveryPictureHasItsCase) {
    std::set<std::string> names{"technical_difficulties"};
    for (const Case& test : cases) names.insert(test.name);
    for (const auto& entry : fs::directory_iterator(goldens)) {
        if (entry.path().extension() != ".png") continue;
        EXPECT_TRUE(names.contains(entry.path().stem())) << entry.path();
    }
}

// G3.3: the picture of a frame is the same however one comes to it (seek or play), byte for byte.
TEST(GoldenHarness, AFrameDependsOnItsNumberAlone) {
    const Case& test = cases[6];
    EXPECT_EQ(draw(test).bytes, draw(test).bytes);
}

}  // namespace
}  // namespace vistter::render
