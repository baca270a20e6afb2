// The typed code, enrolment files, reports, unpairing and roles, on the real processes (acceptance
// G1.4 to G1.6).
#include <gtest/gtest.h>

#include <fstream>

#include "appliance/local_process.hpp"
#include "base/file.hpp"
#include "crypto/pairing_code.hpp"
#include "kit/proxy.hpp"
#include "studio/studio_process.hpp"

namespace vistter::appliance::test {
namespace {

class PairingWaysTest : public ::testing::Test {
  protected:
    PairingWaysTest() : studio(folder.path() / "studio", {}), ann(studio.signed_in()) {}

    studio::Reply issue(const std::string& serial = "TEST-0001") {
        auto made = ann.post("/v1/pairing-tokens", {{"serial", serial}});
        EXPECT_EQ(made.status, 201) << made.text;
        return made;
    }
    LocalProcess start(const std::string& name = "state",
                       std::vector<std::string> more_arguments = {}) {
        more_arguments.insert(more_arguments.begin(), {"--picture", "off", "--allow-loopback"});
        LocalProcess appliance(folder.path() / name, more_arguments);
        appliance.sign_in();
        return appliance;
    }
    Reply pair(const LocalProcess& appliance, const std::string& with) {
        return appliance.post("/local/v1/pairing", {{"token", with}, {"studio_url", studio.url}});
    }
    static bool connects(const LocalProcess& appliance) {
        return appliance.reaches("/local/v1/link", [](const json::value& link) {
            return link.at("state").as_string() == "connected";
        });
    }
    static std::string step_of(const json::value& report, std::string_view name) {
        for (const json::value& step : report.at("steps").as_array())
            if (step.at("name").as_string() == name)
                return std::string(step.at("state").as_string());
        return "absent";
    }
    static json::value last_attempt(const LocalProcess& appliance) {
        return appliance.request("GET", "/local/v1/pairing").body.at("last_attempt");
    }

