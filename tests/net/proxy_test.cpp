// Proves that requests and channels go through an HTTP proxy that wants credentials, and that each
// way it can refuse is told apart.
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "kit/proxy.hpp"
#include "net/http_client.hpp"
#include "net/proxy_connect.hpp"
#include "net/websocket_client.hpp"
#include "net_kit.hpp"

namespace vistter::net {
namespace {

class ProxyTest : public ::testing::Test {
  protected:
    ProxyTest() {
        ServerOptions options;
        options.tls = ServerTls{authority_.server(), authority_.root_pem()};
        options.websocket =
            WebSocketRoute{.path = "/v1/channel",
                           .subprotocol = "vistter.v1.jws",
                           .max_message_bytes = 10'000,
                           .opened = [this](const Request&, std::shared_ptr<WebSocket> socket) {
                               sockets_.add(std::move(socket));
                               return WebSocketEvents{[](std::string) {}, [](int, std::string) {}};
                           }};
        server_.emplace(options, [](const Request&, std::unique_ptr<Responder> responder) {
            responder->respond({.status = 200, .headers = {}, .body = "here"});
        });
    }
    ~ProxyTest() override {
        client_thread_.run([this] { handle_.reset(); });
    }
    FetchOptions request(const Proxy& proxy) {
        FetchOptions options;
        options.url = server_->url("https", "/");
        options.tls = authority_.client(true);
        options.proxy = proxy;
        return options;
    }
    // "open", or how dialling the channel fails.
    std::string dial_through(const Proxy& proxy) {
        DialOptions options;
        options.url = server_->url("wss", "/v1/channel");
        options.subprotocol = "vistter.v1.jws";
        options.tls = authority_.client(true);
        options.proxy = proxy;
        client_thread_.run([&] {
            handle_ = dial(client_thread_.loop, options,
                           {.opened = [this](std::shared_ptr<WebSocket>) { outcome_.add("open"); },
                            .failed = [this](Error error) { outcome_.add(describe(error)); },
                            .socket = {[](std::string) {}, [](int, std::string) {}}});
        });
        return outcome_.next().value_or("nothing happened");
    }

