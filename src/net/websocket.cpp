// The WebSocket session of both ends: bounded queue, whole text messages, pings, and one closed()
// in every case.
#include "net/websocket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <fmt/format.h>

#include <deque>
#include <exception>
#include <utility>

#include "base/log.hpp"

namespace vistter::net {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;

namespace {

constexpr std::size_t queue_limit = 4u << 20;
constexpr std::size_t read_size = 16'384;
constexpr std::int64_t close_patience_ms = 1'000;
constexpr int missed_pongs_allowed = 2;

constexpr int code_unsupported = 1003, code_gone = 1006, code_policy = 1008, code_internal = 1011;
constexpr int code_silent = 4408, code_too_big = 4413;

// No compression is even compiled in (contract B.1).
using Stream = websocket::stream<TlsSocket, false>;

class Session final : public Connection, public std::enable_shared_from_this<Session> {
  public:
    // `server` is null at the client's end.
    Session(async::Loop& loop, std::shared_ptr<ServerShared> server,
            std::unique_ptr<TlsSocket> socket, WebSocketRules rules)
        : loop_(loop), server_(std::move(server)), stream_(std::move(*socket)), rules_(rules) {
        websocket::stream_base::timeout timeouts{};
        timeouts.handshake_timeout = rules_.handshake;
        timeouts.idle_timeout = websocket::stream_base::none();
        timeouts.keep_alive_pings = false;
        stream_.set_option(timeouts);
        stream_.read_message_max(
            0);  // counted here, so that an oversized one closes with the contract's code
        stream_.text(true);
    }

    void accept(const Request& upgrade);
    void connect(Upgrade upgrade);

    bool send(std::string message);
    void close(int code, std::string_view reason);
    void drop() override;

  private:
    std::shared_ptr<WebSocket> handle();  // shared: net/server.hpp
    void opened(WebSocketEvents events);
    void read();
    void on_read(error_code failed);
    void deliver();
    void write();
    void on_written(error_code failed);
    void ping();
    void start_closing();
    void finish(int code, std::string reason);
    void finish_failed(error_code failed);
    void fail_dial(const std::string& why);
    void fail_dial(Error error);
    void guarded(const std::function<void()>& call);
    void close_socket();

    async::Loop& loop_;
    std::shared_ptr<ServerShared> server_;  // shared: connection.hpp
    Stream stream_;
    WebSocketRules rules_;
    WebSocketEvents events_;
    Upgrade upgrade_;
    websocket::response_type response_;
    beast::flat_buffer incoming_;
    std::deque<std::string> outgoing_;
    std::size_t waiting_ = 0;  // bytes in outgoing_
    async::Handle pings_, patience_;
    int unanswered_pings_ = 0;
    int calling_ = 0;  // events being called now
    int close_code_ = 0;
    std::string close_reason_;
    bool open_ = false, writing_ = false, closing_ = false, close_started_ = false,
         finished_ = false;
};

// What the session's owner holds. It keeps nothing alive, so it may be dropped at any time, also
// after the loop.
class SessionHandle final : public WebSocket {
  public:
    explicit SessionHandle(std::weak_ptr<Session> session) : session_(std::move(session)) {}
    bool send(std::string message) override {
        auto session = session_.lock();
        return session && session->send(std::move(message));
    }
    void close(int code, std::string_view reason) override {
        if (auto session = session_.lock()) session->close(code, reason);
    }

