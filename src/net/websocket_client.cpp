// Dialling: name, TCP, TLS with pins, WebSocket, all within one deadline and undone by one handle.
#include "net/websocket_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <fmt/format.h>

#include <utility>

#include "net/tls_socket.hpp"
#include "net/url.hpp"
#include "net/websocket.hpp"

namespace vistter::net {
namespace asio = boost::asio;
using boost::system::error_code;
using Resolver = asio::ip::tcp::resolver;

namespace {

// One attempt. Shared: the handle and the pending operations hold it.
class Dialler : public std::enable_shared_from_this<Dialler> {
  public:
    Dialler(async::Loop& loop, DialOptions options, DialEvents events)
        : loop_(loop),
          options_(std::move(options)),
          events_(std::move(events)),
          resolver_(loop.native()),
          socket_(loop.native()) {}

    void start();
    void drop();

  private:
    void resolve();
    void connect(const Resolver::results_type& found);
    void shake_hands();
    void upgrade();
    bool finished() const { return finished_; }
    void give_up(ErrorCode code, const std::string& message);
    void report(Error error);

    async::Loop& loop_;
    DialOptions options_;
    DialEvents events_;
    Url url_;
    Resolver resolver_;
    TcpSocket socket_;
    std::unique_ptr<ServerVerifier> verifier_;
    std::unique_ptr<TlsSocket> stream_;
    std::shared_ptr<Connection> connection_;  // shared: its own pending operations hold it too
    async::Handle deadline_, later_;
    const char* step_ = "DNS";
    bool finished_ = false;
};

void Dialler::start() {
    std::optional<Url> url = parse_url(options_.url);
    if (!url || url->scheme != "wss") {
        // Said from the loop, like every other end of a dial.
        later_ = loop_.after(0, [self = shared_from_this()] {
            self->report(
                fail(ErrorCode::CFG_INVALID, "a channel's address must begin with wss://"));
        });
        return;
    }
    url_ = std::move(*url);
    verifier_ = std::make_unique<ServerVerifier>(options_.tls, url_.host);
    deadline_ = loop_.after(options_.deadline_ms, [self = shared_from_this()] {
        self->report(fail(ErrorCode::SYS_TIMEOUT,
                          fmt::format("{}: no answer from {} in {} ms", self->step_,
                                      authority_of(self->url_), self->options_.deadline_ms)));
    });
    resolve();
}

void Dialler::resolve() {
    resolver_.async_resolve(
        url_.host, fmt::format("{}", url_.port), Resolver::numeric_service,
        [self = shared_from_this()](error_code failed, const Resolver::results_type& found) {
            if (self->finished()) return;
            if (failed) return self->give_up(ErrorCode::AST_FETCH, failed.message());
            self->connect(found);
        });
}

void Dialler::connect(const Resolver::results_type& found) {
    step_ = "TCP";
    asio::async_connect(
        socket_, found,
        [self = shared_from_this()](error_code failed, const asio::ip::tcp::endpoint&) {
            if (self->finished()) return;
            if (failed) return self->give_up(ErrorCode::AST_FETCH, failed.message());
            self->shake_hands();
        });
}

void Dialler::shake_hands() {
    step_ = "TLS";
    error_code ignored;  // the connection works without it
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    OwnedContext context(SSL_CTX_new(TLS_client_method()));
    if (Status set = verifier_->install(context.get()); !set) return report(set.error());
    stream_ = make_tls_socket(std::move(socket_), context.get());
    if (!is_address(url_.host))
        SSL_set_tlsext_host_name(stream_->native_handle(), url_.host.c_str());
    stream_->async_handshake(asio::ssl::stream_base::client,
                             [self = shared_from_this()](error_code failed) {
                                 if (self->finished()) return;
                                 if (failed && self->verifier_->refusal())
                                     return self->report(*self->verifier_->refusal());
                                 if (failed)
                                     return self->give_up(ErrorCode::AST_FETCH, failed.message());
                                 self->upgrade();
                             });
}

void Dialler::upgrade() {
    step_ = "WebSocket handshake";
    Upgrade upgrade;
    upgrade.authority = authority_of(url_);
    upgrade.target = url_.target;
    upgrade.subprotocol = options_.subprotocol;
    upgrade.rules = {.max_message_bytes = options_.max_message_bytes,
                     .ping = std::chrono::milliseconds(options_.ping_ms),
                     .handshake = std::chrono::milliseconds(options_.deadline_ms)};
    upgrade.opened = [self = shared_from_this()](std::shared_ptr<WebSocket> socket) {
        self->deadline_.reset();
        if (auto opened = std::exchange(self->events_.opened, nullptr)) opened(std::move(socket));
    };
    upgrade.failed = [self = shared_from_this()](Error error) { self->report(std::move(error)); };
    upgrade.events = events_.socket;
    connection_ = connect_websocket(loop_, std::move(stream_), std::move(upgrade));
}

void Dialler::give_up(ErrorCode code, const std::string& message) {
    report(fail(code, fmt::format("{}: cannot reach {}: {}", step_, authority_of(url_), message)));
}

void Dialler::report(Error error) {
    if (finished_) return;
    auto keep = shared_from_this();
    auto failed = std::move(events_.failed);
    drop();
    if (failed) failed(std::move(error));
}

void Dialler::drop() {
    if (std::exchange(finished_, true)) return;
    auto keep = shared_from_this();
    events_ = {};
    deadline_.reset();
    later_.reset();
    resolver_.cancel();
    error_code ignored;  // there is nobody left to tell
    if (stream_)
        stream_->next_layer().close(ignored);
    else
        socket_.close(ignored);
    if (connection_) connection_->drop();
}

}  // namespace

async::Handle dial(async::Loop& loop, DialOptions options, DialEvents events) {
    auto dialler = std::make_shared<Dialler>(loop, std::move(options),
                                             std::move(events));  // shared: see Dialler
    dialler->start();
    return async::Handle([dialler] { dialler->drop(); });
}

}  // namespace vistter::net
