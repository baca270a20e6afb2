// Proves the channel's transport: wss with mutual TLS, one close told to each end with its code,
// and no silent peer kept.
#include "net/websocket_client.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

#include "crypto/certificate.hpp"
#include "net_kit.hpp"

namespace vistter::net {
namespace {

using std::chrono::milliseconds;
constexpr const char* subprotocol = "vistter.v1.jws";

struct Closed {
    int code;
    std::string reason;
};

// One end of a connection as the test sees it.
struct End {
    Arrivals<std::shared_ptr<WebSocket>> opened;
    Arrivals<std::string> messages;
    Arrivals<Closed> closed;
    Arrivals<Error> failed;

    WebSocketEvents events() {
        return {.message = [this](std::string message) { messages.add(std::move(message)); },
                .closed =
                    [this](int code, std::string reason) {
                        closed.add({code, std::move(reason)});
                    }};
    }
};

class WebSocketTest : public ::testing::Test {
  protected:
    ~WebSocketTest() override {
        client_thread_.run([this] { handle_.reset(); });
    }

    void serve(milliseconds ping = milliseconds(20'000)) {
        ServerOptions options;
        options.tls = ServerTls{authority_.server(), authority_.root_pem()};
        options.websocket_ping = ping;
        options.websocket = WebSocketRoute{
            .path = "/v1/channel",
            .subprotocol = subprotocol,
            .max_message_bytes = 10'000,
            .opened = [this](const Request& upgrade, std::shared_ptr<WebSocket> socket) {
                upgrades_.add(upgrade);
                server_end_.opened.add(std::move(socket));
                return server_end_.events();
            }};
        server_.emplace(options, [](const Request&, std::unique_ptr<Responder> responder) {
            responder->respond({.status = 404, .headers = {}, .body = {}});
        });
    }
    DialOptions options() {
        DialOptions dial;
        dial.url = server_->url("wss", "/v1/channel");
        dial.subprotocol = subprotocol;
        dial.tls = authority_.client(true);
        return dial;
    }
    void connect(DialOptions with) {
        client_thread_.run([&] {
            handle_ =
                dial(client_thread_.loop, std::move(with),
                     {.opened =
                          [this](std::shared_ptr<WebSocket> socket) {
                              client_end_.opened.add(std::move(socket));
                          },
                      .failed = [this](Error error) { client_end_.failed.add(std::move(error)); },
                      .socket = client_end_.events()});
        });
    }
    // A connection with both ends in hand.
    void establish(milliseconds ping = milliseconds(20'000)) {
        serve(ping);
        connect(options());
        auto at_client = client_end_.opened.next();
        auto at_server = server_end_.opened.next();
        ASSERT_TRUE(at_client && at_server)
            << (client_end_.failed.empty() ? "" : describe(*client_end_.failed.next()));
        client_ = *at_client;
        served_ = *at_server;
    }
    bool client_sends(std::string text) {
        return client_thread_.run([&] { return client_->send(std::move(text)); });
    }
    bool server_sends(std::string text) {
        return server_->thread().run([&] { return served_->send(std::move(text)); });
    }
    std::string failure_of(DialOptions with) {
        connect(std::move(with));
        auto error = client_end_.failed.next();
        return error ? describe(*error) : "nothing failed";
    }

    Authority authority_, stranger_;
    Arrivals<Request> upgrades_;
    End server_end_, client_end_;
    std::optional<RunningServer> server_;
    LoopThread client_thread_;
    async::Handle handle_;
    std::shared_ptr<WebSocket> client_, served_;
};

TEST_F(WebSocketTest, MessagesGoBothWaysWhole) {
    establish();
    Request upgrade = upgrades_.next().value();
    auto certificate = crypto::Certificate::from_der(upgrade.client_certificate);
    ASSERT_TRUE(certificate.ok());
    EXPECT_EQ(crypto::device_of(*certificate)->device_id, test_device);
    for (std::size_t size : {0u, 1u, 125u, 126u, 9'999u, 10'000u}) {
        std::string text(size, 'm');
        EXPECT_TRUE(client_sends(text));
        EXPECT_EQ(server_end_.messages.next(), text);
        EXPECT_TRUE(server_sends(text + "!"));
        EXPECT_EQ(client_end_.messages.next(), text + "!");
    }
    for (int i = 0; i < 500; ++i) client_sends(std::to_string(i));
    for (int i = 0; i < 500; ++i)
        ASSERT_EQ(server_end_.messages.next(), std::to_string(i)) << "order";
}

TEST_F(WebSocketTest, TheServersCloseReachesTheClientWithItsCode) {
    establish();
    server_->thread().run([&] {
        served_->send("last words");
        served_->close(4409, "a newer session");
        served_->close(4401, "a second close is ignored");
        EXPECT_FALSE(served_->send("after the close"));
    });
    EXPECT_EQ(client_end_.messages.next(), "last words")
        << "what was sent before the close comes before it";
    auto at_client = client_end_.closed.next();
    ASSERT_TRUE(at_client);
    EXPECT_EQ(at_client->code, 4409);
    EXPECT_EQ(at_client->reason, "a newer session");
    auto at_server = server_end_.closed.next();
    ASSERT_TRUE(at_server);
    EXPECT_EQ(at_server->code, 4409);
    EXPECT_TRUE(server_end_.closed.empty() && client_end_.closed.empty());
}

TEST_F(WebSocketTest, TheClientsCloseReachesTheServerWithItsCode) {
    establish();
    client_thread_.run([&] { client_->close(1000, "done"); });
    auto at_server = server_end_.closed.next();
    ASSERT_TRUE(at_server);
    EXPECT_EQ(at_server->code, 1000);
    EXPECT_EQ(at_server->reason, "done");
    EXPECT_EQ(client_end_.closed.next()->code, 1000);
}

TEST_F(WebSocketTest, AnOversizedMessageClosesWith4413) {
    establish();
    client_sends(std::string(10'001, 'x'));
    EXPECT_EQ(client_end_.closed.next()->code, 4413);
    EXPECT_EQ(server_end_.closed.next()->code, 4413);
    EXPECT_TRUE(server_end_.messages.empty());
}

TEST_F(WebSocketTest, TheClientRefusesAnOversizedMessageToo) {
    serve();
    DialOptions small = options();
    small.max_message_bytes = 100;
    connect(small);
    served_ = server_end_.opened.next().value();
    server_sends(std::string(101, 'x'));
    EXPECT_EQ(client_end_.closed.next()->code, 4413);
    EXPECT_EQ(server_end_.closed.next()->code, 4413);
}

TEST_F(WebSocketTest, ATransportThatJustEndsIs1006) {
    establish();
    server_->stop();
    EXPECT_EQ(client_end_.closed.next()->code, 1006);
    EXPECT_TRUE(server_end_.closed.empty()) << "a server that is gone calls nobody";
    EXPECT_FALSE(client_sends("into the void"));
}

TEST_F(WebSocketTest, ADroppedHandleCallsNobodyAndEndsTheConnection) {
    establish();
    client_thread_.run([&] { handle_.reset(); });
    EXPECT_EQ(server_end_.closed.next()->code, 1006);
    EXPECT_TRUE(client_end_.closed.empty() && client_end_.failed.empty());
}

TEST_F(WebSocketTest, AHandleMayBeDroppedFromInsideItsOwnEvents) {
    serve();
    Arrivals<int> dropped;
    client_thread_.run([&] {
        std::string captured(
            100,
            'c');  // on the heap, so that a callback destroyed too early is seen by the sanitizer
        handle_ = dial(client_thread_.loop, options(),
                       {.opened = nullptr,
                        .failed = nullptr,
                        .socket = {.message =
                                       [&, captured](const std::string&) {
                                           handle_.reset();
                                           dropped.add(static_cast<int>(captured.size()));
                                       },
                                   .closed = nullptr}});
    });
    served_ = server_end_.opened.next().value();
    server_sends("go");
    EXPECT_EQ(dropped.next(), 100);
    EXPECT_EQ(server_end_.closed.next()->code, 1006);
}

TEST_F(WebSocketTest, APeerThatAnswersNoPingIsClosedWith4408) {
    establish(milliseconds(50));
    std::promise<void> gate;
    client_thread_.loop.post(
        [&] { gate.get_future().wait(); });  // the client's loop answers nothing while it waits
    auto at_server = server_end_.closed.next();
    gate.set_value();
    ASSERT_TRUE(at_server);
    EXPECT_EQ(at_server->code, 4408);
}

TEST_F(WebSocketTest, APeerThatAnswersPingsStays) {
    establish(milliseconds(100));
    // Six ping periods are twice as long as a peer that answers nothing would last.
    Arrivals<int> turns;
    int left = 6;
    async::Handle ticking;
    client_thread_.run([&] {
        ticking = client_thread_.loop.every(100, [&] {
            if (--left == 0) turns.add(1);
        });
    });
    ASSERT_TRUE(turns.next());
    client_thread_.run([&] { ticking.reset(); });
    client_sends("still here");
    EXPECT_EQ(server_end_.messages.next(), "still here");
}

TEST_F(WebSocketTest, APeerThatReadsTooSlowlyIsClosedWith1008) {
    establish();
    std::promise<void> gate;
    client_thread_.loop.post([&] { gate.get_future().wait(); });
    std::string big(500'000, 'b');
    bool refused = false;
    for (int i = 0; i < 200 && !refused; ++i) refused = !server_sends(big);
    EXPECT_TRUE(refused) << "more than 4 MiB waited";
    auto at_server = server_end_.closed.next();
    gate.set_value();
    ASSERT_TRUE(at_server);
    EXPECT_EQ(at_server->code, 1008);
}

TEST_F(WebSocketTest, AMessageThatCannotBeHandledEndsOnlyItsConnection) {
    ServerOptions with;
    with.tls = ServerTls{authority_.server(), authority_.root_pem()};
    with.websocket =
        WebSocketRoute{.path = "/v1/channel",
                       .subprotocol = subprotocol,
                       .max_message_bytes = 1'000,
                       .opened = [](const Request&, std::shared_ptr<WebSocket>) {
                           return WebSocketEvents{
                               .message = [](std::string) { throw std::runtime_error("a bug"); },
                               .closed = nullptr};
                       }};
    server_.emplace(with, [](const Request&, std::unique_ptr<Responder>) {});
    connect(options());
    client_ = client_end_.opened.next().value();
    client_sends("boom");
    EXPECT_EQ(client_end_.closed.next()->code, 1011);
}

// G5.2, G1.7: each wrong party is refused with what is wrong.
TEST_F(WebSocketTest, WrongPinHostAndCertificatesAreRefused) {
    serve();
    DialOptions wrong_pin = options();
    wrong_pin.tls.pins = {stranger_.pin()};
    EXPECT_TRUE(failure_of(wrong_pin).starts_with("SEC_PIN: pin mismatch"));
    DialOptions no_certificate = options();
    no_certificate.tls.identity = {};
    EXPECT_TRUE(failure_of(no_certificate).starts_with("SEC_UNAUTHORISED: TLS: "))
        << "the server ends the handshake";
    DialOptions foreign = options();
    foreign.tls.identity = stranger_.device();
    EXPECT_TRUE(failure_of(foreign).starts_with("SEC_UNAUTHORISED: TLS: "));
    EXPECT_TRUE(server_end_.opened.empty());
    server_->thread().run([&] {
        EXPECT_TRUE(server_->server().set_identity(authority_.server({"other.example"})).ok());
    });
    EXPECT_TRUE(failure_of(options()).starts_with("SEC_PIN: host mismatch"));
}

TEST_F(WebSocketTest, OnlyTheExactPathAndSubprotocolOpen) {
    serve();
    DialOptions other_protocol = options();
    other_protocol.subprotocol = "vistter.v2.jws";
    std::string refused = failure_of(other_protocol);
    EXPECT_NE(refused.find("400"), std::string::npos) << refused;
    DialOptions other_path = options();
    other_path.url = server_->url("wss", "/v1/other");
    refused = failure_of(other_path);
    EXPECT_NE(refused.find("404"), std::string::npos) << refused;
    EXPECT_TRUE(server_end_.opened.empty());
}

// G1.2: a plain address is refused before anything goes out.
TEST_F(WebSocketTest, OnlyWssIsDialled) {
    serve();
    for (const char* url : {"ws://127.0.0.1:1/v1/channel", "http://127.0.0.1/", "wss://",
                            "wss://user@127.0.0.1/", "x"}) {
        DialOptions with = options();
        with.url = url;
        EXPECT_TRUE(failure_of(with).starts_with("CFG_INVALID: ")) << url;
    }
}

TEST_F(WebSocketTest, ADialThatNobodyAnswersEndsAtItsDeadline) {
    serve();
    // A listener that accepts into its backlog and never speaks.
    int silent = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(::listen(silent, 1), 0);
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(silent, reinterpret_cast<sockaddr*>(&address), &size);
    DialOptions with = options();
    with.url = "wss://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/v1/channel";
    with.deadline_ms = 500;
    EXPECT_TRUE(failure_of(with).starts_with("SYS_TIMEOUT: TLS"));
    ::close(silent);
    with.deadline_ms = 10'000;
    EXPECT_TRUE(failure_of(with).starts_with("AST_FETCH: TCP")) << "nobody listens there any more";
}

}  // namespace
}  // namespace vistter::net
