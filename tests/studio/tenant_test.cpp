// Organisations are closed to each other, and roles to what they may not do: asked of every route
// there is.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <random>
#include <set>

#include "studio/studio_process.hpp"
#include "studio/webapi/route.hpp"

namespace vistter::studio {
namespace {

constexpr const char* unknown_uuid = "01932f6c-7a10-7c3e-9b51-0f2a6d8e4c11";

// What an organisation has: an id for every name that a path may hold.
using Ids = std::map<std::string, std::string>;

// Ids of the right form that nobody has.
const Ids nobodys{{"device_id", "dev_01ARZ3NDEKTSV4RRFFQ69G5FAV"},
                  {"message_id", unknown_uuid},
                  {"token_id", "pat_nobody"},
                  {"org_id", "org_nobody"},
                  {"user_id", "usr_nobody"},
                  {"key_id", "key_nobody"},
                  {"timeline_id", "tml_nobody"},
                  {"asset_id", "ast_" + std::string(32, '0')},
                  {"sha256", std::string(64, '0')}};

std::string filled(std::string_view pattern, const Ids& ids) {
    std::string path(pattern);
    for (const auto& [name, value] : ids) {
        const std::string place = "{" + name + "}";
        if (const auto at = path.find(place); at != std::string::npos)
            path.replace(at, place.size(), value);
    }
    return path;
}

json::value without_correlation(json::value body) {
    if (body.is_object()) body.as_object().erase("correlation_id");
    return body;
}

class TenantTest : public testing::Test {
  protected:
    kit::TemporaryFolder folder;
    StudioProcess studio{folder / "studio"};
    Client ann = studio.signed_in();  // admin of the home organisation
    std::string home = ann.get("/v1/me").member("org_id");

