// Stream keys and camera credentials: opened once, kept apart, never shown, good for one address
// only (contract B.8; G5.7).
#include <gtest/gtest.h>

#include "appliance/core/fakes.hpp"
#include "contract/secrets.hpp"

namespace vistter::appliance::test {
namespace {

constexpr const char* app = "rtmp://198.51.100.4/live";
constexpr const char* key = "KEY-canary-7f3a?backup=1";

std::string sealed_key(const std::string& address) {
    return "for-me:" + contract::write_secret(contract::DestinationSecret{address, key});
}

contract::DeviceConfig destination(contract::SealedSecret secret, const std::string& url = app) {
    contract::DeviceConfig config;
    config.config_patch.destinations["dst_a"] =
        contract::Destination{"rtmp", url, "", std::move(secret)};
    return config;
}

contract::StreamControl start() {
    contract::StreamControl out;
    out.stream_id = "str_a";
    out.command = "start";
    out.destination_ids = {"dst_a"};
    out.profile_id = "prf_a";
    return out;
}

contract::CameraAction camera(const std::string& what, contract::SealedSecret secret,
                              const std::string& id = {}) {
    contract::CameraAction out;
    out.action = what;
    out.camera_id = id;
    out.spec = camera_spec("Quay");
    out.spec->credentials = std::move(secret);
    return out;
}

std::string sealed_login() {
    return "for-me:" + contract::write_secret(contract::CameraSecret{"rtsp://198.51.100.4:554",
                                                                     "view er", "p@ss/w:rd"});
}

// Everything the core has said or stored, except where the secret belongs.
std::string told(const Bench& bench) {
    std::string all;
    for (const auto& event : bench.road.events) all += event.context.text;
    for (const auto& said : bench.road.said) all += said.progress.result.text;
    for (const auto& [id, each] : bench.config.config.destinations)
        all += each.url + each.path + each.secret.text;
    for (const auto& [id, each] : bench.cameras.rows)
        all += each.spec.path + each.spec.credentials.text;
    return all;
}

TEST(SealedSecret, AStreamKeyIsTheLastPartOfTheOutputsAddressAndOfNothingElse) {
    Bench bench;
    bench.config.config.encoding_profiles["prf_a"] = {};
    EXPECT_EQ(bench.send(destination({sealed_key(app)})).code(), "");
    EXPECT_EQ(bench.secrets.rows.count("destination:dst_a"), 1U);
    bench.send(start());
    EXPECT_EQ(bench.outputs.take(),
              std::vector<std::string>{std::string("start dst_a rtmp ") + app + "/" + key});
    EXPECT_EQ(told(bench).find("canary"), std::string::npos);
}

TEST(SealedSecret, ItStaysUntilItsAddressChangesOrItIsForgotten) {
    Bench bench;
    bench.send(destination({sealed_key(app)}));
    EXPECT_EQ(bench.send(destination({})).code(), "") << "nothing given: it stays";
    EXPECT_TRUE(bench.secrets.has("destination:dst_a"));
    const auto elsewhere = bench.send(destination({}, "rtmp://203.0.113.9/evil"));
    EXPECT_EQ(elsewhere.code(), "CFG_INVALID") << "a kept key must not follow another address";
    EXPECT_EQ(elsewhere.pointer(), "/config_patch/destinations/dst_a/secret_sealed");
    EXPECT_EQ(bench.config.config.destinations["dst_a"].url, app);
    EXPECT_EQ(bench.send(destination({"", true}, "rtmp://203.0.113.9/open")).code(), "");
    EXPECT_FALSE(bench.secrets.has("destination:dst_a"));
}

TEST(SealedSecret, SealedTextThatIsCopiedElsewhereOpensNothing) {
    Bench bench;
    const auto copied = bench.send(destination({sealed_key(app)}, "rtmp://203.0.113.9/evil"));
    EXPECT_EQ(copied.code(), "SEC_BAD_SEAL");
    EXPECT_EQ(bench.send(camera("add", {sealed_key(app)})).code(), "SEC_BAD_SEAL")
        << "another kind of secret";
    EXPECT_TRUE(bench.secrets.rows.empty());
    EXPECT_TRUE(bench.cameras.rows.empty());
}

TEST(SealedSecret, AnotherKeysSealIsNamedAndChangesNothing) {
    Bench bench;
    const auto outcome = bench.send(destination({"a.b.c.d.e"}));
    EXPECT_EQ(outcome.code(), "SEC_BAD_SEAL");
    EXPECT_NE(outcome.decision.ack.error->message.find("dev_x#9"), std::string::npos);
    EXPECT_EQ(bench.config.config, Config{});
    auto file = destination({sealed_key("")}, "");
    file.config_patch.destinations["dst_a"]->kind = "file";
    file.config_patch.destinations["dst_a"]->path = "a.ts";
    EXPECT_EQ(bench.send(file).code(), "CFG_INVALID") << "a file has no stream key";
}

TEST(SealedSecret, ADryRunOpensAndKeepsNothing) {
    Bench bench;
    auto config = destination({sealed_key(app)});
    config.dry_run = true;
    EXPECT_EQ(bench.send(config).decision.ack.status, "completed");
    EXPECT_TRUE(bench.secrets.rows.empty());
}

TEST(SealedSecret, ItGoesWithItsDestination) {
    Bench bench;
    bench.send(destination({sealed_key(app)}));
    contract::DeviceConfig gone;
    gone.config_patch.destinations["dst_a"] = std::nullopt;
    EXPECT_EQ(bench.send(gone).code(), "");
    EXPECT_TRUE(bench.secrets.rows.empty());
}

TEST(SealedSecret, AKeyThatThisMachineCannotReadStopsTheStartWithItsReason) {
    Bench bench;
    bench.config.config.encoding_profiles["prf_a"] = {};
    bench.send(destination({sealed_key(app)}));
    bench.secrets.locked = true;
    const auto refused = bench.send(start());
    EXPECT_EQ(refused.code(), "SEC_BAD_SEAL");
    EXPECT_EQ(refused.pointer(), "/parameters/destination_ids/0");
    EXPECT_TRUE(bench.outputs.take().empty());
}

TEST(SealedSecret, ACameraIsAskedWithItsCredentialsAndNeverShownWithThem) {
    Bench bench;
    const auto added = bench.send(camera("add", {sealed_login()}));
    ASSERT_EQ(added.code(), "");
    const std::string id = bench.cameras.rows.begin()->first;
    EXPECT_EQ(bench.program.take(),
              std::vector<std::string>{"camera " + id +
                                       " rtsp://view%20er:p%40ss%2Fw%3Ard@198.51.100.4:554/live"});
    contract::CameraAction list;
    list.action = "list";
    const std::string listed = bench.send(list).decision.ack.result.text;
    EXPECT_NE(listed.find(R"("has_credentials":true)"), std::string::npos) << listed;
    EXPECT_EQ(listed.find("ss/w"), std::string::npos);
    auto moved = camera("update", {}, id);
    moved.spec->host = "203.0.113.9";
    EXPECT_EQ(bench.send(moved).code(), "CFG_INVALID") << "credentials must not follow a new host";
    auto renamed = camera("update", {}, id);
    renamed.spec->name = "Pier";
    EXPECT_EQ(bench.send(renamed).code(), "");
    EXPECT_EQ(bench.send(camera("update", {"", true}, id)).code(), "");
    EXPECT_EQ(bench.program.take(),
              std::vector<std::string>{"camera " + id + " rtsp://198.51.100.4:554/live"});
}

TEST(SealedSecret, ItGoesWithItsCamera) {
    Bench bench;
    bench.send(camera("add", {sealed_login()}));
    contract::CameraAction remove;
    remove.action = "remove";
    remove.camera_id = bench.cameras.rows.begin()->first;
    EXPECT_EQ(bench.send(remove).code(), "");
    EXPECT_TRUE(bench.secrets.rows.empty());
}

}  // namespace
}  // namespace vistter::appliance::test
