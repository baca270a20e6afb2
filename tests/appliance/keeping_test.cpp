// The adapters on real files and a real database: what is stored comes back as it was.
#include <gtest/gtest.h>

#include "appliance/adapters/identity/identity_store.hpp"
#include "appliance/adapters/library/library.hpp"
#include "appliance/adapters/store/stores.hpp"
#include "appliance/webapi/page_files.hpp"
#include "appliance/webapi/pair_codec.hpp"
#include "base/file.hpp"
#include "kit/temporary_folder.hpp"

namespace vistter::appliance::test {
namespace {

class KeepingTest : public ::testing::Test {
  protected:
    std::unique_ptr<store::Database> open() {
        return store::open_database(folder.path() / "appliance.db", appliance_migrations()).value();
    }
    kit::TemporaryFolder folder;
    SeededRandom random{7};
};

TEST_F(KeepingTest, ConfigAndCamerasComeBackAsTheyWere) {
    Config config{3,
                  "Front",
                  {{"dst_a", {"rtmp", "rtmp://h/a", ""}}, {"dst_b", {"file", "", "b.ts"}}},
                  {{"prf_a", {}}}};
    config.encoding_profiles["prf_a"].rate_den = 1001;
    const Camera camera{"cam_1", {"Quay", "fixed", "rtsp", "h", 8554, "/q"}};
    {
        auto database = open();
        make_config_store(*database)->save(config);
        make_camera_store(*database)->put(camera);
        make_camera_store(*database)->put({"cam_2", {}});
        make_camera_store(*database)->remove("cam_2");
    }
    auto database = open();
    EXPECT_EQ(make_config_store(*database)->load(), config);
    EXPECT_EQ(make_camera_store(*database)->all(), std::vector<Camera>{camera});
    EXPECT_FALSE(make_camera_store(*database)->find("cam_2"));
}

TEST_F(KeepingTest, TheNewestTimelinesStayAndOneThatPlays) {
    auto database = open();
    auto timelines = make_timeline_store(*database);
    auto runs = make_run_store(*database);
    StoredRun run;
    run.run_id = "run_1";
    run.command_id = "c1";
    run.timeline_id = "tml_a";
    run.revision = 1;
    run.state = "playing";
    for (int revision = 1; revision <= 4; ++revision) {
        timelines->put({"tml_a", revision, "A", "doc", "body", "sha", {revision}}, true);
        if (revision == 1) runs->put(run);
    }
    EXPECT_TRUE(timelines->find("tml_a", 1)) << "it plays";
    EXPECT_FALSE(timelines->find("tml_a", 2));
    EXPECT_TRUE(timelines->find("tml_a", 3));
    EXPECT_EQ(timelines->find("tml_a")->revision, 4);
    EXPECT_EQ(timelines->all().size(), 1U);
    EXPECT_EQ(timelines->all()[0].revision, 4);
    EXPECT_EQ(timelines->all()[0].doc_sha256, "doc");
    run.state = "completed";
    runs->put(run);
    EXPECT_TRUE(runs->live().empty());
    EXPECT_EQ(runs->find_by_command("c1")->state, "completed");
}

TEST_F(KeepingTest, ClaimsKeepTheirTokensBitByBit) {
    auto database = open();
    auto overlays = make_overlay_store(*database);
    OverlayClaim claim{"corner", "ovl_a", "main", 2, {}, -1, {5}};
    claim.tokens["number"] = contract::TokenValue(0.1 + 0.2);
    claim.tokens["text"] = contract::TokenValue(std::string("\xC3\xA9"));
    claim.tokens["flag"] = contract::TokenValue(true);
    claim.tokens["none"] = std::nullopt;
    overlays->put_claim(claim);
    ASSERT_EQ(overlays->claims().size(), 1U);
    EXPECT_EQ(overlays->claims()[0].tokens, claim.tokens);
    overlays->remove_claim("corner");
    EXPECT_TRUE(overlays->claims().empty());
}

TEST_F(KeepingTest, StreamsAndAttemptsAndSessions) {
    auto database = open();
    const StoredStream stream{"str_a", "prf_a", {"dst_b", "dst_a"}, true, false, "c", "f"};
    auto streams = make_stream_store(*database);
    streams->put(stream);
    EXPECT_EQ(streams->find("str_a"), stream);
    auto attempts = make_attempt_store(*database);
    EXPECT_EQ(attempts->begin("c"), 1);
    EXPECT_EQ(attempts->begin("c"), 2);
    attempts->forget("c");
    EXPECT_EQ(attempts->begin("c"), 1);
    auto accounts = make_account_store(*database);
    EXPECT_FALSE(accounts->password_hash());
    accounts->set_password_hash("h");
    accounts->put_session("t", {"csrf", local_admin}, {1'000});
    EXPECT_EQ(accounts->session_of("t", {999})->csrf_token, "csrf");
    EXPECT_FALSE(accounts->session_of("t", {1'000})) << "it is over";
}

// What is decided commits with the journal's row or not at all (core/command_handler.hpp).
TEST_F(KeepingTest, StoresTakePartInTheTransactionAroundThem) {
    auto database = open();
    auto cameras = make_camera_store(*database);
    EXPECT_THROW(database->transaction([&] {
        cameras->put({"cam_1", {}});
        throw std::runtime_error("power cut");
    }),
                 std::runtime_error);
    EXPECT_TRUE(cameras->all().empty());
}

Identity identity(const std::string& device) {
    Identity out;
    out.granted = {device,
                   "t",
                   "N",
                   "CERT",
                   device + "#1",
                   "https://s/v1/bootstrap/session",
                   {{"ROOT"}, {"aa", "bb"}, {{"studio:x#1", "KEY"}}},
                   {{"wss", "wss://s/v1/channel"}, {"mqtts", "mqtts://s:8883"}}};
    out.studio_url = "https://s";
    out.tls_key_pem = "-----BEGIN TLS";
    out.signing_key_pem = "-----BEGIN SIGN";
    return out;
}

// G1.6: old identity or new identity, whole, and nothing half-made is left.
TEST_F(KeepingTest, AnIdentityIsSwitchedInWhole) {
    IdentityStore store(folder.path(), random);
    EXPECT_FALSE(store.load().value().has_value());
    ASSERT_TRUE(store.save(identity("dev_1")).ok());
    ASSERT_TRUE(store.save(identity("dev_2")).ok());
    std::filesystem::create_directory(folder.path() / "identity-cut-short");
    const auto loaded = IdentityStore(folder.path(), random).load();
    ASSERT_TRUE(loaded.ok());
    EXPECT_EQ((*loaded)->granted.device_id, "dev_2");
    EXPECT_EQ((*loaded)->granted.trust.pins, (std::vector<std::string>{"aa", "bb"}));
    EXPECT_EQ((*loaded)->granted.trust.studio_keys.at(0).pem, "KEY");
    EXPECT_EQ((*loaded)->granted.channels, identity("dev_2").granted.channels);
    EXPECT_EQ((*loaded)->tls_key_pem, "-----BEGIN TLS");
    int folders = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        folders += !entry.is_symlink();
    EXPECT_EQ(folders, 1) << "only the identity in use";
    std::filesystem::remove(folder.path() / "identity" / "client.pem");
    EXPECT_EQ(store.load().error().code, ErrorCode::SYS_STORAGE);
}

TEST_F(KeepingTest, TheLibraryKeepsDocumentsAndKnowsItsAssets) {
    auto library = open_library(folder.path()).value();
    const auto path = library->keep_document("tml_a-1.json", "{}");
    ASSERT_TRUE(path.ok());
    EXPECT_EQ(*read_file(*path, 10), "{}");
    ASSERT_TRUE(write_file(library->assets_folder() + "/abc", "12345", 0600).ok());
    EXPECT_TRUE(library->has_asset("abc", 5));
    EXPECT_FALSE(library->has_asset("abc", 6));
    EXPECT_GT(library->free_bytes(), 0);
}

// A truncated or bent answer of Studio is refused as a whole.
TEST(PairCodec, ReadsAnAnswerWholeOrNotAtAll) {
    const std::string good =
        R"({"device_id":"dev_1","tenant":"t","name":"n","client_certificate":"C","signing_kid":"dev_1#1",)"
        R"("trust_bundle":{"roots":["R"],"pins":["aa"],"studio_keys":[{"kid":"studio:x#1","pem":"K"}]},)"
        R"("channels":[{"transport":"wss","url":"wss://h/v1/channel"}],"session_url":"https://h/s"})";
    const auto codec = make_pair_codec();
    ASSERT_TRUE(codec.read_answer(good).ok());
    EXPECT_EQ(codec.read_answer(good)->channels.front().url, "wss://h/v1/channel");
    for (std::size_t cut = 0; cut < good.size(); cut += 7)
        EXPECT_FALSE(codec.read_answer(good.substr(0, cut)).ok()) << cut;
    for (const char* member :
         {"device_id", "client_certificate", "trust_bundle", "channels", "session_url"}) {
        std::string bent = good;
        bent.replace(bent.find(member), 1, "_");
        EXPECT_FALSE(codec.read_answer(bent).ok()) << member;
    }
    EXPECT_EQ(codec.read_problem(410, R"({"code":"PAIR_EXPIRED","detail":"too late"})").code,
              ErrorCode::PAIR_EXPIRED);
    EXPECT_EQ(codec.read_problem(404, "<html>").code, ErrorCode::AST_FETCH);
}

TEST(PageFiles, NeverLeaveTheirFolder) {
    kit::TemporaryFolder folder;
    std::filesystem::create_directory(folder.path() / "page");
    std::filesystem::create_directory(folder.path() / "page/assets");
    ASSERT_TRUE(write_file(folder.path() / "secret", "hidden", 0600).ok());
    ASSERT_TRUE(write_file(folder.path() / "page/index.html", "<p>page", 0600).ok());
    ASSERT_TRUE(write_file(folder.path() / "page/assets/app-1a2b.js", "go()", 0600).ok());
    const PageFiles files(folder.path() / "page");
    const auto get = [&](const std::string& path) {
        net::Request request;
        request.method = "GET";
        request.path = path;
        return files.answer(request);
    };
    EXPECT_EQ(get("/").body, "<p>page");
    EXPECT_EQ(get("/cameras").body, "<p>page") << "the page has its own addresses";
    EXPECT_EQ(get("/assets/app-1a2b.js").body, "go()");
    EXPECT_EQ(get("/assets/gone.js").status, 404);
    for (const char* path :
         {"/../secret", "/..", "/assets/../../secret", "//secret", "/./secret", "/.hidden"})
        EXPECT_EQ(get(path).body.find("hidden"), std::string::npos) << path;
}

TEST_F(KeepingTest, ADayOfMetricsIsKeptAndSurvivesARestart) {  // G2.34
    constexpr std::int64_t start = 1'800'000'000'000, minute = 60'000, day = 24 * 60 * minute;
    {
        auto database = open();
        auto history = make_metrics_history(*database);
        for (std::int64_t at = start; at <= start + day + 60 * minute; at += minute)
            history->add(WallTime{at}, 60, "{}", at < start + day);
    }
    auto database = open();
    auto history = make_metrics_history(*database);
    const auto kept = history->between(WallTime{0}, WallTime{start * 2}, 10'000);
    ASSERT_EQ(kept.size(), 24U * 60U + 1U);
    EXPECT_EQ(kept.front().at.ms, start + 60 * minute);
    EXPECT_EQ(history->between(WallTime{start + day}, WallTime{start + day + 2 * minute}, 9).size(),
              2U);
    ASSERT_EQ(history->untold(100).size(), 61U);
    history->mark_told(history->untold(100)[59].n);
    ASSERT_EQ(history->untold(100).size(), 1U);
    EXPECT_EQ(history->untold(100)[0].at.ms, start + day + 60 * minute);
}

}  // namespace
}  // namespace vistter::appliance::test
