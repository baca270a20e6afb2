// The audit trail: every write leaves its row, whether it acted or was refused; what is written
// stays; nobody reads another's.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>

#include "base/error.hpp"
#include "base/file.hpp"
#include "studio/studio_in_process.hpp"

namespace vistter::studio {
namespace {

const std::string box = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABC";

std::string name_of(const Route& route) {
    return std::string(route.method) + " " + std::string(route.pattern);
}

// The demo show's pictures, without the overlays' cues: those need assets.
json::object a_timeline() {
    const std::string file = std::string(VISTTER_SOURCE_DIR) + "/sim/demo/timeline.json";
    json::object timeline = json::parse(read_file(file, 1U << 20U).value()).as_object();
    json::object& segment = timeline.at("segments").as_array().at(0).as_object();
    segment["tracks"] = json::array{json::value(segment.at("tracks").as_array().at(0))};
    return timeline;
}

bool writes(const Route& route) {
    return route.method != "GET" && route.access != Access::open && route.act != no_act;
}

class AuditTest : public testing::Test {
  protected:
    StudioInProcess studio;
    std::string ann = studio.sign_in("ann", "admin");

    void SetUp() override { studio.add_device(box, "SN-1"); }
    AuditEntry newest() const { return studio.trail().at(0); }
    std::vector<std::string> actions(const std::string& query) {
        std::vector<std::string> all;
        const Reply page = studio.get(ann, "/v1/audit" + query);
        EXPECT_EQ(page.status, 200) << page.text;
        for (const json::value& item : page.body.at("items").as_array())
            all.emplace_back(item.at("action").as_string());
        return all;
    }
};

TEST_F(AuditTest, EveryWriteHasItsName) {
    for (const Route& route : web_routes()) {
        if (route.method == "GET" || route.access == Access::open) continue;
        EXPECT_FALSE(route.act.empty()) << name_of(route);
    }
}

// By the route table: what a role may not do leaves a row that says who tried.
TEST_F(AuditTest, EveryRefusedWriteLeavesItsRow) {
    const std::string eve = studio.sign_in("eve", "viewer");
    for (const Route& route : web_routes()) {
        SignIn who;
        who.user.role = "viewer";
        if (!writes(route) || is_admitted(route.access, who)) continue;
        std::string path(route.pattern);
        for (auto open = path.find('{'); open != std::string::npos; open = path.find('{'))
            path.replace(open, path.find('}') - open + 1, "nobodys");
        ASSERT_EQ(studio.ask(eve, std::string(route.method), path).status, 403) << name_of(route);
        EXPECT_EQ(newest().row.action, route.act) << name_of(route);
        EXPECT_EQ(newest().row.actor, "usr_eve");
        EXPECT_EQ(newest().row.target, path);
        EXPECT_EQ(newest().row.outcome, "API_FORBIDDEN");
    }
}

// One way to make each write succeed, by the route's name.
class AuditedActs : public AuditTest {
  protected:
    using Ways = std::map<std::string, std::function<Reply()>>;

    // Studio's own keys are no organisation's.
    std::vector<AuditEntry> all_rows() const {
        AuditQuery query;
        query.tenant = StudioInProcess::home;
        query.with_nobodys = true;
        return studio.records->read(query);
    }
    Reply send(const std::string& key) {
        return studio.ask(
            ann, "POST", "/v1/appliances/" + box + "/commands",
            {{"type", "STREAM_CONTROL"},
             {"body",
              {{"stream_id", "str_main"}, {"command", "stop"}, {"parameters", json::object{}}}}},
            {{"idempotency-key", key}});
    }
    Reply post(const std::string& path, const json::object& body = {}) {
        return studio.ask(ann, "POST", path, body, {{"idempotency-key", path}});
    }
    Reply change(const std::string& method, const std::string& path, const json::object& body) {
        return studio.ask(ann, method, path, body, {{"if-match", "*"}});
    }

