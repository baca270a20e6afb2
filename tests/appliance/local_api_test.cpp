// The real control process without a picture: setup, sign-in, the guards of a browser's session,
// and its ends.
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <csignal>

#include "appliance/local_process.hpp"
#include "base/file.hpp"

namespace vistter::appliance::test {
namespace {

class LocalApiTest : public ::testing::Test {
  protected:
    LocalProcess start() { return LocalProcess(folder.path() / "state", {"--picture", "off"}); }
    kit::TemporaryFolder folder;
};

unsigned mode_of(const std::filesystem::path& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 0777U : 0;
}

// No default password: the first start writes a code that works once (rulings 15).
TEST_F(LocalApiTest, SetupTakesTheCodeOnce) {
    auto appliance = start();
    EXPECT_EQ(mode_of(appliance.state), 0700U);
    EXPECT_EQ(mode_of(appliance.state / "setup-code"), 0600U);
    EXPECT_TRUE(appliance.request("GET", "/local/v1/setup").body.at("required").as_bool());
    EXPECT_EQ(appliance.post("/local/v1/session", {{"password", password}}).status, 409);
    EXPECT_EQ(
        appliance.post("/local/v1/setup", {{"code", "00000-00000"}, {"password", password}}).status,
        403);
    const std::string code = read_file(appliance.state / "setup-code", 64)->substr(0, 11);
    EXPECT_EQ(appliance.post("/local/v1/setup", {{"code", code}, {"password", "short"}}).status,
              422);
    EXPECT_EQ(appliance.post("/local/v1/setup", {{"code", code}, {"password", password}}).status,
              201);
    EXPECT_FALSE(std::filesystem::exists(appliance.state / "setup-code"));
    EXPECT_EQ(appliance.post("/local/v1/setup", {{"code", code}, {"password", password}}).status,
              409);
    EXPECT_EQ(appliance.post("/local/v1/session", {{"password", "wrong horse battery"}}).status,
              401);
    appliance.sign_in();
    EXPECT_EQ(appliance.request("GET", "/local/v1/me").member("role"), "admin");
    EXPECT_EQ(appliance.request("DELETE", "/local/v1/session").status, 204);
    EXPECT_EQ(appliance.request("GET", "/local/v1/me").status, 401);
}

// S8: no change of state without the CSRF token, from another origin or under another name.
TEST_F(LocalApiTest, AWriteWithACookieNeedsTokenOriginAndHost) {
    auto appliance = start();
    appliance.sign_in();
    appliance.bearer.clear();
    const Reply session = appliance.post("/local/v1/session", {{"password", password}});
    const std::string set = session.headers.at("set-cookie");
    EXPECT_NE(set.find("HttpOnly"), std::string::npos);
    EXPECT_NE(set.find("SameSite=Strict"), std::string::npos);
    const std::string cookie = set.substr(0, set.find(';'));
    const std::string csrf = session.member("csrf_token");
    const auto attempt = [&](net::Headers headers) {
        headers.emplace("cookie", cookie);
        return appliance.post("/local/v1/pairing", {{"token", "X"}, {"studio_url", "https://s"}},
                              std::move(headers));
    };
    EXPECT_EQ(appliance.request("GET", "/local/v1/me", {}, {{"cookie", cookie}}).status, 200);
    EXPECT_EQ(attempt({}).status, 403);
    EXPECT_EQ(attempt({{"x-csrf-token", "wrong"}}).status, 403);
    EXPECT_EQ(attempt({{"x-csrf-token", csrf}, {"origin", "http://evil.example"}}).status, 403);
    EXPECT_EQ(attempt({{"x-csrf-token", csrf}, {"host", "evil.example"}}).status, 403);
    const Reply through = attempt({{"x-csrf-token", csrf}, {"origin", appliance.url}});
    EXPECT_EQ(through.member("code"), "PAIR_CHECK") << through.text;
}

TEST_F(LocalApiTest, GuessingStops) {
    auto appliance = start();
    appliance.sign_in();
    int refused = 0, limited = 0;
    for (int i = 0; i < 24; ++i) {
        const Reply reply = appliance.post("/local/v1/session", {{"password", "a wrong password"}});
        refused += reply.status == 401;
        limited += reply.status == 429 && !reply.headers.at("retry-after").empty();
    }
    EXPECT_EQ(refused, 20);
    EXPECT_EQ(limited, 4);
}

TEST_F(LocalApiTest, APersonChangesTheirOwnPasswordAndTheirOtherSessionsEnd) {
    auto appliance = start();
    appliance.sign_in();
    const auto session_of = [&](const char* name, const char* word) {
        const std::string held = std::exchange(appliance.bearer, "");
        const Reply made =
            appliance.post("/local/v1/session", {{"username", name}, {"password", word}});
        appliance.bearer = held;
        return made.member("token");
    };
    const auto is_open = [&](std::string token) {
        const std::string held = std::exchange(appliance.bearer, std::move(token));
        const int status = appliance.request("GET", "/local/v1/me").status;
        appliance.bearer = held;
        return status == 200;
    };
    const char* fresh = "another long one";
    const auto change = [&](const char* current, const char* next) {
        return appliance.post("/local/v1/password", {{"current", current}, {"password", next}});
    };
    EXPECT_EQ(appliance
                  .request("PUT", "/local/v1/operator", R"({"password":"operator's own word"})",
                           {{"content-type", "application/json"}})
                  .status,
              204);
    const std::string other = session_of("admin", password);
    const std::string hand = session_of("operator", "operator's own word");
    ASSERT_TRUE(is_open(other) && is_open(hand));
    EXPECT_EQ(change("not it at all", fresh).status, 403);
    EXPECT_EQ(change(password, "short").status, 422);
    EXPECT_TRUE(is_open(other)) << "refused: nothing changed";
    EXPECT_EQ(change(password, fresh).status, 204);
    EXPECT_TRUE(is_open(appliance.bearer)) << "one's own session stays";
    EXPECT_FALSE(is_open(other));
    EXPECT_TRUE(is_open(hand)) << "somebody else's";
    EXPECT_EQ(session_of("admin", password), "");
    EXPECT_NE(session_of("admin", fresh), "");
    appliance.bearer = hand;
    EXPECT_EQ(change("operator's own word", "operator's next word").status, 204);
    EXPECT_NE(session_of("operator", "operator's next word"), "");
    EXPECT_NE(session_of("admin", fresh), "") << "the administrator's is another";
}

TEST_F(LocalApiTest, AnswersInTheSameFormEverywhere) {
    auto appliance = start();
    const Reply closed = appliance.request("GET", "/local/v1/status");
    EXPECT_EQ(closed.status, 401);
    EXPECT_EQ(closed.headers.at("content-type"), "application/problem+json");
    EXPECT_EQ(closed.member("code"), "API_UNAUTHENTICATED");
    EXPECT_FALSE(closed.member("correlation_id").empty());
    EXPECT_EQ(appliance.request("GET", "/local/v1/nothing").status, 404);
    EXPECT_EQ(appliance.request("PUT", "/local/v1/status").status, 405);
    EXPECT_EQ(appliance.request("POST", "/local/v1/session", "{}", {{"content-type", "text/plain"}})
                  .status,
              415);
    EXPECT_EQ(appliance
                  .request("POST", "/local/v1/session", "{\"a\":1,\"a\":2}",
                           {{"content-type", "application/json"}})
                  .status,
              400);
    EXPECT_EQ(appliance.request("GET", "/healthz").status, 200);
    EXPECT_EQ(appliance.request("GET", "/readyz").status, 200)
        << "without a picture nothing is missing";
    EXPECT_NE(appliance.request("GET", "/local/v1/openapi.yaml").text.find("openapi: 3.1.0"),
              std::string::npos);
    const Reply page = appliance.request("GET", "/");
    EXPECT_EQ(page.status, 200);
    EXPECT_NE(page.headers.at("content-security-policy").find("default-src 'none'"),
              std::string::npos);
    EXPECT_EQ(appliance.request("GET", "/../../etc/passwd").text.find("root:"), std::string::npos);
    appliance.sign_in();
    // G1.11: before pairing the road says so, and since when
    const Reply link = appliance.request("GET", "/local/v1/link");
    EXPECT_EQ(link.member("state"), "unpaired");
    EXPECT_FALSE(link.member("since").empty());
    for (const char* list : {"cameras", "streams", "timelines", "runs"})
        EXPECT_TRUE(appliance.request("GET", "/local/v1/" + std::string(list))
                        .body.at("items")
                        .as_array()
                        .empty())
            << list;
    EXPECT_EQ(appliance.request("GET", "/local/v1/preview/snapshot").member("code"),
              "STA_NOT_READY");
    EXPECT_EQ(appliance.request("GET", "/local/v1/events?limit=0").status, 422);
    // G5.8: logs leave by the admin's own act only, in a bounded file without secrets
    const Reply bundle = appliance.post("/local/v1/diagnostics", {});
    EXPECT_EQ(bundle.status, 200);
    EXPECT_NE(bundle.headers.at("content-disposition").find("vistter-diagnostics-"),
              std::string::npos);
    EXPECT_NE(bundle.body.at("logs").at("control").as_string().find("Serial"), std::string::npos);
    EXPECT_EQ(appliance.request("GET", "/local/v1/events")
                  .body.at("items")
                  .at(0)
                  .at("event_type")
                  .as_string(),
              "audit.local_action");
    EXPECT_TRUE(appliance.request("GET", "/local/v1/metrics/history").body.at("items").is_array());
    EXPECT_EQ(appliance.request("GET", "/local/v1/metrics/history?limit=0").status, 422);
    EXPECT_EQ(appliance.request("GET", "/local/v1/metrics/history?from=yesterday").status, 422);
}

TEST_F(LocalApiTest, EveryLocalWriteIsAnEvent) {
    auto appliance = start();
    appliance.sign_in();
    const Reply events = appliance.request("GET", "/local/v1/events?limit=10");
    std::vector<std::string> seen;
    for (const auto& event : events.body.at("items").as_array()) {
        if (event.at("event_type").as_string() == "audit.local_action")
            seen.emplace_back(event.at("context").at("action").as_string());
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"sign_in", "setup"}));
}

