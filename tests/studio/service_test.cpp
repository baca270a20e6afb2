// The service as a program: ready, honest about itself, hard to kill, and clear about what keeps it
// from starting.
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <csignal>

#include <algorithm>
#include <set>

#include "base/file.hpp"
#include "studio/studio_process.hpp"
#include "studio/webapi/route.hpp"

namespace vistter::studio {
namespace {

class ServiceTest : public testing::Test {
  protected:
    kit::TemporaryFolder folder;

    // Starts Studio with these arguments where it is expected to refuse: its exit code and its
    // words.
    std::pair<int, std::string> refusal(std::vector<std::string> arguments) const {
        sim::ChildSettings settings;
        settings.argv = {program_path("vistter-studio")};
        for (std::string& argument : arguments) settings.argv.push_back(std::move(argument));
        settings.log_file = (folder / "refusal.log").string();
        auto child = sim::ChildProcess::start(settings);
        EXPECT_TRUE(child.ok());
        const int code = child->wait(20'000).value_or(-1);
        return {code, read_file(folder / "refusal.log", 65'536).value()};
    }
    static std::string port_of(const std::string& url) { return url.substr(url.rfind(':') + 1); }
};

TEST_F(ServiceTest, SaysWhoItIsAndThatItIsWell) {
    StudioProcess studio(folder / "studio");
    const Client visitor = studio.client();
    EXPECT_EQ(visitor.get("/healthz").status, 200);
    EXPECT_EQ(visitor.get("/readyz").member("contract"), "1.0");
    const Reply api = visitor.get("/v1/openapi.yaml");
    EXPECT_EQ(api.text, read_file(std::string(VISTTER_SOURCE_DIR) + "/contract/openapi/studio.yaml",
                                  1U << 20U)
                            .value());
    EXPECT_EQ(studio.stop(), 0) << "SIGTERM ends it in order";
}

TEST_F(ServiceTest, EveryAnswerIsDressedAndEveryMissIsAProblem) {
    StudioProcess studio(folder / "studio");
    const Client visitor = studio.client();
    const Reply nothing = visitor.get("/v1/nothing");
    EXPECT_EQ(nothing.status, 404);
    EXPECT_EQ(nothing.headers.at("content-type"), "application/problem+json");
    for (const char* member : {"type", "title", "code", "detail", "correlation_id"}) {
        EXPECT_FALSE(nothing.member(member).empty()) << member;
    }
    EXPECT_EQ(nothing.member("correlation_id"), nothing.headers.at("x-request-id"));
    EXPECT_EQ(nothing.headers.at("x-content-type-options"), "nosniff");
    EXPECT_NE(nothing.headers.at("content-security-policy").find("default-src 'none'"),
              std::string::npos);
    EXPECT_EQ(nothing.headers.at("cache-control"), "no-store");
    const Reply wrong = visitor.request("PUT", "/v1/setup", "{}");
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(wrong.headers.at("allow"), "GET, POST");
}

TEST_F(ServiceTest, APortAlreadyTakenIsNamedAndNothingIsMade) {
    StudioProcess studio(folder / "studio");
    for (const std::string& flag : {std::string("--listen"), std::string("--channel")}) {
        const std::string other = flag == "--listen" ? "--channel" : "--listen";
        const auto [code, words] =
            refusal({"--state", (folder / "other").string(), flag,
                     "127.0.0.1:" + port_of(studio.url), other, "127.0.0.1:0"});
        EXPECT_EQ(code, 1);
        EXPECT_NE(words.find("SYS_PORT_IN_USE"), std::string::npos) << words;
        EXPECT_NE(words.find(port_of(studio.url)), std::string::npos) << words;
        EXPECT_FALSE(std::filesystem::exists(folder / "other")) << "nothing else changed";
    }
    EXPECT_EQ(studio.client().get("/healthz").status, 200);
}

TEST_F(ServiceTest, OneStateFolderServesOneStudio) {
    StudioProcess studio(folder / "studio");
    const auto [code, words] = refusal({"--state", (folder / "studio").string(), "--listen",
                                        "127.0.0.1:0", "--channel", "127.0.0.1:0"});
    EXPECT_EQ(code, 1);
    EXPECT_NE(words.find("another vistter-studio"), std::string::npos) << words;
}

TEST_F(ServiceTest, RefusesAFolderThatOthersCanRead) {
    std::filesystem::create_directory(folder / "open");
    std::filesystem::permissions(folder / "open", std::filesystem::perms(0755));
    const auto [code, words] = refusal({"--state", (folder / "open").string(), "--listen",
                                        "127.0.0.1:0", "--channel", "127.0.0.1:0"});
    EXPECT_EQ(code, 1);
    EXPECT_NE(words.find("chmod 700"), std::string::npos) << words;
}

TEST_F(ServiceTest, UsageErrorsAreExitCodeTwo) {
    EXPECT_EQ(refusal({"--listen", "nonsense"}).first, 2);
    EXPECT_EQ(refusal({"--no-such-flag"}).first, 2);
}

// Killed again and again during its first start, it always comes up, with the identity it had
// first.
TEST_F(ServiceTest, KilledAtAnyMomentItStartsAgain) {
    std::string first_root;
    for (const std::int64_t moment_ms : {0, 2, 5, 10, 20, 40, 80, 160}) {
        sim::ChildSettings settings;
        settings.argv = {program_path("vistter-studio"),
                         "--state",
                         (folder / "studio").string(),
                         "--listen",
                         "127.0.0.1:0",
                         "--channel",
                         "127.0.0.1:0"};
        settings.log_file = (folder / "killed.log").string();
        auto child = sim::ChildProcess::start(settings);
        ASSERT_TRUE(child.ok());
        child->wait(moment_ms);  // nothing ends it: this is how far it gets
        child->send_signal(SIGKILL);
        EXPECT_EQ(child->wait(10'000), 128 + SIGKILL);
        const auto root = read_file(folder / "studio" / "root.pem", 65'536);
        if (root && first_root.empty()) first_root = *root;
        if (!first_root.empty()) {
            EXPECT_EQ(*root, first_root) << "after " << moment_ms << " ms";
        }
    }
    StudioProcess studio(folder / "studio");
    if (!first_root.empty()) {
        EXPECT_EQ(studio.root_pem, first_root);
    }
    EXPECT_EQ(studio.signed_in().get("/v1/me").status, 200);
}

TEST_F(ServiceTest, ARestartKeepsEverything) {
    std::string device_id;
    {
        StudioProcess studio(folder / "studio");
        const Client ann = studio.signed_in();
        const PairingDevice device{.serial = "SN-1"};
        const Reply issued = ann.post("/v1/pairing-tokens", {{"serial", "SN-1"}});
        device_id = studio.client()
                        .post("/v1/bootstrap/pair", device.request(issued.member("token")))
                        .member("device_id");
        ann.post("/v1/pairing-tokens", {{"serial", "SN-2"}});
        studio.process.send_signal(SIGKILL);
        EXPECT_EQ(studio.process.wait(10'000), 128 + SIGKILL);
    }
    StudioProcess studio(folder / "studio");
    const Client ann = studio.signed_in();
    EXPECT_EQ(ann.get("/v1/appliances/" + device_id).member("serial"), "SN-1");
    EXPECT_EQ(ann.get("/v1/pairing-tokens").body.at("items").as_array().size(), 2U);
}

// A full disk, made of a limit on the size of any file the process writes.
TEST_F(ServiceTest, AFullDiskIsAnAnswerAndNotTheEnd) {
    StudioProcess studio(folder / "studio");
    const Client ann = studio.signed_in();
    rlimit none{.rlim_cur = 0, .rlim_max = RLIM_INFINITY};
    ASSERT_EQ(::prlimit(studio.process.pid(), RLIMIT_FSIZE, &none, nullptr), 0);
    const Reply full = ann.post("/v1/pairing-tokens", {{"serial", "SN-1"}});
    EXPECT_EQ(full.status, 507) << full.text;
    EXPECT_EQ(full.text.find("/studio"), std::string::npos)
        << "no path of the machine in an answer";
    const Reply asset =
        ann.request("POST", "/v1/assets", "\x89PNG\r\n\x1a\n1234", {{"content-type", "image/png"}});
    EXPECT_EQ(asset.status, 507) << asset.text;
    EXPECT_EQ(ann.get("/v1/appliances").status, 200) << "reading goes on";
    rlimit plenty{.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
    ASSERT_EQ(::prlimit(studio.process.pid(), RLIMIT_FSIZE, &plenty, nullptr), 0);
    EXPECT_EQ(ann.post("/v1/pairing-tokens", {{"serial", "SN-1"}}).status, 201)
        << "and writing, once there is room";
}

// "METHOD /path" of every operation the API description has.
std::set<std::string> described_routes() {
    const std::string yaml =
        read_file(std::string(VISTTER_SOURCE_DIR) + "/contract/openapi/studio.yaml", 1U << 20U)
            .value();
    std::set<std::string> routes;
    std::string path;
    std::size_t start = 0;
    while (start < yaml.size()) {
        const std::size_t end = std::min(yaml.find('\n', start), yaml.size());
        const std::string line = yaml.substr(start, end - start);
        start = end + 1;
        if (line.starts_with("  /") && line.ends_with(":")) path = line.substr(2, line.size() - 3);
        for (const char* method : {"get", "post", "put", "patch", "delete"}) {
            if (line != std::string("    ") + method + ":") continue;
            std::string upper(method);
            std::transform(upper.begin(), upper.end(), upper.begin(), ::toupper);
            routes.insert(upper + " " + path);
        }
    }
    return routes;
}

TEST(ApiDescriptionTest, HasEveryRouteAndNoOther) {
    std::set<std::string> served{"GET /v1/channel"};  // the WebSocket's own route
    for (const auto& routes : {web_routes(), channel_routes()}) {
        for (const Route& route : routes)
            served.insert(std::string(route.method) + " " + std::string(route.pattern));
    }
    EXPECT_EQ(described_routes(), served);
}

TEST(ApiDescriptionTest, EveryWriteNeedsASignIn) {
    const std::set<std::string> open{"POST /v1/setup",
                                     "POST /v1/auth/session",
                                     "POST /v1/bootstrap/pair",
                                     "POST /v1/bootstrap/pair:begin",
                                     "POST /v1/bootstrap/pair:finish",
                                     "POST /v1/bootstrap/recover",
                                     "POST /v1/bootstrap/session:admit"};
    for (const Route& route : web_routes()) {
        const std::string name = std::string(route.method) + " " + std::string(route.pattern);
        if (route.method == "GET" || open.contains(name)) continue;
        EXPECT_NE(route.access, Access::open) << name;
    }
}

}  // namespace
}  // namespace vistter::studio
