// Commands are judged, journaled once and kept until their appliance can hear them.
#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "studio/studio_process.hpp"

namespace vistter::studio {
namespace {

class CommandTest : public testing::Test {
  protected:
    kit::TemporaryFolder folder;
    StudioProcess studio{folder / "studio"};
    Client ann = studio.signed_in();
    std::string device_id = pair_one();
    std::string path = "/v1/appliances/" + device_id + "/commands";
    json::object stop{
        {"type", "STREAM_CONTROL"},
        {"body", {{"stream_id", "str_main"}, {"command", "stop"}, {"parameters", json::object{}}}}};

    std::string pair_one() const {
        const PairingDevice device{.serial = "SN-1"};
        const Reply issued = ann.post("/v1/pairing-tokens", {{"serial", device.serial}});
        const Reply paired =
            studio.client().post("/v1/bootstrap/pair", device.request(issued.member("token")));
        EXPECT_EQ(paired.status, 201) << paired.text;
        return paired.member("device_id");
    }
    static net::Headers key(const std::string& name) { return {{"idempotency-key", name}}; }
    std::size_t commands() const { return ann.get(path).body.at("items").as_array().size(); }
};

TEST_F(CommandTest, IsJournaledAndWaitsForItsAppliance) {
    const Reply sent = ann.post(path, stop, key("one"));
    ASSERT_EQ(sent.status, 202) << sent.text;
    const std::string message_id = sent.member("message_id");
    EXPECT_TRUE(is_uuid(message_id));
    EXPECT_EQ(sent.headers.at("location"), "/v1/commands/" + message_id);
    const Reply record = ann.get("/v1/commands/" + message_id);
    EXPECT_EQ(record.member("state"), "queued");
    EXPECT_EQ(record.member("type"), "STREAM_CONTROL");
    EXPECT_FALSE(record.body.at("terminal").as_bool());
    EXPECT_TRUE(record.body.at("ack").is_null());
    const auto accepted = parse_rfc3339(record.member("accepted_at"));
    const auto expires = parse_rfc3339(record.member("expires_at"));
    EXPECT_NEAR(static_cast<double>(expires->ms - accepted->ms), 60'000.0, 2'000.0) << "a live act";
    EXPECT_EQ(studio.stop(), 0);
    StudioProcess restarted(studio.state);
    EXPECT_EQ(restarted.signed_in().get("/v1/commands/" + message_id).status, 200)
        << "also after a restart";
}

TEST_F(CommandTest, ARepeatedRequestActsOnce) {
    const Reply first = ann.post(path, stop, key("same"));
    const Reply again = ann.post(path, stop, key("same"));
    EXPECT_EQ(again.status, 202);
    EXPECT_EQ(again.member("message_id"), first.member("message_id"));
    EXPECT_EQ(again.headers.at("location"), first.headers.at("location"));
    EXPECT_EQ(commands(), 1U);
    json::object other = stop;
    other["expires_in_s"] = 10;
    EXPECT_EQ(ann.post(path, other, key("same")).status, 422);
    EXPECT_EQ(ann.post(path, stop, key("another")).status, 202);
    EXPECT_EQ(commands(), 2U);
    const Reply without = ann.post(path, stop);
    EXPECT_EQ(without.status, 428) << without.text;
}

TEST_F(CommandTest, ARefusedRequestMayBeMendedUnderItsKey) {
    json::object bad = stop;
    bad["body"].as_object()["command"] = "explode";
    EXPECT_EQ(ann.post(path, bad, key("k")).status, 422);
    EXPECT_EQ(ann.post(path, stop, key("k")).status, 202);
}

TEST_F(CommandTest, EveryFaultIsNamedWithItsPlace) {
    const json::object bad{
        {"type", "TIMELINE_EXECUTE"},
        {"body", {{"timeline_id", "show"}, {"execution_mode", "dance"}, {"mood", 3}}}};
    const Reply refused = ann.post(path, bad, key("k"));
    EXPECT_EQ(refused.status, 422) << refused.text;
    const auto places = refused.pointers();
    for (const char* place : {"/body/timeline_id", "/body/execution_mode", "/body/mood"}) {
        EXPECT_NE(std::find(places.begin(), places.end(), place), places.end())
            << place << " in " << refused.text;
    }
    EXPECT_EQ(ann.post(path, {{"type", "REBOOT"}, {"body", json::object{}}}, key("k")).code(),
              "VER_UNKNOWN_TYPE");
    EXPECT_EQ(ann.post(path, {{"type", "ACK"}, {"body", json::object{}}}, key("k")).code(),
              "VER_UNKNOWN_TYPE");
    json::object never = stop;
    never["expires_in_s"] = 0;
    EXPECT_EQ(ann.post(path, never, key("k")).pointers(),
              std::vector<std::string>{"/expires_in_s"});
    EXPECT_EQ(commands(), 0U);
}

TEST_F(CommandTest, SecretsDoNotTravelInCommands) {
    const json::object bad{
        {"type", "DEVICE_CONFIG"},
        {"body",
         {{"config_patch",
           {{"destinations",
             {{"main",
               {{"kind", "rtmp"}, {"url", "rtmp://user:password@live.example/app/key"}}}}}}}}}};
    const Reply refused = ann.post(path, bad, key("k"));
    EXPECT_EQ(refused.code(), "VAL_INLINE_SECRET") << refused.text;
}

TEST_F(CommandTest, NobodyCommandsAnUnknownAppliance) {
    const std::string nobody = "/v1/appliances/dev_01ARZ3NDEKTSV4RRFFQ69G5FAV/commands";
    EXPECT_EQ(ann.post(nobody, stop, key("k")).status, 404);
    EXPECT_EQ(ann.get(nobody).status, 404);
    EXPECT_EQ(studio.client().post(path, stop, key("k")).status, 401);
    EXPECT_EQ(ann.get("/v1/commands/00000000-0000-7000-8000-000000000000").status, 404);
}

TEST_F(CommandTest, ListsComeInPagesThatNeitherRepeatNorMiss) {
    std::vector<std::string> sent;
    for (int n = 0; n < 5; ++n)
        sent.push_back(ann.post(path, stop, key(std::to_string(n))).member("message_id"));
    std::reverse(sent.begin(), sent.end());
    std::vector<std::string> listed;
    std::string next;
    do {
        const Reply page = ann.get(path + "?limit=2" + (next.empty() ? "" : "&cursor=" + next));
        ASSERT_EQ(page.status, 200) << page.text;
        EXPECT_LE(page.body.at("items").as_array().size(), 2U);
        for (const json::value& item : page.body.at("items").as_array()) {
            listed.emplace_back(item.at("message_id").as_string());
        }
        next = page.member("next");
    } while (!next.empty());
    EXPECT_EQ(listed, sent) << "newest first, each once";
    EXPECT_EQ(ann.get(path + "?limit=0").status, 422);
    EXPECT_EQ(ann.get(path + "?limit=201").status, 422);
    EXPECT_EQ(ann.get(path + "?cursor=%21%21").status, 422);
}

TEST_F(CommandTest, ATimelineIsExecutedByItsContract) {
    EXPECT_EQ(ann.post("/v1/timelines/tml_none:execute",
                       {{"device_id", device_id}, {"execution_mode", "play"}})
                  .status,
              404);
    EXPECT_EQ(ann.post("/v1/timelines/tml_none:publish", {{"device_id", device_id}}).status, 404);
    EXPECT_EQ(ann.get("/v1/appliances/" + device_id + "/state").body.at("link").at("connected"),
              json::value(false));
    EXPECT_TRUE(ann.get("/v1/appliances/" + device_id + "/metrics").body.at("latest").is_null());
    EXPECT_TRUE(
        ann.get("/v1/appliances/" + device_id + "/events").body.at("items").as_array().empty());
}

// G2.3: what one click caused has its X-Request-Id, in the command and in its trace.
TEST_F(CommandTest, OneIdFollowsAClickThroughEverythingItCauses) {
    const std::string click = "01932f6c-79ff-7d01-8a3b-5d2f10c7e902";
    net::Headers headers = key("one");
    headers["x-request-id"] = click;
    const Reply sent = ann.post(path, stop, headers);
    EXPECT_EQ(sent.headers.at("x-request-id"), click);
    const std::string one = "/v1/commands/" + sent.member("message_id");
    EXPECT_EQ(ann.get(one).member("correlation_id"), click);
    const Reply trace = ann.get(one + "/trace");
    EXPECT_EQ(trace.status, 200) << trace.text;
    const json::array& entries = trace.body.at("entries").as_array();
    ASSERT_FALSE(entries.empty());
    EXPECT_EQ(entries[0].at("what"), "accepted");
    EXPECT_EQ(entries[0].at("direction"), "studio");
    EXPECT_EQ(trace.body.at("command").at("actor").at("role"), "admin");
}

TEST_F(CommandTest, ACommandNobodyHeardIsCancelledHereAndNow) {
    const std::string one = "/v1/commands/" + ann.post(path, stop, key("one")).member("message_id");
    EXPECT_EQ(ann.post(one + ":resend", json::object{}).status, 202);
    const Reply cancelled = ann.post(one + ":cancel", {{"reason", "the wrong stream"}});
    EXPECT_EQ(cancelled.status, 200) << cancelled.text;
    EXPECT_TRUE(cancelled.body.at("finished").as_bool());
    EXPECT_EQ(ann.get(one).member("state"), "cancelled");
    EXPECT_EQ(ann.post(one + ":cancel", json::object{}).status, 200) << "twice is once";
    EXPECT_EQ(ann.post(one + ":resend", json::object{}).status, 409) << "it is over";
}

TEST_F(CommandTest, ConditionsGoAlongAndAreJudged) {
    json::object careful = stop;
    careful["requires"] = json::array{"stream.record"};
    careful["dry_run"] = true;
    const Reply sent = ann.post(path, careful, key("one"));
    ASSERT_EQ(sent.status, 202) << sent.text;
    const Reply record = ann.get("/v1/commands/" + sent.member("message_id"));
    EXPECT_TRUE(record.body.at("body").at("dry_run").as_bool());
    EXPECT_EQ(record.body.at("requires").as_array().size(), 1U);
    careful["body"].as_object()["dry_run"] = false;
    EXPECT_EQ(ann.post(path, careful, key("two")).pointers(), std::vector<std::string>{"/dry_run"});
    careful["requires"] = "everything";
    EXPECT_EQ(ann.post(path, careful, key("three")).status, 422);
}

TEST_F(CommandTest, ValidatingSendsNothing) {
    EXPECT_TRUE(ann.post("/v1/commands:validate", stop).body.at("valid").as_bool());
    json::object bad = stop;
    bad["body"].as_object()["command"] = "explode";
    const Reply judged = ann.post("/v1/commands:validate", bad);
    EXPECT_EQ(judged.status, 200) << judged.text;
    EXPECT_FALSE(judged.body.at("valid").as_bool());
    EXPECT_EQ(judged.body.at("errors").as_array()[0].at("pointer"), "/body/command");
    EXPECT_EQ(commands(), 0U);
    for (const char* type : {"COMMAND_CANCEL", "CREDENTIAL_REFRESH"}) {
        EXPECT_EQ(ann.post(path, {{"type", type}, {"body", json::object{}}}, key("k")).code(),
                  "VER_UNKNOWN_TYPE")
            << type << " has a door of its own";
    }
}

TEST_F(CommandTest, WhatWasOrderedIsSetAgainstWhatIsKnown) {
    const std::string config = "/v1/appliances/" + device_id + "/config";
    EXPECT_TRUE(ann.get(config).body.at("in_sync").as_bool());
    const json::object rename{{"type", "DEVICE_CONFIG"},
                              {"body", {{"config_patch", {{"device", {{"name", "Harbour"}}}}}}}};
    ASSERT_EQ(ann.post(path, rename, key("one")).status, 202);
    const Reply view = ann.get(config);
    EXPECT_FALSE(view.body.at("in_sync").as_bool()) << view.text;
    EXPECT_EQ(view.body.at("desired").at("device").at("name"), "Harbour");
    const json::array& diff = view.body.at("diff").as_array();
    ASSERT_EQ(diff.size(), 1U);
    EXPECT_TRUE(diff[0].at("reported").is_null());
}

// G2.10: a merge patch against the version that was read, whole or not at all.
TEST_F(CommandTest, SettingsAreChangedByAMergePatch) {
    const std::string config = "/v1/appliances/" + device_id + "/config";
    const Reply before = ann.get(config);
    const net::Headers seen{{"if-match", before.headers.at("etag")},
                            {"content-type", "application/merge-patch+json"}};
    const json::object rename{{"device", {{"name", "Harbour"}, {"locale", "en"}}}};
    EXPECT_EQ(ann.send("PATCH", config, rename).status, 428);
    const Reply changed = ann.request("PATCH", config, json::serialize(rename), seen);
    ASSERT_EQ(changed.status, 202) << changed.text;
    const Reply order = ann.get(changed.headers.at("location"));
    EXPECT_EQ(order.member("type"), "DEVICE_CONFIG");
    EXPECT_EQ(order.body.at("body").at("config_patch"), json::value(rename));
    const Reply after = ann.get(config);
    EXPECT_EQ(after.headers.at("etag"), changed.headers.at("etag"));
    EXPECT_NE(after.headers.at("etag"), before.headers.at("etag"));
    EXPECT_EQ(after.body.at("desired").at("device").at("name"), "Harbour");
    EXPECT_EQ(after.body.at("diff").as_array().size(), 2U);
    EXPECT_EQ(ann.request("PATCH", config, json::serialize(rename), seen).status, 412)
        << "somebody changed it meanwhile";
    const net::Headers now{{"if-match", changed.headers.at("etag")}};
    const json::object back{{"device", {{"locale", nullptr}}}};
    EXPECT_EQ(ann.send("PATCH", config, back, now).status, 202);
    EXPECT_FALSE(ann.get(config).body.at("desired").at("device").as_object().contains("locale"));
}

TEST_F(CommandTest, APatchWithAFaultChangesNothing) {
    const std::string config = "/v1/appliances/" + device_id + "/config";
    const net::Headers any{{"if-match", "*"}};
    const json::object mixed{{"device", {{"name", "Harbour"}, {"colour", "blue"}}}};
    const Reply refused = ann.send("PATCH", config, mixed, any);
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.pointers(), std::vector<std::string>{"/device/colour"});
    EXPECT_EQ(ann.send("PATCH", config, json::object{}, any).status, 422) << "nothing to change";
    EXPECT_TRUE(ann.get(config).body.at("in_sync").as_bool());
    EXPECT_EQ(commands(), 0U);
    EXPECT_EQ(
        ann.request("PATCH", config, "{}", {{"if-match", "*"}, {"content-type", "text/x"}}).status,
        415);
}

TEST_F(CommandTest, AnApplianceThatNeverCameHasNoSessionsAndAnEmptyLedger) {
    const std::string one = "/v1/appliances/" + device_id;
    EXPECT_TRUE(ann.get(one + "/sessions").body.at("items").as_array().empty());
    EXPECT_TRUE(ann.get(one + "/orphans").body.at("items").as_array().empty());
    const Reply ledger = ann.get(one + "/ledger");
    EXPECT_EQ(ledger.headers.at("content-type"), "application/x-ndjson");
    EXPECT_TRUE(ledger.text.empty()) << ledger.text;
    EXPECT_EQ(ann.get(one + "/ledger?limit=0").status, 422);
}

}  // namespace
}  // namespace vistter::studio
