// OVERLAY_UPDATE with the overlay that the contract's sample timeline brings (contract B.8.5).
#include <gtest/gtest.h>

#include "appliance/core/show_bench.hpp"

namespace vistter::appliance::test {
namespace {

class OverlayDeskTest : public ::testing::Test {
  protected:
    OverlayDeskTest() {
        bench.make_ready();
        document = *bench.load().document.overlays[0].ocl;
        bench.program.take();
    }
    contract::OverlayUpdate update(const std::string& mode) const {
        contract::OverlayUpdate out;
        out.overlay_id = document.overlay_id;
        out.mode = mode;
        out.slot = "corner";
        if (mode == "show") out.scene_id = document.scenes[0].scene_id;
        return out;
    }
    ShowBench bench;
    contract::OverlayDocument document;
};

TEST_F(OverlayDeskTest, ShowsUntilItIsHidden) {
    EXPECT_EQ(bench.send(update("show")).decision.ack.status, "completed");
    EXPECT_EQ(bench.program.take(), std::vector<std::string>{"show " + document.overlay_id + " " +
                                                             document.scenes[0].scene_id + " {}"});
    EXPECT_EQ(bench.send(update("remove")).code(), "STA_IN_USE");
    EXPECT_EQ(bench.send(update("hide")).decision.ack.status, "completed");
    EXPECT_EQ(bench.program.take(),
              std::vector<std::string>{"hide " + document.overlay_id + " scene"});
    EXPECT_EQ(bench.send(update("hide")).code(), "STA_TRANSITION");
    EXPECT_EQ(bench.send(update("remove")).decision.ack.status, "completed");
    EXPECT_EQ(bench.send(update("show")).code(), "RES_NOT_FOUND");
}

TEST_F(OverlayDeskTest, AClaimIsRepeatedToANewProgrammeOnly) {
    bench.send(update("show"));
    bench.program.take();
    OverlayReport shown;
    shown.overlay_id = document.overlay_id;
    shown.slot = "corner";
    shown.state = "shown";
    bench.appliance->on_overlay(shown);
    bench.appliance->program_ready(true);
    for (const auto& order : bench.program.take()) EXPECT_FALSE(order.starts_with("show")) << order;
    bench.appliance->program_lost();
    bench.appliance->program_ready(false);
    const auto orders = bench.program.take();
    EXPECT_EQ(std::count_if(orders.begin(), orders.end(),
                            [](const auto& o) { return o.starts_with("show"); }),
              1);
}

// G2.23: what the programme shows otherwise than asked is an EVENT, and the claim stays.
TEST_F(OverlayDeskTest, AFallbackIsHeard) {
    bench.send(update("show"));
    OverlayReport fallback;
    fallback.overlay_id = document.overlay_id;
    fallback.state = "fallback";
    fallback.error_code = "AST_HASH";
    fallback.error_message = "Asset 'logo' is damaged.";
    bench.appliance->on_overlay(fallback);
    EXPECT_EQ(bench.road.count("overlay.fallback_used"), 1);
    EXPECT_EQ(bench.road.count("overlay.invalid"), 0);
    EXPECT_EQ(bench.send(update("hide")).decision.ack.status, "completed");
}

TEST_F(OverlayDeskTest, WhatARunShowsBelongsToTheRun) {
    OverlayReport shown;
    shown.overlay_id = document.overlay_id;
    shown.slot = "corner";
    shown.run_id = "run_1";
    shown.state = "shown";
    bench.appliance->on_overlay(shown);
    EXPECT_EQ(bench.send(update("hide")).code(), "STA_IN_USE");
    EXPECT_EQ(bench.appliance->overlays().at(0).state, "shown");
}

TEST_F(OverlayDeskTest, TokensMustBeDeclared) {
    auto show = update("show");
    show.tokens["nobody"] = contract::TokenValue(std::string("x"));
    const auto outcome = bench.send(show);
    EXPECT_EQ(outcome.code(), "OCL_TOKEN");
    EXPECT_EQ(outcome.pointer(), "/tokens/nobody");
    contract::OverlayDocument with = document;
    with.tokens["home"].type = "number";
    Faults faults;
    judge_tokens({{"home", contract::TokenValue(std::string("two"))}}, with, faults);
    ASSERT_FALSE(faults.none());
    EXPECT_EQ(faults.error().code, ErrorCode::OCL_TOKEN);
}

TEST_F(OverlayDeskTest, TakesAnInlinePackageWhoseChecksumIsRight) {
    auto package = update("package");
    package.ocl = document;
    package.ocl_text = bench.load().document.overlays[0].ocl_text;
    package.checksum = "sha256:" + std::string(64, '0');
    EXPECT_EQ(bench.send(package).code(), "AST_HASH");
    package.checksum = "sha256:" + crypto::sha256_hex(package.ocl_text);
    bench.overlays.rows.clear();
    const auto outcome = bench.send(package);
    EXPECT_EQ(outcome.decision.ack.status, "accepted");
    EXPECT_EQ(bench.road.states(outcome.id), "preparing succeeded");
    EXPECT_TRUE(bench.overlays.find(document.overlay_id));
    document.assets["logo"].sha256 = std::string(64, 'a');
    package.ocl = document;
    EXPECT_EQ(bench.send(package).code(), "VAL_REFERENCE") << "the library lacks what it shows";
}

TEST_F(OverlayDeskTest, RefusesClearlyWhatItDoesNotDo) {
    EXPECT_EQ(bench.send(update("edit")).code(), "STA_UNSUPPORTED_ACTION");
    auto by_address = update("package");
    by_address.ocl_package_uri = "https://studio.example/p";
    EXPECT_EQ(bench.send(by_address).code(), "STA_UNSUPPORTED_ACTION");
    auto later = update("show");
    later.effective = "at";
    EXPECT_EQ(bench.send(later).pointer(), "/effective/mode");
    auto elsewhere = update("show");
    elsewhere.scene_id = "nowhere";
    EXPECT_EQ(bench.send(elsewhere).code(), "OCL_REFERENCE");
    EXPECT_EQ(bench.send(update("tokens")).code(), "STA_TRANSITION") << "it is not shown";
}

TEST_F(OverlayDeskTest, TokensAddToThoseGivenBefore) {
    bench.send(update("show"));
    contract::OverlayDocument with = document;
    OverlayClaim claim = bench.overlays.held.at("corner");
    claim.tokens["a"] = contract::TokenValue(1.5);
    bench.overlays.put_claim(claim);
    EXPECT_EQ(tokens_json(bench.overlays.held.at("corner").tokens), R"({"a":1.5})");
}

}  // namespace
}  // namespace vistter::appliance::test
