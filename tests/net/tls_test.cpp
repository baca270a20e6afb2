// Proves whom a client believes and whom a server lets in: pins on the root, names, purposes,
// mutual TLS.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "crypto/certificate.hpp"
#include "net/http_client.hpp"
#include "net/server.hpp"
#include "net_kit.hpp"

namespace vistter::net {
namespace {

void hello(const Request& request, std::unique_ptr<Responder> responder) {
    Response response;
    response.body = request.secure ? "secure" : "plain";
    if (!request.client_certificate.empty()) {
        auto certificate = crypto::Certificate::from_der(request.client_certificate);
        auto name = certificate.ok() ? crypto::device_of(*certificate)
                                     : Result<crypto::DeviceName>(certificate.error());
        response.body += name.ok() ? " " + name->device_id : " unnamed";
    }
    responder->respond(std::move(response));
}

ServerOptions with_identity(TlsIdentity identity, std::string client_root = {}) {
    ServerOptions options;
    options.tls = ServerTls{std::move(identity), std::move(client_root)};
    return options;
}

class TlsTest : public ::testing::Test {
  protected:
    static Result<Fetched> ask(const RunningServer& server, ClientTls tls,
                               const std::string& host = "127.0.0.1") {
        FetchOptions options;
        options.url = "https://" + host + ":" + std::to_string(server.port()) + "/";
        options.tls = std::move(tls);
        return fetch(options);
    }
    // "ok <body>" or "CODE: message".
    static std::string outcome(const Result<Fetched>& result) {
        return result.ok() ? "ok " + result->body : describe(result.error());
    }
    static bool starts(const std::string& text, const std::string& with) {
        return text.starts_with(with);
    }

