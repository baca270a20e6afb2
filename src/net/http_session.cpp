// One HTTP connection of a server: deadlines, requests one after another, answers and streams.
#include <fmt/format.h>

#include <array>
#include <deque>
#include <exception>
#include <utility>

#include "base/log.hpp"
#include "net/connection.hpp"
#include "net/request_reader.hpp"
#include "net/response_head.hpp"
#include "net/transport.hpp"
#include "net/url.hpp"
#include "net/websocket.hpp"

namespace vistter::net {
namespace {

constexpr std::size_t read_size = 16'384;
constexpr std::size_t write_size = 262'144;  // one write's deadline covers this much
constexpr std::size_t body_step =
    65'536;  // a body earns another idle deadline with each so many bytes
constexpr std::size_t stream_limit = 1u << 20;   // bytes that may wait in a stream
constexpr std::size_t discard_limit = 1u << 20;  // bytes read and thrown away after the last answer
constexpr std::int64_t linger_ms = 2'000;
constexpr std::string_view continue_line = "HTTP/1.1 100 Continue\r\n\r\n";

class HttpSession final : public Connection, public std::enable_shared_from_this<HttpSession> {
  public:
    HttpSession(std::shared_ptr<ServerShared> server, std::unique_ptr<Transport> transport)
        : server_(std::move(server)),
          transport_(std::move(transport)),
          reader_({.header_bytes = header_limit, .body_bytes = server_->options.max_body_bytes}) {}

    void start();
    void drop() override { end(); }

    // The answer to the request in hand. Only the first of them counts, and only the one for
    // request `number`.
    void respond(std::uint64_t number, Response response);
    void open_stream(std::uint64_t number, Response head);

    // What a stream does with its connection.
    bool send_chunk(std::string chunk);
    void end_stream();
    bool streaming() const { return phase_ == Phase::streaming; }
    std::size_t stream_waiting() const { return waiting_; }
    void on_stream_closed(std::function<void()> closed) { stream_closed_ = std::move(closed); }

  private:
    static constexpr std::size_t header_limit = 16'384;
    enum class Phase { reading, handling, answering, streaming, lingering, ended };

    void arm(std::chrono::milliseconds deadline);
    void on_deadline();
    void read();
    void on_read(std::size_t got);
    void on_input();
    void set_read_deadline();
    void dispatch();
    bool is_websocket_upgrade() const;
    void become_websocket();
    void call_handler();
    void fail_request();
    void write_answer();
    void on_answered();
    void write_stream();
    void linger();
    void end();

    std::shared_ptr<ServerShared> server_;  // shared: connection.hpp
    std::unique_ptr<Transport> transport_;
    RequestReader reader_;
    Request request_;
    std::array<char, read_size> incoming_{};
    async::Handle deadline_;
    Phase phase_ = Phase::reading;
    std::uint64_t number_ = 0;  // of the request in hand
    bool close_after_ = false;
    bool header_deadline_armed_ = false;
    bool read_pending_ = false;
    std::size_t body_seen_ = 0;
    std::size_t discarded_ = 0;

    std::string outgoing_;  // the answer, or the stream's chunk being written
    std::size_t written_ = 0;
    bool writing_ = false;
    std::deque<std::string> chunks_;
    std::size_t waiting_ = 0;
    bool stream_ended_ = false;
    std::function<void()> stream_closed_;
};

// Answers 500 if it goes without having been used.
class SessionResponder final : public Responder {
  public:
    SessionResponder(async::Loop& loop, std::weak_ptr<HttpSession> session, std::uint64_t number)
        : loop_(loop), session_(std::move(session)), number_(number) {}
    ~SessionResponder() override {
        respond(problem_response(500, "SYS_INTERNAL", "the request was not answered"));
    }
    void respond(Response response) override {
        if (auto session = std::exchange(session_, {}).lock())
            session->respond(number_, std::move(response));
    }
    std::shared_ptr<Stream> stream(Response head) override;

  private:
    async::Loop& loop_;
    std::weak_ptr<HttpSession>
        session_;  // weak: the answer may come after the peer, the server and the loop are gone
    std::uint64_t number_;
};

class SessionStream final : public Stream {
  public:
    SessionStream(async::Loop& loop, std::weak_ptr<HttpSession> session)
        : loop_(loop), session_(std::move(session)) {}
    ~SessionStream() override { close(); }
    bool send(std::string chunk) override {
        auto session = session_.lock();
        return session && session->send_chunk(std::move(chunk));
    }
    void close() override {
        if (auto session = std::exchange(session_, {}).lock()) session->end_stream();
    }
    void on_closed(std::function<void()> closed) override {
        auto session = session_.lock();
        if (session && session->streaming())
            session->on_stream_closed(std::move(closed));
        else if (closed)
            loop_.post(std::move(closed));
    }
    std::size_t waiting() const override {
        auto session = session_.lock();
        return session ? session->stream_waiting() : 0;
    }