    Authority authority_;
    Arrivals<std::shared_ptr<WebSocket>> sockets_;
    Arrivals<std::string> outcome_;
    std::optional<RunningServer> server_;
    LoopThread client_thread_;
    async::Handle handle_;
};

TEST_F(ProxyTest, RequestsAndChannelsGoThroughATunnelWithCredentials) {
    kit::HttpProxy proxy("box", "s3cret");
    const auto fetched = fetch(request(proxy.address("box", "s3cret")));
    ASSERT_TRUE(fetched.ok()) << describe(fetched.error());
    EXPECT_EQ(fetched->body, "here");
    EXPECT_EQ(fetched->tls_exporter.size(), 32u);
    EXPECT_FALSE(fetched->headers.contains("via"));
    EXPECT_EQ(proxy.next_tunnel(), "127.0.0.1:" + std::to_string(server_->port()));
    EXPECT_EQ(dial_through(proxy.address("box", "s3cret")), "open");
    EXPECT_EQ(proxy.next_tunnel(), "127.0.0.1:" + std::to_string(server_->port()));
}

TEST_F(ProxyTest, WrongOrMissingCredentialsAreNamed) {
    kit::HttpProxy proxy("box", "s3cret");
    for (const Proxy& address : {proxy.address(), proxy.address("box", "guess")}) {
        const auto refused = fetch(request(address));
        ASSERT_FALSE(refused.ok());
        EXPECT_TRUE(describe(refused.error()).starts_with("SEC_UNAUTHORISED: proxy: "))
            << describe(refused.error());
        EXPECT_TRUE(dial_through(address).starts_with("SEC_UNAUTHORISED: proxy: "));
    }
}

TEST_F(ProxyTest, AProxyThatForbidsThePortIsNamed) {
    kit::HttpProxy proxy({}, {}, 1);
    const auto refused = fetch(request(proxy.address()));
    ASSERT_FALSE(refused.ok());
    EXPECT_TRUE(describe(refused.error()).starts_with("AST_FETCH: proxy: "))
        << describe(refused.error());
    EXPECT_NE(describe(refused.error()).find("403"), std::string::npos);
    EXPECT_NE(dial_through(proxy.address()).find("it answered 403"), std::string::npos);
}

TEST_F(ProxyTest, AProxyThatIsNotThereIsNamed) {
    Proxy nobody{"http://127.0.0.1:" + std::to_string(sim::free_port().value()), {}, {}};
    const auto refused = fetch(request(nobody));
    ASSERT_FALSE(refused.ok());
    EXPECT_TRUE(describe(refused.error()).starts_with("AST_FETCH: proxy: "))
        << describe(refused.error());
    EXPECT_TRUE(dial_through(nobody).starts_with("AST_FETCH: proxy: "));
}

TEST_F(ProxyTest, ThePinHoldsThroughAProxy) {
    kit::HttpProxy proxy;
    Authority stranger;
    FetchOptions options = request(proxy.address());
    options.tls->pins = {stranger.pin()};
    EXPECT_EQ(fetch(options).error().code, ErrorCode::SEC_PIN);
}

TEST_F(ProxyTest, AServerBehindItThatIsNotThereIsTheProxysAnswer) {
    kit::HttpProxy proxy;
    FetchOptions options = request(proxy.address());
    options.url = "https://127.0.0.1:" + std::to_string(sim::free_port().value()) + "/";
    EXPECT_TRUE(describe(fetch(options).error()).starts_with("AST_FETCH: proxy: "));
}

TEST_F(ProxyTest, AddressesAreCheckedAsFarAsTheyCanBe) {
    kit::HttpProxy proxy;
    FetchOptions options = request(proxy.address());
    std::vector<std::string> asked;
    options.allow = [&](const std::string&, const std::string& address) {
        asked.push_back(address);
        return false;
    };
    EXPECT_EQ(fetch(options).error().code, ErrorCode::SEC_UNAUTHORISED);
    EXPECT_EQ(asked, std::vector<std::string>{"127.0.0.1"});
    options.url = "https://localhost:" + std::to_string(server_->port()) + "/";
    EXPECT_TRUE(fetch(options).ok());
    EXPECT_EQ(asked.size(), 1u);
}

TEST(ProxyConnect, OnlyGoodAddressesAreTaken) {
    EXPECT_TRUE(check_proxy({}).ok());
    EXPECT_TRUE(check_proxy({"http://proxy.example:3128", "a", "b"}).ok());
    for (const char* url : {"https://proxy.example:3128", "proxy.example:3128", "socks5://p:1",
                            "http://a:b@proxy.example:3128", "http://p:3128/path", "http://"})
        EXPECT_FALSE(check_proxy({url, {}, {}}).ok()) << url;
    EXPECT_FALSE(check_proxy({"http://p:1", "a:b", "c"}).ok());
    EXPECT_FALSE(check_proxy({"http://p:1", "", "c"}).ok());
}

// RFC 7617 section 2: the example there.
TEST(ProxyConnect, AsksAsTheStandardsSay) {
    EXPECT_EQ(connect_request({"http://p:1", "Aladdin", "open sesame"}, "studio:443"),
              "CONNECT studio:443 HTTP/1.1\r\nHost: studio:443\r\n"
              "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n");
    EXPECT_EQ(connect_request({"http://p:1", {}, {}}, "[::1]:443"),
              "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\r\n");
}

TEST(ProxyConnect, ReadsTheAnswerInAnyPieces) {
    const std::string answer = "HTTP/1.0 200 Connection established\r\nVia: x\r\n\r\n";
    for (std::size_t size = 0; size < answer.size(); ++size) {
        auto status = connect_status(std::string_view(answer).substr(0, size));
        ASSERT_TRUE(status.ok()) << size;
        EXPECT_FALSE(status->has_value());
    }
    EXPECT_EQ(connect_status(answer)->value(), 200);
    EXPECT_EQ(connect_status("HTTP/1.1 407 No\r\n\r\nbody")->value(), 407);
    for (const char* bad : {"SSH-2.0-OpenSSH\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 2x0 \r\n\r\n",
                            "HTTP/1.1\r\n\r\n", "HTTP/1.1 200 Good\r\n\r\nhello"})
        EXPECT_FALSE(connect_status(bad).ok()) << bad;
    EXPECT_FALSE(connect_status("HTTP/1.1 200 " + std::string(20'000, 'x')).ok());
}

}  // namespace
}  // namespace vistter::net