  private:
    std::weak_ptr<Session> session_;
};

void Session::accept(const Request& upgrade) {
    beast::http::request<beast::http::empty_body> request{beast::http::verb::get, upgrade.path, 11};
    for (const auto& [name, value] : upgrade.headers) request.set(name, value);
    std::string subprotocol = server_->options.websocket->subprotocol;
    stream_.set_option(
        websocket::stream_base::decorator([subprotocol](websocket::response_type& response) {
            response.set(beast::http::field::sec_websocket_protocol, subprotocol);
        }));
    stream_.async_accept(request, [self = shared_from_this(), upgrade](error_code failed) {
        if (self->finished_) return;
        if (failed) return self->finish(code_gone, failed.message());
        // The route's owner may send and close from inside opened(): the session is open before it
        // is called.
        self->open_ = true;
        WebSocketEvents events;
        self->guarded(
            [&] { events = self->server_->options.websocket->opened(upgrade, self->handle()); });
        self->opened(std::move(events));
    });
}

void Session::connect(Upgrade upgrade) {
    upgrade_ = std::move(upgrade);
    std::string subprotocol = upgrade_.subprotocol;
    stream_.set_option(
        websocket::stream_base::decorator([subprotocol](websocket::request_type& request) {
            request.set(beast::http::field::sec_websocket_protocol, subprotocol);
        }));
    stream_.async_handshake(
        response_, upgrade_.authority, upgrade_.target,
        [self = shared_from_this()](error_code failed) {
            if (self->finished_) return;
            if (failed == websocket::error::upgrade_declined) {
                return self->fail_dial(
                    fmt::format("the server answered {}", self->response_.result_int()));
            }
            if (is_certificate_alert(failed))
                return self->fail_dial(
                    certificate_refused(self->upgrade_.authority, failed.message()));
            if (failed) return self->fail_dial(failed.message());
            if (self->response_[beast::http::field::sec_websocket_protocol] !=
                self->upgrade_.subprotocol) {
                return self->fail_dial("the server does not speak the subprotocol");
            }
            self->open_ = true;
            auto opened = std::exchange(self->upgrade_.opened, nullptr);
            WebSocketEvents events = std::move(self->upgrade_.events);
            self->guarded([&] { opened(self->handle()); });
            self->opened(std::move(events));
        });
}

std::shared_ptr<WebSocket> Session::handle() {
    return std::make_shared<SessionHandle>(weak_from_this());
}

void Session::opened(WebSocketEvents events) {
    if (finished_) return;
    events_ = std::move(events);
    stream_.control_callback([this](websocket::frame_type kind, beast::string_view) {
        if (kind == websocket::frame_type::pong) unanswered_pings_ = 0;
    });
    pings_ = loop_.every(rules_.ping.count(), [this] { ping(); });
    read();
}

void Session::read() {
    stream_.async_read_some(
        incoming_, read_size,
        [self = shared_from_this()](error_code failed, std::size_t) { self->on_read(failed); });
}

void Session::on_read(error_code failed) {
    if (finished_) return;
    if (failed) return finish_failed(failed);
    if (closing_) return;  // the closing handshake reads on by itself
    if (!stream_.got_text()) return close(code_unsupported, "only text messages are spoken here");
    if (incoming_.size() > rules_.max_message_bytes) {
        return close(code_too_big,
                     fmt::format("a message of more than {} bytes", rules_.max_message_bytes));
    }
    if (stream_.is_message_done()) deliver();
    if (!finished_ && !closing_) read();
}

void Session::deliver() {
    std::string message(static_cast<const char*>(incoming_.cdata().data()), incoming_.size());
    incoming_.consume(incoming_.size());
    if (events_.message) guarded([&] { events_.message(std::move(message)); });
}

bool Session::send(std::string message) {
    if (!open_ || closing_ || finished_) return false;
    if (waiting_ + message.size() > queue_limit) {
        // What is being written stays; the rest would only keep the peer from reading the close.
        while (outgoing_.size() > 1) outgoing_.pop_back();
        close(code_policy, "the peer reads too slowly");
        return false;
    }
    waiting_ += message.size();
    outgoing_.push_back(std::move(message));
    if (!writing_) write();
    return true;
}

void Session::write() {
    writing_ = true;
    stream_.async_write(
        asio::buffer(outgoing_.front()),
        [self = shared_from_this()](error_code failed, std::size_t) { self->on_written(failed); });
}

void Session::on_written(error_code failed) {
    writing_ = false;
    if (finished_) return;
    if (failed) return finish_failed(failed);
    waiting_ -= outgoing_.front().size();
    outgoing_.pop_front();
    if (!outgoing_.empty()) return write();
    if (closing_) start_closing();
}

void Session::ping() {
    if (closing_ || finished_) return;
    if (unanswered_pings_ >= missed_pongs_allowed) {
        outgoing_.resize(std::min<std::size_t>(outgoing_.size(), writing_ ? 1 : 0));
        return close(code_silent, "two pings went unanswered");
    }
    ++unanswered_pings_;
    stream_.async_ping({}, [self = shared_from_this()](error_code failed) {
        if (failed && !self->finished_) self->finish_failed(failed);
    });
}

void Session::close(int code, std::string_view reason) {
    if (!open_ || closing_ || finished_) return;
    closing_ = true;
    close_code_ = code;
    close_reason_ = std::string(reason.substr(0, 120));  // a close frame has room for 123 bytes
    pings_.reset();
    // A silent peer would keep the closing handshake, or the queue before it, open for ever.
    patience_ = loop_.after(close_patience_ms, [self = shared_from_this()] {
        self->finish(self->close_code_, self->close_reason_);
    });
    if (!writing_) start_closing();
}

void Session::start_closing() {
    if (std::exchange(close_started_, true)) return;
    websocket::close_reason reason(static_cast<websocket::close_code>(close_code_), close_reason_);
    stream_.async_close(reason, [self = shared_from_this()](error_code) {
        self->finish(self->close_code_, self->close_reason_);
    });
}

void Session::finish_failed(error_code failed) {
    if (closing_) {
        // The close frame is still to be answered, or the transport went first: either way the
        // close was ours.
        if (failed != websocket::error::closed && failed != asio::error::operation_aborted) {
            finish(close_code_, close_reason_);
        }
        return;
    }
    if (failed == websocket::error::closed) {
        const websocket::close_reason& reason = stream_.reason();
        int code =
            reason.code == websocket::close_code::none ? 1005 : static_cast<int>(reason.code);
        return finish(code, std::string(reason.reason.data(), reason.reason.size()));
    }
    finish(code_gone, failed.message());
}

void Session::finish(int code, std::string reason) {
    if (finished_) return;
    auto keep = shared_from_this();
    auto closed = std::move(events_.closed);
    drop();
    if (closed) guarded([&] { closed(code, std::move(reason)); });
}

// The one boundary for exceptions of what a connection calls: this connection ends, the others go
// on.
void Session::guarded(const std::function<void()>& call) {
    ++calling_;
    try {
        call();
    } catch (const std::exception& failure) {
        log::error("a WebSocket event could not be handled: {}", failure.what());
        close(code_internal, "internal error");
    }
    --calling_;
}

void Session::fail_dial(const std::string& why) {
    fail_dial(fail(ErrorCode::AST_FETCH, fmt::format("WebSocket handshake: {}", why)));
}

void Session::fail_dial(Error error) {
    auto report = std::exchange(upgrade_.failed, nullptr);
    auto keep = shared_from_this();
    drop();
    if (report) report(std::move(error));
}

void Session::drop() {
    if (std::exchange(finished_, true)) return;
    pings_.reset();
    patience_.reset();
    // One of the events may be what is dropping the connection: it must not be destroyed under its
    // own feet.
    if (calling_ > 0) loop_.post([running = std::move(events_)] {});
    events_ = {};
    upgrade_ = {};
    close_socket();
    if (server_) server_->remove(this);
}

void Session::close_socket() {
    error_code ignored;  // there is nobody left to tell
    stream_.next_layer().next_layer().close(ignored);
}

}  // namespace

void accept_websocket(const std::shared_ptr<ServerShared>& server,
                      std::unique_ptr<TlsSocket> socket, const Request& upgrade) {
    WebSocketRules rules{.max_message_bytes = server->options.websocket->max_message_bytes,
                         .ping = server->options.websocket_ping,
                         .handshake = server->options.header_deadline};
    auto session = std::make_shared<Session>(server->loop, server, std::move(socket), rules);
    server->add(session);
    session->accept(upgrade);
}

std::shared_ptr<Connection> connect_websocket(async::Loop& loop, std::unique_ptr<TlsSocket> socket,
                                              Upgrade upgrade) {
    auto session = std::make_shared<Session>(loop, nullptr, std::move(socket), upgrade.rules);
    session->connect(std::move(upgrade));
    return session;
}

}  // namespace vistter::net
