// Secrets in bodies: sealed where they stand, strict where they are read, gone where a body is
// remembered (contract B.8; G5.7).
#include "contract/secrets.hpp"

#include <gtest/gtest.h>

namespace vistter::contract {
namespace {

struct Sealer {
    std::vector<std::string> seen;
    Seal seal() {
        return [this](const std::string& secret) -> Result<std::string> {
            seen.push_back(secret);
            return "SEALED" + std::to_string(seen.size());
        };
    }
};

constexpr const char* config =
    R"({"config_patch":{"destinations":{"dst_a":{"kind":"rtmp","url":"rtmp://h/live","stream_key":"k3y"},)"
    R"("dst_b":{"kind":"file","path":"a.ts"},"dst_c":null}},"dry_run":true})";

TEST(Secrets, AStreamKeyIsSealedWithTheAddressItIsFor) {
    Sealer sealer;
    const auto sealed = seal_secrets(MessageType::DEVICE_CONFIG, config, sealer.seal());
    ASSERT_TRUE(sealed.ok());
    EXPECT_EQ(
        *sealed,
        R"({"config_patch":{"destinations":{"dst_a":{"kind":"rtmp","url":"rtmp://h/live","secret_sealed":"SEALED1"},)"
        R"("dst_b":{"kind":"file","path":"a.ts"},"dst_c":null}},"dry_run":true})");
    ASSERT_EQ(sealer.seen.size(), 1U);
    const auto secret = parse_destination_secret(sealer.seen[0]);
    ASSERT_TRUE(secret.ok());
    EXPECT_EQ(secret->address, "rtmp://h/live");
    EXPECT_EQ(secret->stream_key, "k3y");
    EXPECT_FALSE(parse_camera_secret(sealer.seen[0]).ok()) << "another kind";
}

TEST(Secrets, ACamerasCredentialsNameItsPortOfDefaultToo) {
    Sealer sealer;
    const auto sealed =
        seal_secrets(MessageType::CAMERA_ACTION,
                     R"({"action":"add","payload":{"name":"Q","protocol":"rtsp","host":"cam",)"
                     R"("credentials":{"user":"u","password":"p"}}})",
                     sealer.seal());
    ASSERT_TRUE(sealed.ok());
    EXPECT_EQ(sealed->find("\"credentials\""), std::string::npos) << *sealed;
    const auto secret = parse_camera_secret(sealer.seen.at(0));
    ASSERT_TRUE(secret.ok());
    EXPECT_EQ(secret->address, "rtsp://cam:554");
    CameraSpec spec;
    spec.host = "cam";
    EXPECT_EQ(secret->address, secret_address(spec)) << "both ends name it alike";
}

// What is no secret of ours is left for the schema, which refuses it as VAL_INLINE_SECRET.
TEST(Secrets, OtherBodiesAndOtherMembersKeepTheirBytes) {
    Sealer sealer;
    for (const char* body : {R"({"a": 1.50, "stream_key":"x"})", R"({"config_patch":{}})",
                             R"({"config_patch":{"destinations":{"d":{"stream_key":7}}}})"}) {
        EXPECT_EQ(seal_secrets(MessageType::DEVICE_CONFIG, body, sealer.seal()).value(), body);
        EXPECT_EQ(seal_secrets(MessageType::TIMELINE_LOAD, body, sealer.seal()).value(), body);
    }
    EXPECT_TRUE(sealer.seen.empty());
}

TEST(Secrets, WhatCannotBeOneIsRefusedAtItsPlace) {
    Sealer sealer;
    const auto refused = [&](MessageType type, const std::string& body) {
        const auto sealed = seal_secrets(type, body, sealer.seal());
        EXPECT_FALSE(sealed.ok()) << body;
        if (sealed) return std::string();
        EXPECT_EQ(describe(sealed.error()).find("s p a c e"), std::string::npos);
        return std::string(to_string(sealed.error().code)) + " " +
               sealed.error().details.at(0).pointer;
    };
    EXPECT_EQ(
        refused(
            MessageType::DEVICE_CONFIG,
            R"({"config_patch":{"destinations":{"d/1":{"url":"rtmp://h/a","stream_key":"s p a c e"}}}})"),
        "VAL_SCHEMA /config_patch/destinations/d~11/stream_key");
    EXPECT_EQ(
        refused(
            MessageType::DEVICE_CONFIG,
            R"({"config_patch":{"destinations":{"d":{"url":"rtmp://h/a","stream_key":"k","secret_sealed":"x"}}}})"),
        "VAL_DUPLICATE_ID /config_patch/destinations/d/stream_key");
    EXPECT_EQ(refused(MessageType::CAMERA_ACTION,
                      R"({"payload":{"host":"c","credentials":{"user":"","password":"p"}}})"),
              "VAL_SCHEMA /payload/credentials");
    EXPECT_EQ(
        refused(MessageType::CAMERA_ACTION,
                R"({"payload":{"host":"c","credentials":{"user":"u","password":"p","x":1}}})"),
        "VAL_SCHEMA /payload/credentials");
}

TEST(Secrets, AnOpenedSecretHasExactlyItsMembers) {
    for (const char* text :
         {"", "{}", R"({"for":"a"})", R"({"for":"a","stream_key":"k","x":"y"})",
          R"({"for":"a","stream_key":7})", R"({"for":"a","stream_key":""})",
          R"({"for":"a","stream_key":"two words"})", R"(["for","stream_key"])"}) {
        const auto secret = parse_destination_secret(text);
        ASSERT_FALSE(secret.ok()) << text;
        EXPECT_EQ(secret.error().code, ErrorCode::SEC_BAD_SEAL);
    }
    EXPECT_FALSE(parse_camera_secret("{\"for\":\"a\",\"user\":\"u\\n\",\"password\":\"\"}").ok());
    EXPECT_TRUE(parse_camera_secret(R"({"for":"a","user":"ü","password":""})").ok());
}

TEST(Secrets, WhatIsRememberedOfARequestHoldsNone) {
    EXPECT_EQ(without_secrets(R"({"a": 1})"), R"({"a": 1})") << "nothing to take out: as it was";
    EXPECT_EQ(without_secrets(config).find("k3y"), std::string::npos);
    EXPECT_EQ(without_secrets(R"([{"credentials":{"user":"u"}},{"x":{"stream_key":"k"}}])"),
              R"([{},{"x":{}}])");
    EXPECT_EQ(without_secrets("{\"stream\\u005fkey\":\"k3y\"}"), "{}") << "however it is written";
    EXPECT_EQ(without_secrets("{\"stream_key\":"), "{\"stream_key\":") << "no JSON";
}

}  // namespace
}  // namespace vistter::contract
