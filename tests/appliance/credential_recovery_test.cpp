// The way home of an appliance whose certificate has ended, and TLS with keys in a TPM, against a
// server that answers as Studio does (docs/decisions/0011, acceptance G5.3).
#include <gtest/gtest.h>

#include "appliance/adapters/identity/recovery.hpp"
#include "appliance/credential_bench.hpp"
#include "appliance/webapi/pair_codec.hpp"
#include "contract/object_writer.hpp"
#include "crypto/recovery.hpp"
#include "crypto/tpm.hpp"
#include "kit/swtpm.hpp"
#include "net/http_client.hpp"
#include "net/server.hpp"

namespace vistter::appliance::test {
namespace {

class RecoveryTest : public ::testing::Test {
  protected:
    RecoveryTest() {
        const auto key = crypto::PrivateKey::generate();
        // Not good yet by this machine's clock: only the known time says that it is.
        const auto leaf = crypto::issue_server(
            bench.root_key, bench.root, key.public_key(), {"127.0.0.1"},
            {{bench.now.ms - day_ms}, {bench.now.ms + 90 * day_ms}}, bench.random);
        server_identity = {leaf.to_pem() + bench.root.to_pem(), key.to_pem()};
        identity = bench.identity(-1);
    }
    void serve(net::Handler handler, const std::string& client_root = {}) {
        net::ServerOptions options;
        options.tls = net::ServerTls{server_identity, client_root};
        server = net::listen(loop, options, std::move(handler)).value();
        url = "https://127.0.0.1:" + std::to_string(server->port()) + "/v1/bootstrap/recover";
        identity.granted.recover_url = url;
    }
    // Studio's part: looks the key up, verifies, certifies the new key.
    net::Response studio(const net::Request& request) {
        ++asked;
        const auto text = std::string(boost::json::parse(request.body).at("request").as_string());
        const auto jws = crypto::read_recovery(text);
        const auto key = crypto::PrivateKey::from_pem(identity.signing_key_pem)->public_key();
        if (!jws || jws->kid != identity.granted.signing_kid) return refused();
        const auto wish = crypto::verify_recovery(*jws, key);
        if (!wish || revoked) return refused();
        return answer(bench.certify(crypto::read_csr(wish->csr_tls)->key, as));
    }
    static net::Response refused() { return {403, {}, R"({"code":"API_FORBIDDEN"})"}; }
    net::Response answer(const std::string& certificate) {
        const auto trust = bench.trust();
        const auto quoted = [](const std::string& text) {
            return boost::json::serialize(boost::json::string(text));
        };
        const std::string bundle = "{\"roots\":[" + quoted(trust.roots[0]) + "],\"pins\":[" +
                                   quoted(trust.pins[0]) + "," + quoted(trust.pins[1]) +
                                   R"(],"studio_keys":[{"kid":"studio:x#2","pem":)" +
                                   quoted(trust.studio_keys[0].pem) + "}]}";
        return {200,
                {},
                contract::ObjectWriter()
                    .text("device_id", as)
                    .text("tenant", "sandbox")
                    .text("client_certificate", certificate)
                    .text("signing_kid", as + "#1")
                    .text("session_url", "https://new/session")
                    .raw("trust_bundle", bundle)
                    .raw("channels", R"([{"transport":"wss","url":"wss://new/v1/channel"}])")
                    .str()};
    }
    Result<Identity> come_home(bool allow_loopback = true) {
        if (!server)
            serve([this](const net::Request& request, auto responder) {
                responder->respond(studio(request));
            });
        const AddressPolicy policy(allow_loopback, {});
        std::optional<Result<Identity>> out;
        {
            async::WorkerPool workers(1, 4);
            recover(loop, workers, policy, bench.random,
                    {identity, make_pair_codec().read_answer, {}, crypto::KeyHome::file, bench.now},
                    [&](const Result<Identity>& got) {
                        out = got;
                        loop.stop();
                    });
            loop.run();
        }
        return *out;
    }
    // By a clock that is a hundred days ahead of this machine's.
    CredentialBench bench{{machine_clock().wall().ms + 100 * day_ms}};
    net::TlsIdentity server_identity;
    Identity identity;
    std::string url, as = bench.device;
    bool revoked = false;
    int asked = 0;
    async::Loop loop;
    std::unique_ptr<net::Server> server;
};

TEST_F(RecoveryTest, AnEndedCertificateIsReplacedWithoutAVisit) {
    const auto home = come_home();
    ASSERT_TRUE(home.ok()) << describe(home.error());
    EXPECT_TRUE(works(*home));
    EXPECT_GT(crypto::Certificate::from_pem(home->granted.client_certificate)->not_after(),
              bench.now);
    EXPECT_NE(home->tls_key_pem, identity.tls_key_pem) << "a new key";
    EXPECT_EQ(home->signing_key_pem, identity.signing_key_pem);
    EXPECT_EQ(home->granted.signing_kid, identity.granted.signing_kid);
    EXPECT_EQ(home->granted.trust.studio_keys[0].kid, "studio:x#2") << "Studio's keys of today";
    EXPECT_EQ(home->granted.session_url, "https://new/session");
    EXPECT_EQ(home->granted.recover_url, identity.granted.recover_url);
}

TEST_F(RecoveryTest, ARevokedOneIsTurnedAway) {
    revoked = true;
    EXPECT_EQ(come_home().error().code, ErrorCode::SEC_REVOKED);
}

TEST_F(RecoveryTest, AnAnswerForAnotherApplianceIsNotTaken) {
    as = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABD";
    EXPECT_EQ(come_home().error().code, ErrorCode::SEC_UNAUTHORISED);
}

TEST_F(RecoveryTest, ACertificateForAnotherKeyIsNotTaken) {
    serve([this](const net::Request&, auto responder) {
        responder->respond(answer(bench.certify(crypto::PrivateKey::generate().public_key(), as)));
    });
    EXPECT_EQ(come_home().error().code, ErrorCode::SEC_UNAUTHORISED);
}

TEST_F(RecoveryTest, AnotherServerHearsNothing) {
    CredentialBench other(bench.now);
    identity.granted.trust = other.trust();
    EXPECT_EQ(come_home().error().code, ErrorCode::SEC_PIN);
    EXPECT_EQ(asked, 0);
}

TEST_F(RecoveryTest, GoesOnlyWhereItMay) {
    EXPECT_FALSE(come_home(false).ok());
    EXPECT_EQ(asked, 0);
}

// B.6: the same server, by a machine whose clock is right and which knows no later time.
TEST_F(RecoveryTest, ACertificateOfTheFutureNeedsAKnownTime) {
    bench.now = WallTime{0};
    EXPECT_EQ(come_home().error().code, ErrorCode::SEC_PIN);
    EXPECT_EQ(asked, 0);
}

// G1.7: mutual TLS proves a key that never left the TPM.
TEST_F(RecoveryTest, AKeyInTheTpmOpensMutualTls) {
    ASSERT_TRUE(kit::SoftwareTpm::of_this_process())
        << "swtpm and tpm2-openssl are missing (packages.txt)";
    Bytes shown;
    const auto now = machine_clock().wall();
    const auto root = crypto::make_root(bench.root_key, "root",
                                        {{now.ms - day_ms}, {now.ms + day_ms}}, bench.random);
    serve(
        [&](const net::Request& request, auto responder) {
            shown = request.client_certificate;
            responder->respond({});
        },
        root.to_pem());
    const auto key = crypto::generate_in_tpm();
    const auto mine = crypto::issue_device(bench.root_key, root, key.public_key(),
                                           crypto::device_uri("sandbox", bench.device),
                                           {{now.ms - day_ms}, {now.ms + day_ms}}, bench.random);
    net::FetchOptions request;
    request.url = url;
    net::ClientTls tls;
    const auto pin = bench.root.public_key().spki_sha256();
    tls.pins.emplace_back(pin.begin(), pin.end());
    tls.identity = {mine.to_pem(), key.to_pem()};
    tls.not_before = bench.now;
    request.tls = tls;
    std::optional<Result<net::Fetched>> fetched;
    {
        async::WorkerPool workers(1, 4);
        ASSERT_TRUE(workers.submit([&] {
            fetched = net::fetch(request);
            loop.stop();
        }));
        loop.run();
    }
    ASSERT_TRUE(fetched->ok()) << describe(fetched->error());
    EXPECT_EQ((*fetched)->status, 200);
    EXPECT_EQ(shown, mine.to_der());
}

}  // namespace
}  // namespace vistter::appliance::test