    kit::TemporaryFolder folder;
    studio::StudioProcess studio;
    studio::Client ann;
};

TEST_F(PairingWaysTest, ATypedCodePairsAndConnects) {
    auto appliance = start();
    const auto issued = issue();
    const std::string code = issued.member("code");
    ASSERT_EQ(code.size(), 9U) << issued.text;
    const Reply paired = pair(appliance, code);
    ASSERT_EQ(paired.status, 201) << paired.text;
    EXPECT_TRUE(connects(appliance));
    const json::value report = last_attempt(appliance);
    EXPECT_EQ(report.at("form").as_string(), "code");
    EXPECT_EQ(step_of(report, "pin"), "skipped") << "the proof takes its place";
    EXPECT_EQ(step_of(report, "token"), "ok");
    EXPECT_TRUE(report.at("ok").as_bool());
    const auto log = read_file(appliance.state.string() + ".log", 1'000'000);
    EXPECT_EQ(log->find(code), std::string::npos) << "a code is never logged";
    EXPECT_EQ(log->find(issued.member("token")), std::string::npos);
}

TEST_F(PairingWaysTest, AWrongCodeSaysSoAtTheRightStep) {
    auto appliance = start();
    std::string typo = issue().member("code");
    typo[0] = typo[0] == 'A' ? 'B' : 'A';
    EXPECT_EQ(pair(appliance, typo).member("code"), "PAIR_CHECK");
    json::value report = last_attempt(appliance);
    EXPECT_EQ(step_of(report, "token"), "failed");
    EXPECT_EQ(step_of(report, "tcp"), "skipped") << "no network was used";
    const std::string another = crypto::make_pairing_code(machine_random());
    EXPECT_EQ(pair(appliance, another).member("code"), "PAIR_INVALID");
    report = last_attempt(appliance);
    EXPECT_EQ(step_of(report, "tls"), "ok");
    EXPECT_EQ(step_of(report, "token"), "failed");
    EXPECT_EQ(ann.get("/v1/pairing-tokens").body.at("items").at(0).at("tries_left").as_int64(), 4);
    EXPECT_FALSE(std::filesystem::exists(appliance.state / "identity"));
}

// A stranger's Studio that has no code for this serial cannot prove anything, whatever its TLS.
TEST_F(PairingWaysTest, AnotherStudioCannotTakeACode) {
    auto appliance = start();
    studio::StudioProcess stranger(folder.path() / "stranger", {});
    const std::string code = issue().member("code");
    const Reply refused =
        appliance.post("/local/v1/pairing", {{"token", code}, {"studio_url", stranger.url}});
    EXPECT_EQ(refused.member("code"), "PAIR_INVALID") << refused.text;
    EXPECT_FALSE(std::filesystem::exists(appliance.state / "identity"));
    EXPECT_EQ(pair(appliance, code).status, 201) << "the right one still takes it";
}

TEST_F(PairingWaysTest, AnEnrolmentFileServesEveryBoxAndStays) {
    const auto made =
        ann.post("/v1/enrolments", {{"serials", json::array{"BOX-1", "TEST-0001", "BOX-3"}}});
    ASSERT_EQ(made.status, 201) << made.text;
    const auto file = folder.path() / "enrolment.json";
    std::ofstream(file) << made.text;
    auto appliance = start("state", {"--pairing-file", file.string()});
    EXPECT_TRUE(connects(appliance));
    EXPECT_TRUE(std::filesystem::exists(file)) << "the others still need it";
}

TEST_F(PairingWaysTest, DiagnosisWalksTheWholeWay) {
    auto appliance = start();
    Reply looked = appliance.request("GET", "/local/v1/link/diagnose?studio_url=" + studio.url);
    ASSERT_EQ(looked.status, 200) << looked.text;
    EXPECT_TRUE(looked.body.at("ok").as_bool()) << looked.text;
    EXPECT_EQ(step_of(looked.body, "pin"), "skipped");
    ASSERT_EQ(pair(appliance, issue().member("token")).status, 201);
    looked = appliance.request("GET", "/local/v1/link/diagnose");
    EXPECT_TRUE(looked.body.at("ok").as_bool()) << looked.text;
    EXPECT_EQ(step_of(looked.body, "pin"), "ok");
    EXPECT_EQ(step_of(looked.body, "token"), "ok") << "Studio lets it in";
    EXPECT_EQ(studio.stop(), 0);
    looked = appliance.request("GET", "/local/v1/link/diagnose");
    EXPECT_EQ(step_of(looked.body, "tcp"), "failed") << looked.text;
    EXPECT_EQ(step_of(looked.body, "tls"), "unreached");
}

// Through a proxy that wants a password: the code is bound to the connection inside the tunnel.
TEST_F(PairingWaysTest, AProxyIsAStepOfItsOwn) {
    kit::HttpProxy proxy("box", "secret-word");
    ASSERT_TRUE(write_file(folder / "right", "box:secret-word\n", 0600).ok());
    ASSERT_TRUE(write_file(folder / "wrong", "box:another\n", 0600).ok());
    const std::string code = issue().member("code");
    {
        auto refused = start("state", {"--proxy", proxy.address().url, "--proxy-login-file",
                                       (folder / "wrong").string()});
        EXPECT_NE(pair(refused, code).status, 201);
        const json::value report = last_attempt(refused);
        EXPECT_EQ(step_of(report, "proxy"), "failed") << json::serialize(report);
        EXPECT_EQ(step_of(report, "tls"), "unreached");
    }
    auto appliance = start("state", {"--proxy", proxy.address().url, "--proxy-login-file",
                                     (folder / "right").string()});
    const Reply paired = pair(appliance, code);
    ASSERT_EQ(paired.status, 201) << paired.text;
    EXPECT_EQ(step_of(last_attempt(appliance), "proxy"), "ok");
    EXPECT_TRUE(connects(appliance));
}

// Unpaired, the box keeps its own account and nothing else; then it may belong to somebody else.
TEST_F(PairingWaysTest, AnUnpairedBoxKnowsNothingOfItsFormerOwnerAndCanBeHandedOn) {
    auto appliance = start();
    const Reply paired = pair(appliance, issue().member("token"));
    ASSERT_EQ(paired.status, 201);
    const std::string device = paired.member("device_id");
    const auto sent = ann.post("/v1/appliances/" + device + "/commands",
                               {{"type", "CAMERA_ACTION"},
                                {"body",
                                 {{"action", "add"},
                                  {"payload",
                                   {{"name", "Quay"},
                                    {"kind", "fixed"},
                                    {"protocol", "rtsp"},
                                    {"host", "127.0.0.1"},
                                    {"port", 8554},
                                    {"path", "/quay"}}}}}},
                               {{"idempotency-key", "k-1"}});
    ASSERT_EQ(sent.status, 202) << sent.text;
    ASSERT_TRUE(appliance.reaches("/local/v1/cameras", [](const json::value& list) {
        return list.at("items").as_array().size() == 1;
    }));
    std::ofstream(appliance.state / "library/assets/left-over") << "theirs";
    ASSERT_EQ(appliance.request("DELETE", "/local/v1/pairing").status, 204);
    ASSERT_TRUE(appliance.reaches("/local/v1/pairing", [](const json::value& now) {
        return !now.at("paired").as_bool();
    })) << "it starts over by itself, on the same address, with the same account";
    EXPECT_FALSE(std::filesystem::exists(appliance.state / "identity"));
    EXPECT_FALSE(std::filesystem::exists(appliance.state / "unpairing"));
    EXPECT_FALSE(std::filesystem::exists(appliance.state / "library/assets/left-over"));
    EXPECT_TRUE(appliance.request("GET", "/local/v1/cameras").body.at("items").as_array().empty());
    for (const char* file : {"appliance.db", "appliance.db-wal"}) {
        const auto bytes = read_file(appliance.state / file, 64U << 20U);
        if (!bytes) continue;
        EXPECT_EQ(bytes->find("Quay"), std::string::npos) << file;
        EXPECT_EQ(bytes->find(device), std::string::npos) << file;
    }
    EXPECT_EQ(appliance.request("DELETE", "/local/v1/pairing").member("code"), "STA_TRANSITION");
    studio::StudioProcess other(folder.path() / "other", {});
    auto bob = other.signed_in();
    const auto theirs = bob.post("/v1/pairing-tokens", {{"serial", "TEST-0001"}});
    const Reply moved = appliance.post(
        "/local/v1/pairing", {{"token", theirs.member("code")}, {"studio_url", other.url}});
    ASSERT_EQ(moved.status, 201) << moved.text;
    EXPECT_NE(moved.member("device_id"), device);
    EXPECT_TRUE(connects(appliance));
}

// Killed after the promise, at whatever point: the next start keeps it.
TEST_F(PairingWaysTest, APowerCutWhileUnpairingLeavesAnUnpairedBox) {
    auto appliance = start();
    ASSERT_EQ(pair(appliance, issue().member("token")).status, 201);
    const std::string host = appliance.host();
    EXPECT_EQ(appliance.process.stop(10'000), 0);
    std::ofstream(appliance.state / "unpairing") << "";
    LocalProcess again(appliance.state, {"--picture", "off", "--allow-loopback"}, host);
    again.sign_in();
    EXPECT_FALSE(again.request("GET", "/local/v1/pairing").body.at("paired").as_bool());
    EXPECT_FALSE(std::filesystem::exists(appliance.state / "unpairing"));
    EXPECT_EQ(pair(again, issue().member("code")).status, 201);
}

// G1.5
TEST_F(PairingWaysTest, TheOperatorMayLookAndNotPair) {
    auto appliance = start();
    const std::string words = "another long password";
    ASSERT_EQ(appliance
                  .request("PUT", "/local/v1/operator",
                           json::serialize(json::object{{"password", words}}),
                           {{"content-type", "application/json"}})
                  .status,
              204);
    const std::string admin = appliance.bearer;
    appliance.bearer.clear();
    const Reply session =
        appliance.post("/local/v1/session", {{"username", "operator"}, {"password", words}});
    ASSERT_EQ(session.status, 200) << session.text;
    EXPECT_EQ(session.body.at("user").at("role").as_string(), "operator");
    appliance.bearer = session.member("token");
    EXPECT_EQ(pair(appliance, issue().member("code")).status, 403);
    EXPECT_EQ(appliance.request("DELETE", "/local/v1/pairing").status, 403);
    EXPECT_EQ(appliance.request("DELETE", "/local/v1/operator").status, 403);
    EXPECT_EQ(appliance.request("GET", "/local/v1/pairing").status, 200);
    appliance.bearer = admin;
    EXPECT_EQ(appliance.request("DELETE", "/local/v1/operator").status, 204);
    appliance.bearer = session.member("token");
    EXPECT_EQ(appliance.request("GET", "/local/v1/pairing").status, 401) << "signed out at once";
}

}  // namespace
}  // namespace vistter::appliance::test
