// Renewal, revocation and Studio's own keys over HTTP, on the real process (G5.3, G1.7, G1.8).
#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "crypto/admission.hpp"
#include "crypto/certificate.hpp"
#include "crypto/recovery.hpp"
#include "studio/studio_process.hpp"

namespace vistter::studio {
namespace {

class TrustTest : public testing::Test {
  protected:
    TrustTest() {
        const Reply issued = ann.post("/v1/pairing-tokens", {{"serial", "SN-1"}});
        const Client appliance = studio.client();
        paired = appliance.post("/v1/bootstrap/pair", device.request(issued.member("token")));
        EXPECT_EQ(paired.status, 201) << paired.text;
        path = "/v1/appliances/" + paired.member("device_id");
    }

    Reply act(const std::string& where, const json::object& body) {
        return ann.post(where, body, {{"idempotency-key", std::to_string(++acts)}});
    }
    int session(const net::TlsIdentity& identity) const {
        return studio.channel_client(identity).post("/v1/bootstrap/session", json::object{}).status;
    }
    Reply come_home(const crypto::PrivateKey& tls) const {
        crypto::RecoveryRequest request;
        request.device_id = paired.member("device_id");
        request.csr_tls = crypto::make_csr(tls, "SN-1");
        request.nonce = "k3Zc1mQh0b2yV7dQe9uJ5w";
        request.timestamp = machine_clock().wall();
        return studio.client().post(
            "/v1/bootstrap/recover",
            json::object{{"request", crypto::sign_recovery(
                                         device.signing, paired.member("signing_kid"), request)}});
    }

    // Asks for a session by the signing key, bound to the connection it goes over.
    Reply ask_in(const crypto::PrivateKey& signing, crypto::AdmissionRequest request) {
        net::FetchOptions options;
        options.url = studio.url + "/healthz";
        options.tls = net::ClientTls{};
        options.tls->root_pem = studio.root_pem;
        const auto pin = crypto::Certificate::from_pem(studio.root_pem)->public_key().spki_sha256();
        options.tls->pins.emplace_back(pin.begin(), pin.end());
        net::Conversation door;
        request.tls_exporter = door.fetch(options).value().tls_exporter;
        last_request = crypto::sign_admission(signing, request.device_id + "#1", request);
        options.method = "POST";
        options.url = studio.url + "/v1/bootstrap/session:admit";
        options.headers["content-type"] = "application/json";
        options.body = json::serialize(json::object{{"request", last_request}});
        const net::Fetched fetched = door.fetch(options).value();
        return {fetched.status, fetched.headers, fetched.body, json::parse(fetched.body)};
    }
    Reply ask_again(const std::string& request) const {
        return studio.client().post("/v1/bootstrap/session:admit",
                                    json::object{{"request", request}});
    }

