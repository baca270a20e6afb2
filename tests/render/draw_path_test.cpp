// The tick thread's side of the renderer: draw() takes no memory and never meets a half-made sprite
// set.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>

#include "render/render_kit.hpp"

namespace {

thread_local bool counting = false;
std::atomic<int> allocations{0};

}  // namespace

// Not inlined: GCC would take a matching pair seen apart for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
    if (counting) allocations.fetch_add(1);
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace vistter::render {
namespace {

using namespace kit;

constexpr int width = 320, height = 180;

// A group of these under a clip, a mask and a blend mode, and a group in it.
void add_composed(std::vector<Layer>& layers, const std::vector<Layer>& children) {
    Layer inner;
    inner.layer_id = "inner";
    inner.kind = LayerKind::group;
    inner.layers = children;
    inner.clip = contract::Clip{{.1, .1, .1, .1}, 9};
    Layer mask = solid("mask", {40, 20}, {120, 120}, {255, 255, 255, 200});
    mask.tracks.push_back(track(Property::rotation, {{0, 0.0, {}}, {1000, 45.0, {}}}));
    Layer outer = inner;
    outer.layer_id = "outer";
    outer.layers.push_back(inner);
    outer.mask = contract::Mask{"mask", "luma"};
    outer.blend = "screen";
    outer.tracks.push_back(track(Property::opacity, {{0, .2, {}}, {1000, 1.0, {}}}));
    layers.push_back(mask);
    layers.push_back(outer);
}

// Everything that moves, at once.
OverlayDocument busy() {
    auto made = document(width, height);
    made.tokens["name"].default_value =
        std::string("A name long enough to leave the small string behind");
    Layer moving = solid("moving", {0, 0}, {80, 40}, {200, 40, 40, 200});
    moving.tracks.push_back(
        track(Property::position, {{0, Pair{-20.3, 5}, {}}, {1000, Pair{300, 90.7}, {}}}));
    moving.tracks.push_back(track(Property::opacity, {{0, 0.0, {}}, {1000, 1.0, {}}}));
    Layer turning = solid("turning", {60, 60}, {40, 40}, {40, 200, 40, 255});
    turning.tracks.push_back(track(Property::rotation, {{0, 0.0, {}}, {1000, 180.0, {}}}));
    turning.tracks.push_back(track(Property::reveal, {{0, 0.0, {}}, {1000, 1.0, {}}}));
    Layer colored = solid("colored", {200, 100}, {30, 30}, {0, 0, 0, 255});
    colored.tracks.push_back(track(
        Property::fill_color, {{0, Color{0, 0, 0, 255}, {}}, {1000, Color{0, 0, 255, 255}, {}}}));
    Layer text;
    text.layer_id = "a text layer with a long name";
    text.kind = LayerKind::text;
    text.text.content = "{{name|upper}}";
    text.text.box = Pair{200, 40};
    made.scenes[0].layers = {moving, turning, colored, text};
    add_composed(made.scenes[0].layers, {moving, turning, colored, text});
    return made;
}

TEST(DrawPath, DrawingTakesNoMemory) {
    auto renderer = opened(busy(), width, height);
    const ocl::Tokens tokens{
        {"name", std::string("Another name that no small string could hold either")}};
    ASSERT_TRUE(renderer->prepare("main", {}).ok());
    ASSERT_TRUE(renderer->prepare("main", tokens).ok());
    OwnedPicture picture(width, height);
    const Picture view = picture.view();
    const std::string scene = "main";
    allocations = 0;
    counting = true;
    for (int n = 0; n < 60; ++n) {
        renderer->draw(view, scene, {n, {}}, {30, 1}, tokens);
        renderer->draw(view, scene, {30, n}, {30, 1}, {});
        renderer->draw(view, scene, {n, {}}, {25, 1}, tokens);  // another rate: stand-ins
    }
    counting = false;
    EXPECT_EQ(allocations.load(), 0);
}

// One thread draws while another keeps preparing new sets: every picture is one set's whole
// picture.
TEST(DrawPath, SetsAreSwappedInWhole) {
    auto made = document(64, 64);
    for (int i = 0; i < 2; ++i) {
        Layer half;
        half.layer_id = i == 0 ? "left" : "right";
        half.kind = LayerKind::text;
        half.text.content = "{{word}}";
        half.text.box = Pair{32, 64};
        half.props[Property::position] = Pair{32.0 * i, 0};
        made.scenes[0].layers.push_back(half);
    }
    auto renderer = opened(made, 64, 64);
    ASSERT_TRUE(renderer->prepare("main", {{"word", std::string("0")}}).ok());
    std::atomic<bool> done{false};
    std::thread worker([&] {
        for (int i = 1; i < 200; ++i) {
            EXPECT_TRUE(renderer->prepare("main", {{"word", std::to_string(i % 10)}}).ok());
        }
        done = true;
    });
    const ocl::Tokens never{{"word", std::string("never prepared")}};
    int drawn_pictures = 0;
    while (!done || drawn_pictures == 0) {
        OwnedPicture picture(64, 64);
        renderer->draw(picture.view(), "main", {0, {}}, {30, 1}, never);
        ++drawn_pictures;
        for (int y = 0; y < 64; ++y) {
            for (int x = 0; x < 32; ++x) ASSERT_EQ(luma(picture, x, y), luma(picture, x + 32, y));
        }
    }
    worker.join();
    EXPECT_GT(renderer->memory(), 0u);
}

}  // namespace
}  // namespace vistter::render
