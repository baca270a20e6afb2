// Freshness of tokens (contract C.9): a value too old is shown by its rule only.
#include "ocl/freshness.hpp"

#include <gtest/gtest.h>

#include "ocl/document_kit.hpp"
#include "ocl/tokens.hpp"

namespace vistter::ocl {
namespace {

contract::TokenSpec wind(const std::string& on_stale) {
    contract::TokenSpec spec;
    spec.type = "number";
    spec.source = "feed:weather";
    spec.max_age_s = 600;
    spec.on_stale = on_stale;
    spec.default_value = 7.0;
    return spec;
}

LayerState shown(const std::string& on_stale, contract::TokenValue value, std::int64_t age_ms) {
    contract::Layer layer;
    layer.kind = contract::LayerKind::text;
    layer.text.content = "{{wind}} kn";
    auto document = kit::document(layer);
    document.tokens["wind"] = wind(on_stale);
    const FreshTokens tokens = fresh_tokens(document.tokens, {{"wind", {value, age_ms}}});
    return evaluate_fresh(document, "main", {}, {30, 1}, tokens).value().layers.front();
}

TEST(Freshness, AValueIsFreshUpToItsAgeAndNotAMillisecondLonger) {
    for (const char* rule : {"last", "default", "hide_layer", "fallback"}) {
        const LayerState fresh = shown(rule, 12.0, 600'000);
        EXPECT_EQ(fresh.content, "12 kn");
        EXPECT_TRUE(fresh.visible);
        EXPECT_FALSE(fresh.fallback);
    }
    EXPECT_EQ(shown("last", 12.0, 600'001).content, "12 kn");
    EXPECT_EQ(shown("default", 12.0, 600'001).content, "7 kn");
    const LayerState hidden = shown("hide_layer", 12.0, 600'001);
    EXPECT_FALSE(hidden.visible);
    EXPECT_FALSE(hidden.fallback);
    EXPECT_EQ(hidden.content, " kn") << "the stale number is nowhere";
    const LayerState stood_in = shown("fallback", 12.0, 600'001);
    EXPECT_FALSE(stood_in.visible);
    EXPECT_TRUE(stood_in.fallback);
}

TEST(Freshness, AValueNeverHeardIsMissingNotStale) {
    const LayerState layer = shown("hide_layer", std::nullopt, 900'000);
    EXPECT_TRUE(layer.visible);
    EXPECT_EQ(layer.content, "7 kn");
}

TEST(Freshness, ATokenWithoutAnAgeNeverGrowsOldAndAStrangersReadingIsLeftOut) {
    std::map<std::string, contract::TokenSpec> declared{{"wind", wind("hide_layer")}};
    declared["wind"].max_age_s.reset();
    const FreshTokens tokens =
        fresh_tokens(declared, {{"wind", {3.0, 1LL << 40}}, {"other", {4.0, 0}}});
    EXPECT_EQ(tokens.values, (Tokens{{"wind", 3.0}}));
    EXPECT_TRUE(tokens.withheld.empty());
}

TEST(Freshness, AMissingTokenMayAskForTheLayersFallback) {
    std::map<std::string, contract::TokenSpec> declared{{"wind", wind("last")}};
    declared["wind"].default_value.reset();
    declared["wind"].on_missing = "fallback";
    const ResolvedText resolved = resolve_tokens("{{wind}}", declared, {});
    EXPECT_TRUE(resolved.hide_layer);
    EXPECT_TRUE(resolved.fallback);
    EXPECT_FALSE(resolve_tokens("{{wind|default:\"-\"}}", declared, {}).hide_layer);
}

// An invisible layer has nothing a fallback could stand in for.
TEST(Freshness, ALayerThatIsNotOnHasNoFallback) {
    contract::Layer layer;
    layer.kind = contract::LayerKind::text;
    layer.text.content = "{{wind}}";
    layer.in_ms = 500;
    auto document = kit::document(layer);
    document.tokens["wind"] = wind("fallback");
    const FreshTokens tokens = fresh_tokens(document.tokens, {{"wind", {1.0, 700'000}}});
    const auto at = [&](std::int64_t frame) {
        return evaluate_fresh(document, "main", {frame, {}}, {10, 1}, tokens)
            .value()
            .layers.front();
    };
    EXPECT_FALSE(at(4).fallback);
    EXPECT_TRUE(at(5).fallback);
}

}  // namespace
}  // namespace vistter::ocl