    std::string last_request;
    kit::TemporaryFolder folder;
    StudioProcess studio{folder / "studio"};
    Client ann = studio.signed_in();
    PairingDevice device{.serial = "SN-1"};
    Reply paired;
    std::string path;
    int acts = 0;
};

// G5.3
TEST_F(TrustTest, ARenewalIsOrderedOnceAndFollowed) {
    const Reply ordered = act(path + "/credentials:rotate", {{"credential", "client_cert"}});
    ASSERT_EQ(ordered.status, 202) << ordered.text;
    EXPECT_EQ(ordered.member("step"), "asked");
    const Reply command = ann.get("/v1/commands/" + ordered.member("message_id"));
    EXPECT_EQ(command.member("type"), "CREDENTIAL_REFRESH");
    const Reply shown = ann.get(path + "/credentials");
    EXPECT_EQ(shown.body.at("credentials").as_array().size(), 2U);
    EXPECT_EQ(shown.body.at("rotations").at(0).at("rotation_id").as_string(),
              ordered.member("rotation_id"));
    EXPECT_TRUE(shown.body.at("trust").at("up_to_date").as_bool());
    EXPECT_EQ(act(path + "/credentials:rotate", {{"credential", "client_cert"}}).code(),
              "STA_IN_USE");
    const Reply unknown = act(path + "/credentials:rotate", {{"credential", "password"}});
    EXPECT_EQ(unknown.status, 422);
    EXPECT_EQ(unknown.pointers(), std::vector<std::string>{"/credential"});
    EXPECT_EQ(act("/v1/appliances/dev_01J9Z6V7Q8M4K2R5T3W1X0YABC/credentials:rotate",
                  {{"credential", "client_cert"}})
                  .status,
              404);
    EXPECT_EQ(studio.client().get(path + "/credentials").status, 401);
}

// G5.3, G1.7
TEST_F(TrustTest, ARevokedApplianceGetsNoSessionAndCannotComeHome) {
    const net::TlsIdentity identity = device.identity(paired);
    EXPECT_EQ(session(identity), 201);
    const Reply revoked = act(path + ":revoke", json::object{});
    ASSERT_EQ(revoked.status, 200) << revoked.text;
    EXPECT_FALSE(revoked.member("revoked_at").empty());
    EXPECT_EQ(session(identity), 403);
    const Reply home = come_home(crypto::PrivateKey::generate());
    EXPECT_EQ(home.status, 403);
    EXPECT_EQ(home.code(), "SEC_UNAUTHORISED") << "the answer does not say why";
    EXPECT_TRUE(ann.get(path).body.at("revoked").as_bool());
    EXPECT_EQ(act(path + "/commands", {{"type", "STREAM_CONTROL"},
                                       {"body", {{"stream_id", "str_main"}, {"command", "stop"}}}})
                  .code(),
              "SEC_REVOKED");
}

// G5.3
TEST_F(TrustTest, AnApplianceThatLostItsCertificateComesHome) {
    EXPECT_EQ(paired.member("recover_url"), studio.url + "/v1/bootstrap/recover");
    const auto next = crypto::PrivateKey::generate();
    const Reply home = come_home(next);
    ASSERT_EQ(home.status, 200) << home.text;
    EXPECT_EQ(home.member("device_id"), paired.member("device_id"));
    EXPECT_EQ(home.member("signing_kid"), paired.member("signing_kid"));
    EXPECT_EQ(home.body.at("trust_bundle"), paired.body.at("trust_bundle"));
    EXPECT_EQ(session({home.member("client_certificate"), next.to_pem()}), 201);
    EXPECT_EQ(session(device.identity(paired)), 201) << "until the new one has been seen to work";
    const Reply garbage =
        studio.client().post("/v1/bootstrap/recover", json::object{{"request", "a.b.c"}});
    EXPECT_EQ(garbage.status, 403);
    EXPECT_EQ(studio.client().post("/v1/bootstrap/recover", json::object{}).status, 422);
}

// G1.2, G1.7: a session where the channel listener cannot be reached; bound to the connection it
// was asked over, and refused in one way only.
TEST_F(TrustTest, AnApplianceIsAdmittedByItsSigningKeyOverThisConnectionOnly) {
    EXPECT_EQ(paired.member("admit_url"), studio.url + "/v1/bootstrap/session:admit");
    const std::string thumbprint =
        crypto::Certificate::from_pem(paired.member("client_certificate"))->thumbprint();
    const crypto::AdmissionRequest mine{paired.member("device_id"), thumbprint, "studio:main", {}};
    const Reply admitted = ask_in(device.signing, mine);
    ASSERT_EQ(admitted.status, 201) << admitted.text;
    EXPECT_FALSE(admitted.member("session_token").empty());
    EXPECT_EQ(ask_again(last_request).code(), "SEC_UNAUTHORISED") << "on another connection";
    std::vector<Reply> refused{ask_in(crypto::PrivateKey::generate(), mine)};
    for (const crypto::AdmissionRequest& bad :
         {crypto::AdmissionRequest{"dev_01J9Z6V7Q8M4K2R5T3W1X0YABC", thumbprint, "studio:main", {}},
          crypto::AdmissionRequest{mine.device_id, std::string(43, 'x'), "studio:main", {}},
          crypto::AdmissionRequest{mine.device_id, thumbprint, "studio:other", {}}})
        refused.push_back(ask_in(device.signing, bad));
    ASSERT_EQ(act(path + ":revoke", json::object{}).status, 200);
    refused.push_back(ask_in(device.signing, mine));
    for (const Reply& each : refused) {
        EXPECT_EQ(each.status, 403) << each.text;
        EXPECT_EQ(each.member("detail"), refused.front().member("detail"));
        EXPECT_EQ(each.code(), "SEC_UNAUTHORISED");
    }
    Reply last;
    for (int n = 0; n < 40 && last.status != 429; ++n) last = ask_again(last_request);
    EXPECT_EQ(last.status, 429);
}

TEST_F(TrustTest, AStudioWithoutABrokerSaysSo) {
    const Reply shown = ann.get("/v1/studio");
    ASSERT_EQ(shown.status, 200) << shown.text;
    EXPECT_EQ(shown.member("url"), studio.url);
    EXPECT_TRUE(shown.body.at("broker").is_null());
    EXPECT_EQ(studio.client().get("/v1/studio").status, 401);
}

TEST_F(TrustTest, GuessersAtTheWayHomeAreSlowedDown) {
    Reply last;
    for (int n = 0; n < 40 && last.status != 429; ++n)
        last = studio.client().post("/v1/bootstrap/recover", json::object{{"request", "a.b.c"}});
    EXPECT_EQ(last.status, 429);
    EXPECT_GT(std::stoi(last.headers.at("retry-after")), 0);
}

// G5.3, G1.8
TEST_F(TrustTest, StudiosOwnKeysChangeWhileItRuns) {
    const net::TlsIdentity identity = device.identity(paired);
    for (const char* key : {"session", "server", "message", "root"}) {
        const Reply rotated = act("/v1/studio/keys:rotate", {{"key", key}});
        ASSERT_EQ(rotated.status, 200) << key << ": " << rotated.text;
    }
    // Whoever pinned the spare when it paired goes on; a browser is shown the new root.
    EXPECT_EQ(ann.get("/v1/studio/keys").status, 0) << "this client pinned the first root alone";
    studio.root_pem = read_file(studio.state / "root-2.pem", 65'536).value();
    const net::Headers signed_in = ann.headers;
    ann = studio.client();
    ann.headers = signed_in;
    EXPECT_EQ(session(identity), 201) << "the former root's certificates are good";
    const Reply shown = ann.get(path + "/credentials");
    ASSERT_EQ(shown.status, 200) << shown.text;
    EXPECT_FALSE(shown.body.at("trust").at("up_to_date").as_bool());
    int former = 0;
    const Reply keys = ann.get("/v1/studio/keys");
    ASSERT_EQ(keys.status, 200) << keys.text;
    for (const json::value& key : keys.body.at("items").as_array())
        former += key.at("state").as_string() == "former" ? 1 : 0;
    EXPECT_EQ(former, 3) << "message, session and root; nobody needs a former server key";
    EXPECT_EQ(act("/v1/studio/keys:rotate", {{"key", "everything"}}).status, 422);
    EXPECT_EQ(studio.client().get("/v1/studio/keys").status, 401);
}

}  // namespace
}  // namespace vistter::studio