// Bad input of the issue: a port already taken.
TEST_F(LocalApiTest, APortInUseIsOneClearError) {
    auto appliance = start();
    sim::ChildSettings second;
    second.argv = {program_path("vistter-appliance"),
                   "--state",
                   (folder.path() / "other").string(),
                   "--picture",
                   "off",
                   "--listen",
                   appliance.host()};
    second.log_file = (folder.path() / "second.log").string();
    auto started = sim::ChildProcess::start(second);
    ASSERT_TRUE(started.ok());
    EXPECT_EQ(started->wait(20'000), 1);
    const auto log = read_file(second.log_file, 65'536);
    EXPECT_NE(log->find("SYS_PORT_IN_USE"), std::string::npos) << *log;
    EXPECT_EQ(appliance.request("GET", "/healthz").status, 200);
}

TEST_F(LocalApiTest, OneStateFolderServesOneProcess) {
    auto appliance = start();
    sim::ChildSettings second;
    second.argv = {program_path("vistter-appliance"),
                   "--state",
                   appliance.state.string(),
                   "--picture",
                   "off",
                   "--listen",
                   "127.0.0.1:0"};
    second.log_file = (folder.path() / "second.log").string();
    auto started = sim::ChildProcess::start(second);
    ASSERT_TRUE(started.ok());
    EXPECT_EQ(started->wait(20'000), 1);
    EXPECT_NE(read_file(second.log_file, 65'536)->find("SYS_BUSY"), std::string::npos);
}

TEST_F(LocalApiTest, RefusesToServeTheNetworkInPlainText) {
    sim::ChildSettings open;
    open.argv = {program_path("vistter-appliance"), "--state", (folder.path() / "s").string(),
                 "--listen", "0.0.0.0:0"};
    open.log_file = (folder.path() / "open.log").string();
    auto started = sim::ChildProcess::start(open);
    ASSERT_TRUE(started.ok());
    EXPECT_EQ(started->wait(20'000), 2);
}

TEST_F(LocalApiTest, ATermSignalEndsItCleanlyAndASessionOutlivesIt) {
    auto appliance = start();
    appliance.sign_in();
    const std::string bearer = appliance.bearer, host = appliance.host();
    EXPECT_EQ(appliance.process.stop(10'000), 0);
    EXPECT_TRUE(std::filesystem::is_empty(appliance.state / "run")) << "no socket is left";
    LocalProcess again(appliance.state, {"--picture", "off"}, host);
    again.bearer = bearer;
    EXPECT_EQ(again.request("GET", "/local/v1/me").status, 200);
}

TEST_F(LocalApiTest, TheStatusStreamStaysOpen) {
    auto appliance = start();
    appliance.sign_in();
    net::FetchOptions options;
    options.url = appliance.url + "/local/v1/events:stream";
    options.headers.emplace("authorization", "Bearer " + appliance.bearer);
    options.deadline_ms = 1'500;  // it never ends by itself
    const auto fetched = net::fetch(options);
    ASSERT_FALSE(fetched.ok());
    EXPECT_EQ(fetched.error().code, ErrorCode::SYS_TIMEOUT);
}

}  // namespace
}  // namespace vistter::appliance::test