    Client sign_in(const std::string& username) const {
        Client visitor = studio.client();
        const Reply session =
            visitor.post("/v1/auth/session", {{"username", username}, {"password", user_password}});
        EXPECT_EQ(session.status, 200) << session.text;
        visitor.headers["authorization"] = "Bearer " + session.member("token");
        return visitor;
    }
    // An organisation of its own with an admin of that name.
    Client found(const std::string& admin) const {
        const Reply made = ann.post("/v1/orgs", {{"name", "The other house"},
                                                 {"handle", admin + "-house"},
                                                 {"username", admin},
                                                 {"password", user_password}});
        EXPECT_EQ(made.status, 201) << made.text;
        return sign_in(admin + "@" + admin + "-house");
    }
    Client hire(const std::string& role) const {
        const Reply made =
            ann.post("/v1/orgs/" + home + "/members",
                     {{"username", role}, {"password", user_password}, {"role", role}});
        EXPECT_EQ(made.status, 201) << made.text;
        return sign_in(role);
    }
    // One of everything, made by `admin`.
    Ids furnish(const Client& admin, const std::string& serial) const {
        Ids ids;
        const Reply me = admin.get("/v1/me");
        ids["org_id"] = me.member("org_id");
        ids["user_id"] = me.member("user_id");
        const PairingDevice device{.serial = serial};
        const Reply issued = admin.post("/v1/pairing-tokens", {{"serial", serial}});
        ids["device_id"] = studio.client()
                               .post("/v1/bootstrap/pair", device.request(issued.member("token")))
                               .member("device_id");
        ids["token_id"] = admin.post("/v1/pairing-tokens", {{"serial", "SN-9"}}).member("id");
        ids["message_id"] = admin
                                .post("/v1/appliances/" + ids["device_id"] + "/commands",
                                      {{"type", "STREAM_CONTROL"},
                                       {"body",
                                        {{"stream_id", "str_main"},
                                         {"command", "stop"},
                                         {"parameters", json::object{}}}}},
                                      {{"idempotency-key", serial}})
                                .member("message_id");
        const Reply asset = admin.request("POST", "/v1/assets", "\x89PNG\r\n\x1a\n" + serial,
                                          {{"content-type", "image/png"}});
        ids["asset_id"] = asset.member("asset_id");
        ids["sha256"] = asset.member("sha256");
        ids["timeline_id"] = "tml_none";
        for (const auto& [name, value] : ids) EXPECT_FALSE(value.empty()) << name;
        return ids;
    }
};

bool names_something(const Route& route) {
    return route.pattern.find('{') != std::string_view::npos;
}

// G-S9: 0 succeed and 0 differ from "not found", for every route that names something.
TEST_F(TenantTest, WhatBelongsToAnotherOrganisationIsNotThere) {
    const Ids theirs = furnish(ann, "SN-1");
    const Client bob = found("bob");
    furnish(bob, "SN-2");
    const net::Headers headers{
        {"content-type", "application/json"}, {"idempotency-key", "try"}, {"if-match", "*"}};
    std::set<int> statuses;
    for (const Route& route : web_routes()) {
        // A stream that opened would not end; its path has the same gate as the others.
        if (!names_something(route) || route.pattern.ends_with(":stream")) continue;
        const std::string method(route.method);
        // A timeline's id is chosen by whoever stores it: PUT makes one's own.
        if (method == "PUT") continue;
        SCOPED_TRACE(method + " " + std::string(route.pattern));
        const Reply foreign = bob.request(method, filled(route.pattern, theirs), "{}", headers);
        const Reply nothing = bob.request(method, filled(route.pattern, nobodys), "{}", headers);
        EXPECT_EQ(foreign.status, nothing.status);
        EXPECT_GE(foreign.status, 400) << foreign.text;
        EXPECT_EQ(without_correlation(foreign.body), without_correlation(nothing.body));
        statuses.insert(foreign.status);
    }
    EXPECT_TRUE(statuses.contains(404));
}

// The same with bodies that would be right, in an order drawn anew from a stated seed.
TEST_F(TenantTest, RandomReachesIntoAnotherOrganisationFindNothing) {
    const Ids theirs = furnish(ann, "SN-1");
    const Client bob = found("bob");
    const std::string device = theirs.at("device_id");
    const json::object stop{
        {"type", "STREAM_CONTROL"},
        {"body", {{"stream_id", "str_main"}, {"command", "stop"}, {"parameters", json::object{}}}}};
    const std::vector<std::function<Reply(const Ids&)>> reaches{
        [&](const Ids& ids) {
            return bob.post("/v1/appliances/" + ids.at("device_id") + "/commands", stop,
                            {{"idempotency-key", unknown_uuid}});
        },
        [&](const Ids& ids) { return bob.get("/v1/appliances/" + ids.at("device_id")); },
        [&](const Ids& ids) {
            return bob.get("/v1/appliances/" + ids.at("device_id") + "/events?limit=1");
        },
        [&](const Ids& ids) {
            return bob.post("/v1/commands/" + ids.at("message_id") + ":cancel", json::object{});
        },
        [&](const Ids& ids) { return bob.get("/v1/commands/" + ids.at("message_id") + "/trace"); },
        [&](const Ids& ids) {
            return bob.send("PATCH",
                            "/v1/orgs/" + ids.at("org_id") + "/members/" + ids.at("user_id"),
                            {{"role", "viewer"}}, {{"if-match", "\"1\""}});
        },
        [&](const Ids& ids) { return bob.get("/v1/assets/" + ids.at("sha256") + "/content"); },
        [&](const Ids& ids) {
            return bob.request("DELETE", "/v1/pairing-tokens/" + ids.at("token_id"));
        }};
    std::mt19937 draw(20'261'122);
    for (int n = 0; n < 60; ++n) {
        const auto& reach = reaches[draw() % reaches.size()];
        const Reply foreign = reach(theirs);
        const Reply nothing = reach(nobodys);
        EXPECT_EQ(foreign.status, 404) << foreign.text;
        EXPECT_EQ(without_correlation(foreign.body), without_correlation(nothing.body));
    }
    EXPECT_EQ(ann.get("/v1/appliances/" + device + "/commands").body.at("items").as_array().size(),
              1U)
        << "nothing was done either";
    for (const char* list :
         {"/v1/appliances", "/v1/assets", "/v1/pairing-tokens", "/v1/timelines"}) {
        EXPECT_TRUE(bob.get(list).body.at("items").as_array().empty()) << list;
    }
}

TEST_F(TenantTest, TheSameSerialAndTheSameBytesAreEachOnesOwn) {
    const Ids ours = furnish(ann, "SN-1");
    const Client bob = found("bob");
    const Ids theirs = furnish(bob, "SN-1");
    EXPECT_NE(ours.at("device_id"), theirs.at("device_id"));
    EXPECT_EQ(ours.at("sha256"), theirs.at("sha256"));
    const std::vector<std::pair<const Client*, Ids>> owners{{&ann, ours}, {&bob, theirs}};
    for (const auto& [client, ids] : owners) {
        const Reply device = client->get("/v1/appliances/" + ids.at("device_id"));
        EXPECT_EQ(device.status, 200) << device.text;
        EXPECT_EQ(device.member("tenant"), ids.at("org_id"));
        EXPECT_FALSE(device.body.at("revoked").as_bool()) << "nobody's pairing ends another's";
    }
}

// docs/decisions/0015: a name belongs to its organisation; nobody learns who works elsewhere.
TEST_F(TenantTest, TheSameNameIsEachOrganisationsOwn) {
    const Client bob = found("bob");
    const std::string theirs = bob.get("/v1/me").member("org_id");
    const json::object member{
        {"username", user_name}, {"password", "another battery"}, {"role", "viewer"}};
    const Reply other_ann = bob.post("/v1/orgs/" + theirs + "/members", member);
    EXPECT_EQ(other_ann.status, 201) << other_ann.text;
    EXPECT_EQ(bob.post("/v1/orgs/" + theirs + "/members", member).pointers(),
              std::vector<std::string>{"/username"});
    const auto enter = [&](const std::string& name, const std::string& password) {
        return studio.client().post("/v1/auth/session",
                                    {{"username", name}, {"password", password}});
    };
    EXPECT_EQ(enter(user_name, "another battery").status, 401);
    EXPECT_EQ(enter("ann@bob-house", user_password).status, 401);
    const Reply entered = enter("Ann@BOB-house", "another battery");
    EXPECT_EQ(entered.body.at("user").at("org_id"), json::value(theirs)) << entered.text;
    EXPECT_EQ(without_correlation(enter("ann@no-house", user_password).body),
              without_correlation(enter("nobody", user_password).body));
    EXPECT_EQ(ann.post("/v1/orgs", {{"name", "x"},
                                    {"handle", "bob-house"},
                                    {"username", "y"},
                                    {"password", user_password}})
                  .pointers(),
              std::vector<std::string>{"/handle"});
}

// Every route against every role, judged by the route table itself: what a role may not do is 403
// before anything is looked up.
TEST_F(TenantTest, EveryRouteIsHeldToItsRole) {
    for (const std::string role : {"viewer", "operator", "producer", "emergency"}) {
        const Client person = hire(role);
        SignIn who;
        who.user.role = role;
        who.home = true;
        for (const Route& route : web_routes()) {
            if (route.access == Access::open || is_admitted(route.access, who)) continue;
            const Reply reply =
                person.request(std::string(route.method), filled(route.pattern, nobodys), "{}",
                               {{"content-type", "application/json"}});
            EXPECT_EQ(reply.status, 403)
                << role << " " << route.method << " " << route.pattern << " " << reply.text;
        }
    }
}

TEST(RoleTableTest, SaysWhoMayWhat) {
    const auto may = [](const char* role, Access access, bool home = false) {
        SignIn who;
        who.user.role = role;
        who.home = home;
        return is_admitted(access, who);
    };
    for (const char* role : {"viewer", "operator", "producer", "admin", "emergency"}) {
        EXPECT_TRUE(may(role, Access::signed_in)) << role;
        EXPECT_EQ(may(role, Access::commander), std::string(role) != "viewer") << role;
        EXPECT_EQ(may(role, Access::admin), std::string(role) == "admin") << role;
    }
    EXPECT_TRUE(may("producer", Access::producer));
    EXPECT_FALSE(may("operator", Access::producer));
    EXPECT_FALSE(may("emergency", Access::producer));
    EXPECT_FALSE(may("admin", Access::home_admin));
    EXPECT_TRUE(may("admin", Access::home_admin, true));
    SignIn key;
    key.user.role = "admin";
    key.home = true;
    key.by_key = true;
    EXPECT_TRUE(is_admitted(Access::admin, key));
    for (const Access access : {Access::person, Access::people_admin, Access::home_admin})
        EXPECT_FALSE(is_admitted(access, key)) << "no person";
}

// The role counts for the very command, by the table the appliance judges by too.
TEST_F(TenantTest, ACommandIsHeldToItsRole) {
    const std::string path = "/v1/appliances/" + furnish(ann, "SN-1").at("device_id") + "/commands";
    const json::object stop{
        {"type", "STREAM_CONTROL"},
        {"body", {{"stream_id", "str_main"}, {"command", "stop"}, {"parameters", json::object{}}}}};
    const json::object rename{{"type", "DEVICE_CONFIG"},
                              {"body", {{"config_patch", {{"device", {{"name", "Harbour"}}}}}}}};
    const auto status = [&](const Client& person, const json::object& command) {
        return person
            .post(path, command, {{"idempotency-key", std::string(command.at("type").as_string())}})
            .status;
    };
    for (const std::string role : {"operator", "emergency"}) {
        const Client person = hire(role);
        EXPECT_EQ(status(person, stop), 202) << role;
        EXPECT_EQ(status(person, rename), 403) << role;
    }
    EXPECT_EQ(status(ann, rename), 202);
}

TEST_F(TenantTest, MembersComeChangeAndGo) {
    const std::string path = "/v1/orgs/" + home + "/members";
    const Client eve = hire("operator");
    const Reply list = ann.get(path);
    EXPECT_EQ(list.body.at("items").as_array().size(), 2U);
    const std::string user_id = eve.get("/v1/me").member("user_id");
    const Reply read = ann.get(path + "/" + user_id);
    const net::Headers seen{{"if-match", read.headers.at("etag")}};
    EXPECT_EQ(ann.send("PATCH", path + "/" + user_id, {{"role", "viewer"}}).status, 428);
    const Reply changed = ann.send("PATCH", path + "/" + user_id, {{"role", "viewer"}}, seen);
    EXPECT_EQ(changed.status, 200) << changed.text;
    EXPECT_EQ(changed.member("role"), "viewer");
    EXPECT_EQ(ann.send("PATCH", path + "/" + user_id, {{"role", "admin"}}, seen).status, 412);
    EXPECT_EQ(eve.get("/v1/me").status, 401) << "a changed member signs in again";
    EXPECT_EQ(
        ann.post(path, {{"username", "operator"}, {"password", user_password}, {"role", "viewer"}})
            .status,
        409)
        << "a name is taken once";
    EXPECT_EQ(ann.request("DELETE", path + "/" + user_id, {}, {{"if-match", "*"}}).status, 204);
    EXPECT_EQ(ann.get(path + "/" + user_id).status, 404);
    const std::string self = ann.get("/v1/me").member("user_id");
    EXPECT_EQ(ann.request("DELETE", path + "/" + self, {}, {{"if-match", "*"}}).status, 409)
        << "an organisation keeps one admin";
    const Client bob = found("bob");
    EXPECT_EQ(
        bob.post("/v1/orgs",
                 {{"name", "x"}, {"handle", "xx"}, {"username", "y"}, {"password", user_password}})
            .status,
        403)
        << "only the home organisation founds others";
}

}  // namespace
}  // namespace vistter::studio
