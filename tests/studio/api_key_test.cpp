// Keys for tools: shown once, held to their role and time, and no way to make more of themselves.
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "studio/studio_in_process.hpp"

namespace vistter::studio {
namespace {

class ApiKeyTest : public testing::Test {
  protected:
    StudioInProcess studio;
    std::string ann = studio.sign_in("ann", "admin");

    Reply make(const std::string& role, std::int64_t expires_in_s = 3'600) {
        return studio.ask(ann, "POST", "/v1/api-keys",
                          {{"name", "nightly"}, {"role", role}, {"expires_in_s", expires_in_s}});
    }
    json::object listed(const std::string& key_id) {
        const Reply page = studio.get(ann, "/v1/api-keys");
        for (const json::value& each : page.body.at("items").as_array()) {
            if (each.at("key_id").as_string() == std::string_view(key_id)) return each.as_object();
        }
        return {};
    }
};

TEST_F(ApiKeyTest, IsShownOnceAndKeptAsAHash) {
    const Reply made = make("operator");
    ASSERT_EQ(made.status, 201) << made.text;
    const std::string key = made.member("key");
    EXPECT_TRUE(key.starts_with("vst_"));
    EXPECT_EQ(made.headers.at("location"), "/v1/api-keys/" + made.member("key_id"));
    const Reply list = studio.get(ann, "/v1/api-keys");
    EXPECT_EQ(list.text.find(key), std::string::npos);
    EXPECT_EQ(listed(made.member("key_id")).at("state"), "open");
    studio.database->execute("PRAGMA wal_checkpoint(TRUNCATE)");
    const std::string bytes = read_file(studio.folder / "studio.db", 1U << 26U).value();
    EXPECT_EQ(bytes.find(key.substr(4)), std::string::npos);
}

TEST_F(ApiKeyTest, SpeaksWithItsRoleUnderItsOwnName) {
    const Reply made = make("operator");
    const std::string key = made.member("key");
    studio.add_device("dev_01J9Z6V7Q8M4K2R5T3W1X0YABC", "SN-1");
    const Reply sent = studio.ask(
        key, "POST", "/v1/appliances/dev_01J9Z6V7Q8M4K2R5T3W1X0YABC/commands",
        {{"type", "STREAM_CONTROL"},
         {"body",
          {{"stream_id", "str_main"}, {"command", "stop"}, {"parameters", json::object{}}}}},
        {{"idempotency-key", "k"}});
    ASSERT_EQ(sent.status, 202) << sent.text;
    const Reply record = studio.get(ann, "/v1/commands/" + sent.member("message_id"));
    EXPECT_EQ(record.body.at("actor"),
              (json::value{{"kind", "api"}, {"id", made.member("key_id")}, {"role", "operator"}}));
    EXPECT_EQ(studio.ask(key, "POST", "/v1/pairing-tokens", {{"serial", "SN-9"}}).status, 403);
    EXPECT_FALSE(listed(made.member("key_id")).at("last_used_at").is_null());
    EXPECT_EQ(studio.trail().at(0).actor_name, "nightly");
}

TEST_F(ApiKeyTest, EndsWithItsTimeOrWhenItIsRevoked) {
    const std::string short_lived = make("viewer", 60).member("key");
    const Reply made = make("viewer");
    const std::string key = made.member("key");
    EXPECT_EQ(studio.get(short_lived, "/v1/me").status, 200);
    studio.clock.advance_ms(60'000);
    EXPECT_EQ(studio.get(short_lived, "/v1/me").status, 401);
    EXPECT_EQ(studio.get(key, "/v1/me").status, 200);
    const std::string one = "/v1/api-keys/" + made.member("key_id");
    EXPECT_EQ(studio.ask(ann, "DELETE", one).status, 204);
    EXPECT_EQ(studio.get(key, "/v1/me").status, 401);
    EXPECT_EQ(studio.ask(ann, "DELETE", one).status, 404);
    EXPECT_EQ(listed(made.member("key_id")).at("state"), "revoked");
}

// An admin's key administers appliances, not people, keys, or Studio itself.
TEST_F(ApiKeyTest, IsNoPerson) {
    const std::string key = make("admin").member("key");
    EXPECT_EQ(studio.ask(key, "POST", "/v1/pairing-tokens", {{"serial", "SN-9"}}).status, 201);
    EXPECT_EQ(studio.get(key, "/v1/audit").status, 200);
    for (const auto& [method, path] :
         {std::pair{"POST", "/v1/api-keys"}, std::pair{"GET", "/v1/orgs/test/members"},
          std::pair{"POST", "/v1/orgs"}, std::pair{"PUT", "/v1/me/password"},
          std::pair{"DELETE", "/v1/auth/session"}, std::pair{"POST", "/v1/studio/keys:rotate"}}) {
        const Reply refused = studio.ask(key, method, path);
        EXPECT_EQ(refused.status, 403) << method << " " << path << " " << refused.text;
    }
}

TEST_F(ApiKeyTest, CountsOnlyInItsHeader) {
    const std::string key = make("admin").member("key");
    EXPECT_EQ(
        studio.ask_plainly("GET", "/v1/me", "", {{"cookie", "vistter_session=" + key}}).status,
        401);
    EXPECT_EQ(studio.get(key + "x", "/v1/me").status, 401);
}

TEST_F(ApiKeyTest, BelongsToItsOrganisation) {
    ASSERT_TRUE(studio.accounts->add_org({"org_other", "The other house", false, {}, "other"},
                                         {.user_id = "usr_bob",
                                          .tenant = "org_other",
                                          .username = "bob",
                                          .password_hash = "unused",
                                          .role = "admin"}));
    const std::string bob = studio.sign_in("bob", "admin", "org_other");
    const Reply made = make("admin");
    EXPECT_TRUE(studio.get(bob, "/v1/api-keys").body.at("items").as_array().empty());
    EXPECT_EQ(studio.ask(bob, "DELETE", "/v1/api-keys/" + made.member("key_id")).status, 404);
    EXPECT_EQ(studio.get(made.member("key"), "/v1/me").member("org_id"), "test");
}

TEST_F(ApiKeyTest, RefusesWhatItCannotBe) {
    EXPECT_EQ(make("owner").pointers(), std::vector<std::string>{"/role"});
    EXPECT_EQ(make("viewer", 1).pointers(), std::vector<std::string>{"/expires_in_s"});
    for (int n = 0; n < most_api_keys; ++n) ASSERT_EQ(make("viewer").status, 201) << n;
    EXPECT_EQ(make("viewer").code(), "LIM_CAPACITY");
}

}  // namespace
}  // namespace vistter::studio