  private:
    async::Loop& loop_;
    std::weak_ptr<HttpSession> session_;  // weak: the producer may outlast the connection
};

std::shared_ptr<Stream> SessionResponder::stream(Response head) {
    auto session = std::exchange(session_, {}).lock();
    auto stream = std::make_shared<SessionStream>(loop_, session);  // shared: net/http.hpp
    if (session) session->open_stream(number_, std::move(head));
    return stream;
}

void HttpSession::start() {
    arm(server_->options.header_deadline);
    header_deadline_armed_ = true;
    transport_->handshake([self = shared_from_this()](bool good) {
        if (self->phase_ == Phase::ended) return;
        if (good)
            self->read();
        else
            self->end();
    });
}

void HttpSession::arm(std::chrono::milliseconds deadline) {
    deadline_ = server_->loop.after(deadline.count(), [this] { on_deadline(); });
}

void HttpSession::on_deadline() {
    auto keep = shared_from_this();
    if (phase_ == Phase::reading && reader_.begun()) {
        close_after_ = true;
        phase_ = Phase::handling;
        return respond(number_,
                       problem_response(408, "SYS_TIMEOUT", "the request did not arrive in time"));
    }
    if (phase_ == Phase::handling) {
        close_after_ = true;
        return respond(
            number_, problem_response(504, "SYS_TIMEOUT", "the request was not answered in time"));
    }
    end();
}

void HttpSession::read() {
    if (std::exchange(read_pending_, true)) return;
    transport_->read(incoming_.data(), incoming_.size(),
                     [self = shared_from_this()](std::size_t got) { self->on_read(got); });
}

void HttpSession::on_read(std::size_t got) {
    read_pending_ = false;
    switch (phase_) {
        case Phase::reading:
            if (got == 0) return end();
            reader_.append({incoming_.data(), got});
            return on_input();
        case Phase::streaming:
        case Phase::lingering:
            // Nothing more is expected; what comes is thrown away, and its end is the peer's
            // leaving.
            discarded_ += got;
            if (got == 0 || discarded_ > discard_limit) return end();
            return read();
        case Phase::handling:
        case Phase::answering:
        case Phase::ended:
            return;
    }
}

void HttpSession::on_input() {
    switch (reader_.advance()) {
        case RequestReader::Step::need_more:
            set_read_deadline();
            return read();
        case RequestReader::Step::wants_continue:
            return transport_->write(continue_line, [self = shared_from_this()](bool good) {
                if (self->phase_ != Phase::reading) return;
                if (good)
                    self->on_input();
                else
                    self->end();
            });
        case RequestReader::Step::complete:
            return dispatch();
        case RequestReader::Step::failed:
            return fail_request();
    }
}

// Between requests: idle. From the first byte on: the header's deadline, once. In a body: the idle
// deadline, again with each step of bytes, so that neither a silent nor a dripping peer holds the
// connection.
void HttpSession::set_read_deadline() {
    if (!reader_.header_complete()) {
        if (!reader_.begun() || std::exchange(header_deadline_armed_, true)) return;
        return arm(server_->options.header_deadline);
    }
    if (body_seen_ == 0 || reader_.body_bytes() >= body_seen_ + body_step) {
        body_seen_ = reader_.body_bytes() + 1;
        arm(server_->options.idle_deadline);
    }
}

void HttpSession::dispatch() {
    phase_ = Phase::handling;
    ++number_;
    request_ = reader_.take();
    close_after_ = !reader_.keep_alive();
    request_.remote_address = transport_->remote_address();
    request_.secure = transport_->secure();
    request_.client_certificate = transport_->client_certificate();
    request_.tls_exporter = transport_->tls_exporter();
    if (is_websocket_upgrade()) return become_websocket();
    call_handler();
}

bool HttpSession::is_websocket_upgrade() const {
    return server_->options.websocket && request_.path == server_->options.websocket->path &&
           request_.method == "GET" && lower(request_.header("upgrade")) == "websocket";
}

void HttpSession::become_websocket() {
    // Subprotocol names are compared exactly: they are tokens we chose (contract B.1).
    const std::string& wanted = server_->options.websocket->subprotocol;
    if (!has_element(request_.header("sec-websocket-protocol"), wanted) || reader_.leftover() > 0) {
        close_after_ = true;
        return respond(number_, problem_response(400, "VAL_SCHEMA",
                                                 "the subprotocol " + wanted + " is required"));
    }
    auto keep = shared_from_this();
    std::unique_ptr<TlsSocket> socket = transport_->release();
    phase_ = Phase::ended;
    deadline_.reset();
    server_->remove(this);
    accept_websocket(server_, std::move(socket), request_);
}

void HttpSession::call_handler() {
    arm(server_->options.handler_deadline);
    auto responder = std::make_unique<SessionResponder>(server_->loop, weak_from_this(), number_);
    try {
        server_->handler(request_, std::move(responder));
    } catch (const std::exception& failure) {
        // The one boundary for a request: unwinding has dropped the responder, which answered 500.
        log::error("{} {} could not be handled: {}", request_.method, request_.path,
                   failure.what());
    }
}

void HttpSession::fail_request() {
    close_after_ = true;
    phase_ = Phase::handling;
    const RequestReader::Failure& failure = reader_.failure();
    respond(number_, problem_response(failure.status, failure.code, failure.reason));
}

void HttpSession::respond(std::uint64_t number, Response response) {
    if (phase_ != Phase::handling || number != number_) return;
    phase_ = Phase::answering;
    for (const auto& [name, value] : response.headers) {
        if (lower(name) == "accept-ranges" && value == "bytes") {
            response = apply_range(request_, std::move(response));
            break;
        }
    }
    HeadOptions options{.framing = Framing::length,
                        .keep_alive = !close_after_,
                        .version_10 = reader_.version_10(),
                        .now = machine_clock().wall()};
    outgoing_ = response_head(response, options);
    if (has_body(response.status) && request_.method != "HEAD") outgoing_ += response.body;
    written_ = 0;
    write_answer();
}

void HttpSession::write_answer() {
    arm(server_->options.idle_deadline);
    std::string_view next = std::string_view(outgoing_).substr(written_, write_size);
    written_ += next.size();
    transport_->write(next, [self = shared_from_this()](bool good) {
        if (self->phase_ != Phase::answering) return;
        if (!good) return self->end();
        if (self->written_ < self->outgoing_.size()) return self->write_answer();
        self->on_answered();
    });
}

void HttpSession::on_answered() {
    outgoing_ = {};
    request_ = {};  // not before: a handler may answer first and read on in its request
    if (close_after_) return linger();
    phase_ = Phase::reading;
    body_seen_ = 0;
    header_deadline_armed_ = false;
    arm(server_->options.idle_deadline);
    on_input();
}

// Closing with unread bytes would reset the connection and could take the answer with it.
void HttpSession::linger() {
    phase_ = Phase::lingering;
    discarded_ = 0;
    transport_->end_sending();
    arm(std::chrono::milliseconds(linger_ms));
    read();
}

void HttpSession::open_stream(std::uint64_t number, Response head) {
    if (phase_ != Phase::handling || number != number_) return;
    phase_ = Phase::streaming;
    close_after_ = true;
    stream_ended_ = false;
    deadline_.reset();
    bool chunked = !reader_.version_10();
    HeadOptions options{.framing = chunked ? Framing::chunked : Framing::until_close,
                        .keep_alive = false,
                        .version_10 = reader_.version_10(),
                        .now = machine_clock().wall()};
    chunks_.push_back(response_head(head, options));
    waiting_ = chunks_.back().size();
    if (request_.method == "HEAD") stream_ended_ = true;
    write_stream();
    read();
}

bool HttpSession::send_chunk(std::string chunk) {
    if (phase_ != Phase::streaming || stream_ended_ || waiting_ + chunk.size() > stream_limit)
        return false;
    if (chunk.empty()) return true;  // an empty chunk would end the body
    if (!reader_.version_10()) chunk = fmt::format("{:x}\r\n{}\r\n", chunk.size(), chunk);
    waiting_ += chunk.size();
    chunks_.push_back(std::move(chunk));
    if (!writing_) write_stream();
    return true;
}

void HttpSession::write_stream() {
    outgoing_ = std::move(chunks_.front());
    chunks_.pop_front();
    writing_ = true;
    arm(server_->options.idle_deadline);
    transport_->write(outgoing_, [self = shared_from_this()](bool good) {
        self->writing_ = false;
        if (self->phase_ != Phase::streaming) return;
        if (!good) return self->end();
        self->waiting_ -= self->outgoing_.size();
        self->deadline_.reset();
        if (!self->chunks_.empty()) return self->write_stream();
        if (self->stream_ended_) self->end();
    });
}

void HttpSession::end_stream() {
    stream_closed_ = nullptr;
    if (phase_ != Phase::streaming || std::exchange(stream_ended_, true)) return;
    if (!reader_.version_10()) chunks_.push_back("0\r\n\r\n");
    waiting_ += chunks_.empty() ? 0 : chunks_.back().size();
    if (writing_) return;
    if (chunks_.empty())
        end();
    else
        write_stream();
}

void HttpSession::end() {
    if (phase_ == Phase::ended) return;
    phase_ = Phase::ended;
    deadline_.reset();
    transport_->close();
    auto keep = shared_from_this();
    server_->remove(this);
    if (auto closed = std::exchange(stream_closed_, nullptr)) closed();
}

}  // namespace

void serve_http(std::shared_ptr<ServerShared> server, std::unique_ptr<Transport> transport) {
    auto session = std::make_shared<HttpSession>(server, std::move(transport));
    server->add(session);
    session->start();
}

}  // namespace vistter::net
