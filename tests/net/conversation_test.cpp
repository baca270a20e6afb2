// Proves that two requests can be bound to one TLS connection: both ends export the same secret,
// and a second connection is never opened in its place.
#include <gtest/gtest.h>

#include "net/http_client.hpp"
#include "net_kit.hpp"

namespace vistter::net {
namespace {

class ConversationTest : public ::testing::Test {
  protected:
    ConversationTest() {
        ServerOptions options;
        options.tls = ServerTls{authority_.server(), {}};
        server_.emplace(options,
                        [this](const Request& request, std::unique_ptr<Responder> responder) {
                            requests_.add(request);
                            responder->respond({});
                        });
    }
    FetchOptions to(const std::string& path) {
        FetchOptions options;
        options.url = server_->url("https", path);
        options.tls = authority_.client();
        return options;
    }

    Authority authority_;
    Arrivals<Request> requests_;
    std::optional<RunningServer> server_;
};

TEST_F(ConversationTest, BothEndsOfOneConnectionExportTheSameSecret) {
    Conversation conversation;
    const auto first = conversation.fetch(to("/one"));
    const auto second = conversation.fetch(to("/two"));
    ASSERT_TRUE(first.ok() && second.ok()) << describe(second.error());
    EXPECT_EQ(first->tls_exporter.size(), 32u);
    EXPECT_EQ(second->tls_exporter, first->tls_exporter);
    EXPECT_EQ(requests_.next()->tls_exporter, first->tls_exporter);
    EXPECT_EQ(requests_.next()->tls_exporter, first->tls_exporter);
}

TEST_F(ConversationTest, AnotherConnectionHasAnotherSecret) {
    const auto first = fetch(to("/one"));
    const auto second = fetch(to("/one"));
    ASSERT_TRUE(first.ok() && second.ok());
    EXPECT_EQ(second->tls_exporter.size(), 32u);
    EXPECT_NE(second->tls_exporter, first->tls_exporter);
}

TEST_F(ConversationTest, PlainHttpExportsNothing) {
    RunningServer plain({}, [](const Request& request, std::unique_ptr<Responder> responder) {
        EXPECT_TRUE(request.tls_exporter.empty());
        responder->respond({});
    });
    FetchOptions options;
    options.url = plain.url("http", "/");
    const auto fetched = fetch(options);
    ASSERT_TRUE(fetched.ok());
    EXPECT_TRUE(fetched->tls_exporter.empty());
}

TEST_F(ConversationTest, AConnectionThatEndedIsNotReplaced) {
    Conversation conversation;
    const FetchOptions again = to("/again");
    ASSERT_TRUE(conversation.fetch(to("/one")).ok());
    ServerOptions options;
    options.tls = ServerTls{authority_.server(), {}};
    options.port = server_->port();
    server_.reset();
    // The same root, name and place: still not the connection we were on.
    RunningServer other(options, [](const Request&, std::unique_ptr<Responder>) { FAIL(); });
    const auto refused = conversation.fetch(again);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::AST_FETCH) << describe(refused.error());
}

TEST_F(ConversationTest, AnotherServerIsRefusedUnasked) {
    Conversation conversation;
    ASSERT_TRUE(conversation.fetch(to("/one")).ok());
    FetchOptions elsewhere = to("/two");
    elsewhere.url = "https://localhost:" + std::to_string(server_->port()) + "/two";
    const auto refused = conversation.fetch(elsewhere);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::CFG_INVALID);
}

TEST_F(ConversationTest, AnyServerIsTakenOnlyWhenAsked) {
    FetchOptions options = to("/one");
    options.tls = ClientTls{};
    EXPECT_EQ(fetch(options).error().code, ErrorCode::SEC_PIN);
    options.tls->any_server = true;
    const auto fetched = fetch(options);
    ASSERT_TRUE(fetched.ok()) << describe(fetched.error());
    EXPECT_EQ(fetched->tls_exporter.size(), 32u);
}

// G1.7: a client is told that it is its own certificate that is not taken.
TEST_F(ConversationTest, ACertificateTheServerDoesNotTakeIsToldApart) {
    ServerOptions options;
    options.tls = ServerTls{authority_.server(), authority_.root_pem()};
    RunningServer mutual(options, [](const Request&, std::unique_ptr<Responder> responder) {
        responder->respond({});
    });
    const WallTime from = valid_now().from;
    const TlsIdentity expired = authority_.device_valid(
        crypto::device_uri("sandbox", test_device), {{from.ms - 7'200'000}, {from.ms - 3'600'000}});
    FetchOptions request;
    request.url = mutual.url("https", "/");
    request.tls = authority_.client(true);
    EXPECT_TRUE(fetch(request).ok());
    for (const TlsIdentity& identity : {TlsIdentity{}, Authority().device(), expired}) {
        request.tls->identity = identity;
        const auto refused = fetch(request);
        ASSERT_FALSE(refused.ok());
        EXPECT_TRUE(describe(refused.error()).starts_with("SEC_UNAUTHORISED: TLS: "))
            << describe(refused.error());
    }
}

}  // namespace
}  // namespace vistter::net
