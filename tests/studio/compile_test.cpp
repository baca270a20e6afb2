// Studio compiles for the appliances that shall play a scene, and names those that cannot.
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "contract/validate.hpp"
#include "crypto/digest.hpp"
#include "studio/studio_in_process.hpp"

namespace vistter::studio {
namespace {

const std::string pier = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABC";
const std::string tower = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABD";

class CompileTest : public testing::Test {
  protected:
    StudioInProcess studio;
    std::string ann = studio.sign_in("ann", "admin");

    void SetUp() override {
        studio.add_device(pier, "SN-1");
        studio.add_device(tower, "SN-2");
    }
    void hello(const std::string& device_id, std::vector<std::string> features,
               std::map<std::string, std::int64_t> limits = {},
               std::vector<std::string> versions = {"1.0"}) {
        contract::Hello said;
        said.firmware_version = "1.0.0";
        said.ocl_versions = std::move(versions);
        said.ocl_features = std::move(features);
        said.ocl_limits = std::move(limits);
        contract::Envelope envelope;
        envelope.device_id = device_id;
        studio.projection->on_hello(envelope, said);
    }
    static json::value scene(const std::string& layer) {
        return json::parse(
            R"({"authoring_version":"1.0","kind":"authoring.scene","overlay_id":"ovl_t","revision":1,
                "rate":{"num":25,"den":1},"scenes":[{"scene_id":"one","layers":[)" +
            layer + "]}]}");
    }
    Reply compile(const json::value& scene, json::array devices) {
        return studio.ask(ann, "POST", "/v1/overlays:compile",
                          {{"scene", scene}, {"device_ids", std::move(devices)}});
    }
};

constexpr auto solid = R"({"layer_id":"a","kind":"solid","enter":"fade"})";
constexpr auto blurred = R"({"layer_id":"a","kind":"solid","props":{"blur":4},"essential":true})";

// G3.1
TEST_F(CompileTest, AppliancesThatCanPlayItShareOneDocument) {
    hello(pier, {});
    hello(tower, {"effect.blur"});
    const Reply made = compile(scene(solid), {pier, tower});
    ASSERT_EQ(made.status, 200) << made.text;
    const json::object answer = json::parse(made.text).as_object();
    EXPECT_TRUE(answer.at("ok").as_bool());
    const json::object& documents = answer.at("documents").as_object();
    ASSERT_EQ(documents.size(), 1u);
    const std::string text = json::serialize(documents.begin()->value());
    EXPECT_TRUE(contract::validate_file(text).empty());
    for (const json::value& one : answer.at("appliances").as_array())
        EXPECT_EQ(one.at("sha256").as_string(), documents.begin()->key());
}

// G3.15, G3.16: before anything is sent.
TEST_F(CompileTest, TheApplianceThatCannotPlayItIsNamed) {
    hello(pier, {});
    hello(tower, {"effect.blur"});
    const json::value answer = json::parse(compile(scene(blurred), {pier, tower}).text);
    EXPECT_FALSE(answer.at("ok").as_bool());
    const json::array& all = answer.at("appliances").as_array();
    EXPECT_FALSE(all.at(0).at("ok").as_bool());
    EXPECT_TRUE(all.at(0).at("sha256").is_null());
    EXPECT_EQ(all.at(0).at("report").at(0).at("code").as_string(), "OCL_FEATURE_UNSUPPORTED");
    EXPECT_EQ(all.at(0).at("report").at(0).at("authoring").as_string(), "/scenes/0/layers/0");
    EXPECT_TRUE(all.at(1).at("ok").as_bool());
    EXPECT_EQ(answer.at("documents").as_object().size(), 1u);
}

// G3.15
TEST_F(CompileTest, VersionsAndLimitsAreThoseOfTheLastHello) {
    const auto code = [&] {
        const json::value answer = json::parse(compile(scene(solid), {pier}).text);
        const json::array& report = answer.at("appliances").at(0).at("report").as_array();
        return report.empty() ? std::string() : std::string(report[0].at("code").as_string());
    };
    EXPECT_EQ(code(), "STA_NOT_READY");
    hello(pier, {}, {}, {"2.0"});
    EXPECT_EQ(code(), "OCL_VERSION");
    hello(pier, {}, {{"layers_per_scene", 0}});
    EXPECT_EQ(code(), "OCL_LIMIT");
    hello(pier, {}, {{"layers_per_scene", 1}});
    EXPECT_EQ(code(), "");
}

TEST_F(CompileTest, WrongRequestsAreRefused) {
    hello(pier, {});
    const Reply wrong = compile(scene(R"({"layer_id":"a","kind":"blob"})"), {pier});
    EXPECT_EQ(wrong.status, 422) << wrong.text;
    EXPECT_NE(wrong.text.find("/scene/scenes/0/layers/0/kind"), std::string::npos) << wrong.text;
    EXPECT_EQ(compile(scene(solid), {"dev_01J9Z6V7Q8M4K2R5T3W1X0YZZZ"}).status, 404);
    EXPECT_EQ(compile(scene(solid), {}).status, 422);
    EXPECT_EQ(compile(scene(solid), {pier, pier}).status, 409);
    const std::string viewer = studio.sign_in("vic", "viewer");
    EXPECT_EQ(studio.ask(viewer, "POST", "/v1/overlays:compile").status, 403);
}

// Another organisation's appliance does not exist.
TEST_F(CompileTest, OnlyForAppliancesOfOnesOwn) {
    hello(pier, {});
    ASSERT_TRUE(studio.accounts->add_org({"org_other", "The other house", false, {}, "other"},
                                         {.user_id = "usr_eve",
                                          .tenant = "org_other",
                                          .username = "eve",
                                          .password_hash = "unused",
                                          .role = "admin"}));
    const std::string eve = studio.sign_in("eve", "admin", "org_other");
    EXPECT_EQ(studio
                  .ask(eve, "POST", "/v1/overlays:compile",
                       {{"scene", scene(solid)}, {"device_ids", json::array{pier}}})
                  .status,
              404);
}

}  // namespace
}  // namespace vistter::studio