    void add_commands(Ways& ways) {
        ways["POST /v1/appliances/{device_id}/commands"] = [this] { return send("a"); };
        ways["POST /v1/commands/{message_id}:cancel"] = [this] {
            return post("/v1/commands/" + send("b").member("message_id") + ":cancel");
        };
        ways["POST /v1/commands/{message_id}:resend"] = [this] {
            return post("/v1/commands/" + send("c").member("message_id") + ":resend");
        };
        ways["PATCH /v1/appliances/{device_id}/config"] = [this] {
            return change("PATCH", "/v1/appliances/" + box + "/config",
                          {{"device", {{"name", "Harbour"}}}});
        };
    }
    void add_trust(Ways& ways) {
        ways["POST /v1/pairing-tokens"] = [this] {
            return post("/v1/pairing-tokens", {{"serial", "SN-2"}});
        };
        ways["DELETE /v1/pairing-tokens/{token_id}"] = [this] {
            const Reply made = post("/v1/pairing-tokens", {{"serial", "SN-3"}});
            return change("DELETE", "/v1/pairing-tokens/" + made.member("id"), {});
        };
        ways["POST /v1/enrolments"] = [this] {
            return post("/v1/enrolments", {{"serials", json::array{"SN-4"}}});
        };
        ways["POST /v1/appliances/{device_id}/credentials:rotate"] = [this] {
            return post("/v1/appliances/" + box + "/credentials:rotate",
                        {{"credential", "client_cert"}});
        };
        ways["POST /v1/appliances/{device_id}:revoke"] = [this] {
            const std::string other = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABD";
            studio.add_device(other, "SN-5");
            return post("/v1/appliances/" + other + ":revoke");
        };
        ways["POST /v1/studio/keys:rotate"] = [this] {
            return post("/v1/studio/keys:rotate", {{"key", "message"}});
        };
    }
    void add_library(Ways& ways) {
        ways["POST /v1/assets"] = [this] {
            return studio.ask_plainly(
                "POST", "/v1/assets", "\x89PNG\r\n\x1a\nrest",
                {{"authorization", "Bearer " + ann}, {"content-type", "image/png"}});
        };
        ways["PUT /v1/timelines/{timeline_id}"] = [this] {
            return studio.ask(ann, "PUT", "/v1/timelines/tml_show", a_timeline());
        };
        ways["POST /v1/timelines/{timeline_id}:publish"] = [this] {
            change("PUT", "/v1/timelines/tml_show", a_timeline());
            return post("/v1/timelines/tml_show:publish", {{"device_id", box}});
        };
        ways["POST /v1/timelines/{timeline_id}:execute"] = [this] {
            return post("/v1/timelines/tml_show:execute",
                        {{"device_id", box}, {"execution_mode", "play"}});
        };
    }
    void add_people(Ways& ways) {
        ways["POST /v1/orgs"] = [this] {
            return post("/v1/orgs", {{"name", "Other"},
                                     {"handle", "other"},
                                     {"username", "bob"},
                                     {"password", user_password}});
        };
        ways["POST /v1/orgs/{org_id}/members"] = [this] { return add_member("bob"); };
        ways["PATCH /v1/orgs/{org_id}/members/{user_id}"] = [this] {
            studio.sign_in("cid", "viewer");
            return change("PATCH", "/v1/orgs/test/members/usr_cid", {{"role", "operator"}});
        };
        ways["DELETE /v1/orgs/{org_id}/members/{user_id}"] = [this] {
            studio.sign_in("dan", "viewer");
            return change("DELETE", "/v1/orgs/test/members/usr_dan", {});
        };
        ways["POST /v1/api-keys"] = [this] {
            return post("/v1/api-keys", {{"name", "x"}, {"role", "viewer"}});
        };
        ways["DELETE /v1/api-keys/{key_id}"] = [this] {
            const Reply made = post("/v1/api-keys", {{"name", "x"}, {"role", "viewer"}});
            return change("DELETE", "/v1/api-keys/" + made.member("key_id"), {});
        };
        ways["PUT /v1/me/password"] = [this] {
            add_member("fay");
            const json::object entry{{"username", "fay"}, {"password", user_password}};
            const Reply entered =
                studio.ask_plainly("POST", "/v1/auth/session", json::serialize(entry),
                                   {{"content-type", "application/json"}});
            return studio.ask(
                entered.member("token"), "PUT", "/v1/me/password",
                {{"current_password", user_password}, {"new_password", "another battery"}});
        };
        ways["DELETE /v1/auth/session"] = [this] {
            return studio.ask(studio.sign_in("gus", "viewer"), "DELETE", "/v1/auth/session");
        };
    }
    Reply add_member(const std::string& name) {
        return post("/v1/orgs/test/members",
                    {{"username", name}, {"password", user_password}, {"role", "viewer"}});
    }
};

// A route without its way fails here.
TEST_F(AuditedActs, EveryWriteThatActedLeavesItsRow) {
    Ways ways;
    add_commands(ways);
    add_trust(ways);
    add_library(ways);
    add_people(ways);
    for (const Route& route : web_routes()) {
        if (!writes(route)) continue;
        const auto way = ways.find(name_of(route));
        ASSERT_NE(way, ways.end()) << "how does one " << name_of(route) << "?";
        const std::int64_t before = all_rows().empty() ? 0 : all_rows().front().n;
        const Reply reply = way->second();
        EXPECT_LT(reply.status, 300) << name_of(route) << reply.text;
        bool found = false;
        for (const AuditEntry& entry : all_rows()) {
            if (entry.n <= before) break;
            EXPECT_FALSE(error_code_from(entry.row.outcome)) << name_of(route);
            // A row of the act's family, or the command that it became.
            const std::string family = entry.row.action.substr(0, entry.row.action.find('.'));
            found |= route.act.starts_with(family) || family == "command";
        }
        EXPECT_TRUE(found) << name_of(route);
    }
}

TEST_F(AuditTest, IsReadInPagesAndNarrowed) {
    for (const char* serial : {"SN-7", "SN-8", "SN-9"})
        studio.ask(ann, "POST", "/v1/pairing-tokens", {{"serial", serial}},
                   {{"x-request-id", "01932f6c-79ff-7d01-8a3b-5d2f10c7e902"}});
    studio.clock.advance_ms(1'000);
    studio.ask(ann, "POST", "/v1/api-keys", {{"name", "x"}, {"role", "viewer"}},
               {{"x-request-id", "01932f6c-79ff-7d01-8a3b-5d2f10c7e902"}});
    studio.ask(ann, "DELETE", "/v1/api-keys/key_nobody");
    EXPECT_EQ(actions("?action=pairing").size(), 3U);
    EXPECT_EQ(actions("?action=pairing.issue").size(), 3U);
    EXPECT_TRUE(actions("?action=pair").empty());
    EXPECT_EQ(actions("?outcome=RES_NOT_FOUND"), std::vector<std::string>{"api_key.revoke"});
    EXPECT_EQ(actions("?actor=usr_ann").size(), 5U);
    EXPECT_TRUE(actions("?actor=usr_eve").empty());
    EXPECT_EQ(actions("?target=/v1/api-keys/key_nobody").size(), 1U);
    EXPECT_EQ(actions("?from=" + format_rfc3339(studio.clock.wall())).size(), 2U);
    EXPECT_EQ(actions("?to=" + format_rfc3339({studio.clock.wall().ms - 1})).size(), 3U);
    EXPECT_EQ(studio.get(ann, "/v1/audit?from=yesterday").pointers(),
              std::vector<std::string>{"/from"});
    const Reply first = studio.get(ann, "/v1/audit?limit=3");
    const json::object& created = first.body.at("items").as_array().at(1).as_object();
    EXPECT_EQ(created.at("action"), "api_key.create");
    EXPECT_EQ(created.at("actor_name"), "ann");
    EXPECT_EQ(created.at("correlation_id"), "01932f6c-79ff-7d01-8a3b-5d2f10c7e902");
    const Reply second = studio.get(ann, "/v1/audit?limit=3&cursor=" + first.member("next"));
    EXPECT_EQ(second.body.at("items").as_array().size(), 2U);
    EXPECT_TRUE(second.body.at("next").is_null());
    EXPECT_EQ(studio.get(ann, "/v1/audit?cursor=YWJj").status, 422);
}

TEST_F(AuditTest, OnlyGrows) {
    studio.ask(ann, "POST", "/v1/pairing-tokens", {{"serial", "SN-7"}});
    EXPECT_ANY_THROW(studio.database->execute("UPDATE audit SET outcome = 'bad'"));
    EXPECT_ANY_THROW(studio.database->execute("UPDATE audit SET tenant = 'mine'"));
    EXPECT_ANY_THROW(studio.database->execute("DELETE FROM audit"));
    EXPECT_EQ(studio.trail().size(), 1U);
}

TEST_F(AuditTest, ARowGoesWhenItIsFourHundredDaysOld) {
    studio.ask(ann, "POST", "/v1/pairing-tokens", {{"serial", "SN-7"}});
    studio.clock.advance_ms(audit_kept_ms - 1);
    ann = studio.sign_in("ann", "admin");
    studio.ask(ann, "POST", "/v1/pairing-tokens", {{"serial", "SN-8"}});
    EXPECT_EQ(studio.trail().size(), 2U);
    studio.clock.advance_ms(1);
    studio.ask(ann, "POST", "/v1/pairing-tokens", {{"serial", "SN-9"}});
    EXPECT_EQ(studio.trail().size(), 2U);
}

TEST_F(AuditTest, AFloodOfGuessesDisplacesNothingOfAnybodys) {
    studio.ask(ann, "POST", "/v1/pairing-tokens", {{"serial", "SN-7"}});
    studio.database->transaction([&] {
        for (int n = 0; n < nobodys_audit_rows + 5; ++n)
            studio.records->write({studio.clock.wall(), "unknown", "sign_in", "unknown", "no"});
    });
    EXPECT_EQ(studio.trail().size(), 1U);
    auto rows = studio.database->prepare("SELECT count(*) FROM audit WHERE tenant = ''");
    ASSERT_TRUE(rows.step());
    EXPECT_EQ(rows.integer(0), nobodys_audit_rows);
}

TEST_F(AuditTest, IsEachOrganisationsOwn) {
    ASSERT_TRUE(studio.accounts->add_org({"org_other", "The other house", false, {}, "other"},
                                         {.user_id = "usr_bob",
                                          .tenant = "org_other",
                                          .username = "bob",
                                          .password_hash = "unused",
                                          .role = "admin"}));
    const std::string bob = studio.sign_in("bob", "admin", "org_other");
    studio.ask(ann, "POST", "/v1/pairing-tokens", {{"serial", "SN-7"}});
    studio.records->write({studio.clock.wall(), "unknown", "sign_in", "unknown", "no"});
    EXPECT_TRUE(studio.get(bob, "/v1/audit").body.at("items").as_array().empty());
    EXPECT_EQ(actions("").size(), 2U) << "nobody's is the home organisation's to read";
}

TEST_F(AuditTest, OnePersonsFloodOfRefusalsIsBounded) {
    const std::string eve = studio.sign_in("eve", "viewer");
    for (int n = 0; n < 200; ++n) studio.ask(eve, "POST", "/v1/pairing-tokens");
    EXPECT_EQ(studio.trail().size(), 120U);
    studio.clock.advance_ms(60'000);
    studio.ask(eve, "POST", "/v1/pairing-tokens");
    EXPECT_EQ(studio.trail().size(), 121U);
}

}  // namespace
}  // namespace vistter::studio