    Authority authority_, stranger_;
};

TEST_F(TlsTest, APinnedServerIsBelieved) {
    RunningServer server(with_identity(authority_.server()), hello);
    EXPECT_EQ(outcome(ask(server, authority_.client())), "ok secure");
    EXPECT_EQ(outcome(ask(server, authority_.client(), "localhost")), "ok secure");
}

TEST_F(TlsTest, APinMayBeAPrefixOfTenBytesOrMore) {
    RunningServer server(with_identity(authority_.server()), hello);
    for (std::size_t bytes : {10u, 20u, 32u}) {
        ClientTls tls;
        tls.pins = {authority_.pin(bytes)};
        EXPECT_EQ(outcome(ask(server, tls)), "ok secure") << bytes;
    }
    for (std::size_t bytes : {0u, 1u, 9u}) {
        ClientTls tls;
        tls.pins = {authority_.pin(bytes)};
        EXPECT_TRUE(starts(outcome(ask(server, tls)), "SEC_PIN: pin mismatch")) << bytes;
    }
}

// G5.2: another key for the same host is refused, a spare pin is accepted, no pin accepts nothing.
TEST_F(TlsTest, AnotherRootIsRefusedByItsPin) {
    RunningServer server(with_identity(authority_.server()), hello);
    EXPECT_TRUE(starts(outcome(ask(server, stranger_.client())), "SEC_PIN: pin mismatch"));
    ClientTls spare;
    spare.pins = {stranger_.pin(), authority_.pin()};
    EXPECT_EQ(outcome(ask(server, spare)), "ok secure");
    ClientTls none;
    none.root_pem = authority_.root_pem();
    EXPECT_TRUE(starts(outcome(ask(server, none)), "SEC_PIN: pin mismatch"))
        << "a root without its pin is not enough";
    ClientTls flipped = authority_.client();
    flipped.pins[0][31] ^= 1;
    EXPECT_TRUE(starts(outcome(ask(server, flipped)), "SEC_PIN: pin mismatch"));
}

TEST_F(TlsTest, ThePinnedRootMustHaveSignedTheChain) {
    // Somebody in between shows the real root, but can only sign a leaf with a root of his own.
    TlsIdentity forged = stranger_.server();
    forged.certificate_chain_pem += authority_.root_pem();
    RunningServer server(with_identity(forged), hello);
    EXPECT_TRUE(starts(outcome(ask(server, authority_.client())),
                       "SEC_PIN: the server's certificate is refused"));
}

TEST_F(TlsTest, ALeafAloneNeedsTheRootFromElsewhere) {
    TlsIdentity leaf = authority_.server();
    leaf.certificate_chain_pem =
        crypto::Certificate::from_pem(leaf.certificate_chain_pem)->to_pem();
    RunningServer server(with_identity(leaf), hello);
    EXPECT_TRUE(starts(outcome(ask(server, authority_.client())), "SEC_PIN: pin mismatch"));
    ClientTls known = authority_.client();
    known.root_pem = authority_.root_pem();
    EXPECT_EQ(outcome(ask(server, known)), "ok secure");
}

TEST_F(TlsTest, TheLeafMustNameTheHost) {
    RunningServer named(with_identity(authority_.server({"studio.example"})), hello);
    EXPECT_TRUE(starts(outcome(ask(named, authority_.client())), "SEC_PIN: host mismatch"));
    RunningServer nameless(with_identity(authority_.server({})), hello);
    EXPECT_TRUE(starts(outcome(ask(nameless, authority_.client())), "SEC_PIN: "));
    RunningServer address_only(with_identity(authority_.server({"127.0.0.1"})), hello);
    EXPECT_TRUE(starts(outcome(ask(address_only, authority_.client(), "localhost")),
                       "SEC_PIN: host mismatch"));
}

TEST_F(TlsTest, AnExpiredOrFutureLeafIsRefused) {
    WallTime now = valid_now().from;
    const crypto::Validity bad[] = {{{now.ms - 10'000'000}, {now.ms}},
                                    {{now.ms + 90'000'000}, {now.ms + 99'000'000}}};
    for (const crypto::Validity& validity : bad) {
        RunningServer server(with_identity(authority_.server_valid({"127.0.0.1"}, validity)),
                             hello);
        EXPECT_TRUE(starts(outcome(ask(server, authority_.client())),
                           "SEC_PIN: the server's certificate is refused"));
    }
}

TEST_F(TlsTest, ADevicesCertificateCannotServe) {
    TlsIdentity device = authority_.device();
    device.certificate_chain_pem += authority_.root_pem();
    RunningServer server(with_identity(device), hello);
    EXPECT_TRUE(starts(outcome(ask(server, authority_.client())),
                       "SEC_PIN: the server's certificate is refused"));
}

// G1.7: mutual TLS; the handler learns who is there.
TEST_F(TlsTest, ADeviceIsKnownByItsCertificate) {
    RunningServer server(with_identity(authority_.server(), authority_.root_pem()), hello);
    EXPECT_EQ(outcome(ask(server, authority_.client(true))),
              std::string("ok secure ") + test_device);
}

TEST_F(TlsTest, WithoutTheRightClientCertificateNobodyComesIn) {
    Arrivals<int> handled;
    RunningServer server(with_identity(authority_.server(), authority_.root_pem()),
                         [&](const Request&, std::unique_ptr<Responder>) { handled.add(1); });
    EXPECT_FALSE(ask(server, authority_.client()).ok()) << "no certificate";
    ClientTls foreign = authority_.client();
    foreign.identity = stranger_.device();
    EXPECT_FALSE(ask(server, foreign).ok()) << "a foreign authority's certificate";
    ClientTls serving = authority_.client();
    serving.identity = authority_.server();
    EXPECT_FALSE(ask(server, serving).ok()) << "a server's certificate";
    ClientTls mixed = authority_.client(true);
    mixed.identity.private_key_pem = authority_.device().private_key_pem;
    EXPECT_EQ(ask(server, mixed).error().code, ErrorCode::CFG_INVALID)
        << "a key of another certificate";
    EXPECT_TRUE(handled.empty());
}

// G5.1: nothing older than TLS 1.2, whatever the client offers.
TEST_F(TlsTest, OldProtocolsAreRefused) {
    RunningServer server(with_identity(authority_.server()), hello);
    for (int version : {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
        RawClient socket(server.port());
        SSL_CTX* context = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_security_level(context, 0);
        SSL_CTX_set_min_proto_version(context, version);
        SSL_CTX_set_max_proto_version(context, version);
        SSL* ssl = SSL_new(context);
        SSL_set_fd(ssl, socket.fd());
        bool connected = SSL_connect(ssl) == 1;
        EXPECT_EQ(connected, version >= TLS1_2_VERSION) << std::hex << version;
        SSL_free(ssl);
        SSL_CTX_free(context);
    }
}

TEST_F(TlsTest, APlainClientOnATlsPortGetsNothing) {
    RunningServer server(with_identity(authority_.server()), hello);
    RawClient client(server.port());
    client.send("GET / HTTP/1.1\r\nHost: v\r\n\r\n");
    EXPECT_EQ(client.read_all().find("HTTP/1.1 200"), std::string::npos);
}

TEST_F(TlsTest, AHandshakeThatNeverComesIsClosed) {
    ServerOptions options = with_identity(authority_.server());
    options.header_deadline = std::chrono::milliseconds(50);
    RunningServer server(options, hello);
    RawClient silent(server.port());
    EXPECT_EQ(silent.read_all(), "");
}

TEST_F(TlsTest, AnIdentityMayBeReplacedWhileRunning) {
    RunningServer server(with_identity(authority_.server({"old.example"})), hello);
    EXPECT_FALSE(ask(server, authority_.client()).ok());
    ASSERT_TRUE(server.thread()
                    .run([&] { return server.server().set_identity(authority_.server()); })
                    .ok());
    EXPECT_EQ(outcome(ask(server, authority_.client())), "ok secure");
    auto refused = server.thread().run([&] {
        return server.server().set_identity({"not a certificate", "not a key"});
    });
    EXPECT_EQ(refused.error().code, ErrorCode::CFG_INVALID);
    EXPECT_EQ(outcome(ask(server, authority_.client())), "ok secure")
        << "a bad identity must not replace a good one";
}

TEST_F(TlsTest, BadMaterialIsRefusedAtTheStart) {
    async::Loop loop;
    TlsIdentity mixed = authority_.server();
    mixed.private_key_pem = authority_.server().private_key_pem;
    for (const TlsIdentity& identity : {TlsIdentity{}, TlsIdentity{"x", "y"}, mixed}) {
        EXPECT_EQ(listen(loop, with_identity(identity), hello).error().code,
                  ErrorCode::CFG_INVALID);
    }
    EXPECT_EQ(listen(loop, with_identity(authority_.server(), "no root"), hello).error().code,
              ErrorCode::CFG_INVALID);
}

}  // namespace
}  // namespace vistter::net
