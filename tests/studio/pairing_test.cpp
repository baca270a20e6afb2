// Pairing over HTTP, as an appliance and as those who should not pair (G1.3, G1.4, G1.6, G1.7,
// G1.8).
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "crypto/certificate.hpp"
#include "studio/studio_process.hpp"

namespace vistter::studio {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

class PairingTest : public testing::Test {
  protected:
    kit::TemporaryFolder folder;
    StudioProcess studio{folder / "studio"};
    Client ann = studio.signed_in();
    Client appliance = studio.client();

    std::string token_for(const std::string& serial) {
        const Reply issued = ann.post("/v1/pairing-tokens", {{"serial", serial}});
        EXPECT_EQ(issued.status, 201) << issued.text;
        return issued.member("token");
    }
    Reply pair(const json::object& request) const {
        return appliance.post("/v1/bootstrap/pair", request);
    }
    int tries_left() const {
        return static_cast<int>(
            ann.get("/v1/pairing-tokens").body.at("items").at(0).at("tries_left").as_int64());
    }
};

// G1.6
TEST_F(PairingTest, ATokenBecomesCredentialsForItsSerial) {
    PairingDevice device{.serial = "SN-1"};
    const Reply paired = pair(device.request(token_for("SN-1")));
    ASSERT_EQ(paired.status, 201) << paired.text;
    const auto root = crypto::Certificate::from_pem(studio.root_pem).value();
    const auto certificate =
        crypto::Certificate::from_pem(paired.member("client_certificate")).value();
    EXPECT_TRUE(certificate.issued_by(root));
    EXPECT_EQ(certificate.public_key().spki_sha256(), device.tls.public_key().spki_sha256());
    EXPECT_EQ(certificate.uri_names(),
              std::vector<std::string>{"spiffe://vistter/t/main/d/" + paired.member("device_id")});
    const std::int64_t lifetime = certificate.not_after().ms - machine_clock().wall().ms;
    EXPECT_NEAR(static_cast<double>(lifetime), 400.0 * day_ms, 60'000.0);
    EXPECT_EQ(paired.member("signing_kid"), paired.member("device_id") + "#1");
    EXPECT_EQ(paired.member("verdict"), "ok");
    const json::value& trust = paired.body.at("trust_bundle");
    EXPECT_EQ(trust.at("pins").at(0).as_string(), to_hex(root.public_key().spki_sha256()));
    EXPECT_NE(trust.at("pins").at(0), trust.at("pins").at(1)) << "the spare root has its own pin";
    EXPECT_EQ(trust.at("studio_keys").at(0).at("kid").as_string(), "studio:main#1");
    EXPECT_TRUE(
        paired.body.at("channels").at(0).at("url").as_string().starts_with("wss://127.0.0.1:"));
    const Reply fleet = ann.get("/v1/appliances");
    EXPECT_EQ(fleet.body.at("items").at(0).at("serial").as_string(), "SN-1");
    EXPECT_FALSE(fleet.body.at("items").at(0).at("connected").as_bool());
}

// G1.4
TEST_F(PairingTest, AUsedTokenSaysSoOnlyToItsOwnSerial) {
    const std::string token = token_for("SN-1");
    EXPECT_EQ(pair(PairingDevice{.serial = "SN-1"}.request(token)).status, 201);
    const Reply again = pair(PairingDevice{.serial = "SN-1"}.request(token));
    EXPECT_EQ(again.status, 409) << again.text;
    EXPECT_EQ(again.code(), "PAIR_USED");
    const Reply foreign = pair(PairingDevice{.serial = "SN-2"}.request(token));
    EXPECT_EQ(foreign.status, 403);
    EXPECT_EQ(foreign.code(), "PAIR_INVALID");
}

// G1.4
TEST_F(PairingTest, EveryMismatchGetsOneAndTheSameAnswer) {
    const std::string token = token_for("SN-1");
    const std::string withdrawn = token_for("SN-9");
    const Reply listed = ann.get("/v1/pairing-tokens");
    const std::string id(listed.body.at("items").at(0).at("id").as_string());
    EXPECT_EQ(ann.request("DELETE", "/v1/pairing-tokens/" + id).status, 204);
    json::object wrong_secret = PairingDevice{.serial = "SN-1"}.request(token);
    wrong_secret["token_secret"] = "00112233445566778899";
    json::object unknown_serial = PairingDevice{.serial = "SN-7"}.request(token);
    unknown_serial["token_secret"] = "00112233445566778899";
    std::vector<std::string> answers;
    for (const json::object& request :
         {PairingDevice{.serial = "SN-2"}.request(token), wrong_secret, unknown_serial,
          PairingDevice{.serial = "SN-9"}.request(withdrawn)}) {
        Reply refused = pair(request);
        EXPECT_EQ(refused.status, 403) << refused.text;
        refused.body.as_object().erase("correlation_id");
        answers.push_back(json::serialize(refused.body));
    }
    for (const std::string& answer : answers) EXPECT_EQ(answer, answers.front());
    EXPECT_EQ(tries_left(), 3) << "the foreign serial and the wrong secret each burnt one try";
    EXPECT_EQ(pair(PairingDevice{.serial = "SN-1"}.request(token)).status, 201)
        << "its own serial still pairs";
}

// G1.4
TEST_F(PairingTest, FiveFailedTriesCloseAToken) {
    const std::string token = token_for("SN-1");
    for (int n = 0; n < 5; ++n)
        EXPECT_EQ(pair(PairingDevice{.serial = "SN-2"}.request(token)).status, 403);
    EXPECT_EQ(tries_left(), 0);
    const Reply late = pair(PairingDevice{.serial = "SN-1"}.request(token));
    EXPECT_EQ(late.status, 403) << "not even its own serial pairs now";
}

// G1.3
TEST_F(PairingTest, BadRequestsAreRefusedBeforeAnyTokenIsLookedAt) {
    const std::string token = token_for("SN-1");
    const json::object good = PairingDevice{.serial = "SN-1"}.request(token);
    const std::string path = "/v1/bootstrap/pair";
    EXPECT_EQ(
        appliance.request("POST", path, json::serialize(good), {{"content-type", "text/plain"}})
            .status,
        415);
    json::object big = good;
    big["csr_tls"] = std::string(70'000, 'x');
    EXPECT_EQ(pair(big).status, 413);
    EXPECT_EQ(
        appliance.request("POST", path, "{\"serial\":", {{"content-type", "application/json"}})
            .status,
        400);
    struct Case {
        const char* member;
        json::value value;
    };
    for (const Case& each :
         {Case{"serial", "x"}, Case{"serial", 7}, Case{"token_secret", "zz"},
          Case{"csr_tls", "-----BEGIN nothing"}, Case{"csr_sign", good.at("csr_tls")}}) {
        json::object bad = good;
        bad[each.member] = each.value;
        const Reply refused = pair(bad);
        EXPECT_EQ(refused.status, 422) << refused.text;
        EXPECT_EQ(refused.pointers(), std::vector<std::string>{std::string("/") + each.member})
            << refused.text;
    }
    json::object more = good;
    more["admin"] = true;
    EXPECT_EQ(pair(more).pointers(), std::vector<std::string>{"/admin"});
    EXPECT_EQ(tries_left(), 5);
}

// G1.3
TEST_F(PairingTest, GuessersAreSlowedDownAndToldForHowLong) {
    json::object guess = PairingDevice{.serial = "SN-1"}.request(token_for("SN-2"));
    int refused = 0;
    Reply last;
    for (int n = 0; n < 40 && last.status != 429; ++n) {
        guess["token_secret"] = "0011223344556677" + std::to_string(1000 + n);
        last = pair(guess);
        refused += last.status == 403 ? 1 : 0;
    }
    EXPECT_EQ(refused, 20);
    EXPECT_EQ(last.status, 429);
    EXPECT_GT(std::stoi(last.headers.at("retry-after")), 0);
}

// G1.3
TEST_F(PairingTest, OnlySignedInPeopleMakeTokens) {
    EXPECT_EQ(appliance.post("/v1/pairing-tokens", {{"serial", "SN-1"}}).status, 401);
    const Reply malformed = ann.post("/v1/pairing-tokens", {{"serial", "no\nserial"}});
    EXPECT_EQ(malformed.status, 422);
    EXPECT_EQ(malformed.pointers(), std::vector<std::string>{"/serial"});
    const Reply never = ann.post("/v1/pairing-tokens", {{"serial", "SN-1"}, {"ttl_s", 86'401}});
    EXPECT_EQ(never.code(), "VAL_RANGE");
    EXPECT_EQ(ann.request("DELETE", "/v1/pairing-tokens/pat_none").status, 404);
}

// G1.4: the race of two appliances with one token.
TEST_F(PairingTest, OfAThousandParallelRedemptionsExactlyOneWins) {
    constexpr int total = 1'000;
    constexpr int at_once = 25;
    const std::string token = token_for("SN-1");
    std::mutex guard;
    std::map<int, int> by_status;
    std::atomic<int> next{0};
    std::vector<std::thread> threads;
    for (int n = 0; n < at_once; ++n) {
        threads.emplace_back([&] {
            const PairingDevice device{.serial = "SN-1"};
            const json::object request = device.request(token);
            while (next++ < total) {
                const Reply reply = pair(request);
                const std::lock_guard lock(guard);
                ++by_status[reply.status];
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(by_status, (std::map<int, int>{{201, 1}, {409, total - 1}}));
    EXPECT_EQ(ann.get("/v1/appliances").body.at("items").as_array().size(), 1U);
}

// Both forms, a picture of the long one, and a file for many are handed out once and to producers
// only (G1.3, G1.4).
TEST_F(PairingTest, ATokenIsShownOnceInEveryForm) {
    const Reply issued = ann.post("/v1/pairing-tokens", {{"serial", "SN-1"}});
    EXPECT_EQ(issued.member("code").size(), 9U);
    EXPECT_TRUE(issued.member("qr_svg").starts_with("<svg "));
    const Reply listed = ann.get("/v1/pairing-tokens");
    for (const char* once : {"token", "code", "qr_svg"})
        EXPECT_FALSE(listed.body.at("items").at(0).as_object().contains(once)) << once;
    EXPECT_EQ(listed.text.find(issued.member("code")), std::string::npos);
    const json::object many{{"serials", json::array{"BOX-1", "BOX-2"}}};
    EXPECT_EQ(studio.client().post("/v1/enrolments", many).status, 401);
    const Reply file = ann.post("/v1/enrolments", many);
    ASSERT_EQ(file.status, 201) << file.text;
    PairingDevice device{.serial = "BOX-2"};
    const auto token = std::string(file.body.at("tokens").at(1).at("token").as_string());
    EXPECT_EQ(pair(device.request(token)).status, 201);
}

// An attempt belongs to one TLS connection, and this client opens one for each request.
TEST_F(PairingTest, AFinishWithoutItsBeginIsRefused) {
    const Reply begun = appliance.post("/v1/bootstrap/pair:begin", {{"serial", "SN-1"}});
    ASSERT_EQ(begun.status, 200) << begun.text;
    EXPECT_EQ(from_base64url(begun.member("offer"))->size(), 256U);
    json::object request = PairingDevice{.serial = "SN-1"}.request(token_for("SN-1"));
    request.erase("token_secret");
    const Reply refused =
        appliance.post("/v1/bootstrap/pair:finish", {{"answer", to_base64url(Bytes(256, 1))},
                                                     {"proof", to_base64url(Bytes(32, 1))},
                                                     {"request", json::serialize(request)}});
    EXPECT_EQ(refused.code(), "PAIR_INVALID") << refused.text;
    EXPECT_EQ(tries_left(), 5) << "nothing was begun there, so nothing was tried";
}

// G1.7, G1.8
TEST_F(PairingTest, OnlyThePairedCertificateGetsASession) {
    PairingDevice device{.serial = "SN-1"};
    const Reply paired = pair(device.request(token_for("SN-1")));
    const Client road = studio.channel_client(device.identity(paired));
    const Reply session = road.post("/v1/bootstrap/session", json::object{});
    ASSERT_EQ(session.status, 201) << session.text;
    EXPECT_FALSE(session.member("session_token").empty());
    EXPECT_EQ(studio.channel_client({}).post("/v1/bootstrap/session", json::object{}).status, 0)
        << "without a certificate there is no TLS connection";
    const Reply elsewhere = appliance.post("/v1/bootstrap/session", json::object{});
    EXPECT_EQ(elsewhere.status, 404) << "the web listener does not know this path";
    EXPECT_EQ(road.get("/v1/appliances").status, 404) << "the channel listener has no API";
}

// G1.6: pairing the same serial again keeps its identity and replaces its keys.
TEST_F(PairingTest, PairingAgainReplacesTheCredentials) {
    PairingDevice first{.serial = "SN-1"};
    PairingDevice second{.serial = "SN-1"};
    const Reply before = pair(first.request(token_for("SN-1")));
    const Reply after = pair(second.request(token_for("SN-1")));
    ASSERT_EQ(after.status, 201) << after.text;
    EXPECT_EQ(after.member("device_id"), before.member("device_id"));
    EXPECT_EQ(after.member("signing_kid"), before.member("device_id") + "#2");
    const Client old_road = studio.channel_client(first.identity(before));
    EXPECT_EQ(old_road.post("/v1/bootstrap/session", json::object{}).status, 403);
    const Client new_road = studio.channel_client(second.identity(after));
    EXPECT_EQ(new_road.post("/v1/bootstrap/session", json::object{}).status, 201);
}

}  // namespace
}  // namespace vistter::studio
