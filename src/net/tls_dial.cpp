// An attempt as one chain of callbacks: each step starts the next one or reports.
#include "net/tls_dial.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <array>
#include <utility>

#include "net/proxy_connect.hpp"

namespace vistter::net {
namespace asio = boost::asio;
using boost::system::error_code;
using Resolver = asio::ip::tcp::resolver;

namespace {

// "host:port" as CONNECT wants it, whatever the scheme's default port is.
std::string full_authority(const Url& url) {
    const bool six = url.host.find(':') != std::string::npos;
    return fmt::format("{}:{}", six ? "[" + url.host + "]" : url.host, url.port);
}

// Shared: the attempt's owner and the pending operations hold it.
class Dialler : public std::enable_shared_from_this<Dialler> {
  public:
    Dialler(async::Loop& loop, TlsTarget target, TlsDialEvents events)
        : loop_(loop),
          target_(std::move(target)),
          events_(std::move(events)),
          resolver_(loop.native()),
          socket_(loop.native()),
          verifier_(std::make_unique<ServerVerifier>(target_.tls, target_.url.host)) {}

    void start();
    void drop();
    const char* step() const { return step_; }

  private:
    void resolve(const Url& first);
    void connect(const Resolver::results_type& found);
    void ask_proxy();
    void read_answer();
    void on_answer();
    void shake_hands();
    void on_handshake(error_code failed);
    void give_up(const std::string& reason);
    void report(Error error);
    bool tunnels() const { return !target_.proxy.url.empty(); }

    async::Loop& loop_;
    TlsTarget target_;
    TlsDialEvents events_;
    Resolver resolver_;
    TcpSocket socket_;
    std::unique_ptr<ServerVerifier> verifier_;
    std::unique_ptr<TlsSocket> stream_;
    std::string request_, answer_;
    std::array<char, 1'024> incoming_{};
    const char* step_ = "DNS";
    bool finished_ = false;
};

void Dialler::start() {
    if (Status good = check_proxy(target_.proxy); !good) {
        loop_.post([self = shared_from_this(), error = good.error()] { self->report(error); });
        return;
    }
    if (tunnels()) step_ = "proxy";
    resolve(tunnels() ? *parse_url(target_.proxy.url) : target_.url);
}

void Dialler::resolve(const Url& first) {
    resolver_.async_resolve(
        first.host, fmt::format("{}", first.port), Resolver::numeric_service,
        [self = shared_from_this()](error_code failed, const Resolver::results_type& found) {
            if (self->finished_) return;
            if (failed) return self->give_up(failed.message());
            self->connect(found);
        });
}

void Dialler::connect(const Resolver::results_type& found) {
    if (!tunnels()) step_ = "TCP";
    asio::async_connect(
        socket_, found,
        [self = shared_from_this()](error_code failed, const asio::ip::tcp::endpoint&) {
            if (self->finished_) return;
            if (failed) return self->give_up(failed.message());
            error_code ignored;  // the connection works without it
            self->socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
            if (self->tunnels()) return self->ask_proxy();
            self->shake_hands();
        });
}

void Dialler::ask_proxy() {
    request_ = connect_request(target_.proxy, full_authority(target_.url));
    asio::async_write(socket_, asio::buffer(request_),
                      [self = shared_from_this()](error_code failed, std::size_t) {
                          if (self->finished_) return;
                          if (failed) return self->give_up(failed.message());
                          self->read_answer();
                      });
}

void Dialler::read_answer() {
    socket_.async_read_some(asio::buffer(incoming_),
                            [self = shared_from_this()](error_code failed, std::size_t got) {
                                if (self->finished_) return;
                                if (failed) return self->give_up(failed.message());
                                self->answer_.append(self->incoming_.data(), got);
                                self->on_answer();
                            });
}

void Dialler::on_answer() {
    const auto status = connect_status(answer_);
    if (!status) return report(status.error());
    if (!status->has_value()) return read_answer();
    if (**status / 100 != 2)
        return report(connect_refused(**status, target_.proxy, full_authority(target_.url)));
    shake_hands();
}

void Dialler::shake_hands() {
    step_ = "TLS";
    OwnedContext context(SSL_CTX_new(TLS_client_method()));
    if (Status set = verifier_->install(context.get()); !set) return report(set.error());
    stream_ = make_tls_socket(std::move(socket_), context.get());
    const std::string& host = target_.url.host;
    if (!is_address(host)) SSL_set_tlsext_host_name(stream_->native_handle(), host.c_str());
    stream_->async_handshake(
        asio::ssl::stream_base::client,
        [self = shared_from_this()](error_code failed) { self->on_handshake(failed); });
}

void Dialler::on_handshake(error_code failed) {
    if (finished_) return;
    if (failed && verifier_->refusal()) return report(*verifier_->refusal());
    if (is_certificate_alert(failed))
        return report(certificate_refused(authority_of(target_.url), failed.message()));
    if (failed) return give_up(failed.message());
    finished_ = true;
    auto connected = std::move(events_.connected);
    events_ = {};
    connected({std::move(verifier_), std::move(stream_)});
}

void Dialler::give_up(const std::string& reason) {
    std::string whom = authority_of(target_.url);
    if (tunnels()) whom += " through " + target_.proxy.url;
    report(fail(ErrorCode::AST_FETCH, fmt::format("{}: cannot reach {}: {}", step_, whom, reason)));
}

void Dialler::report(Error error) {
    if (finished_) return;
    auto failed = std::move(events_.failed);
    drop();
    if (failed) failed(std::move(error));
}

void Dialler::drop() {
    if (std::exchange(finished_, true)) return;
    events_ = {};
    resolver_.cancel();
    error_code ignored;  // there is nobody left to tell
    if (stream_)
        stream_->next_layer().close(ignored);
    else
        socket_.close(ignored);
}

class Attempt final : public TlsDial {
  public:
    explicit Attempt(std::shared_ptr<Dialler> dialler) : dialler_(std::move(dialler)) {}
    ~Attempt() override { dialler_->drop(); }
    const char* step() const override { return dialler_->step(); }

  private:
    std::shared_ptr<Dialler> dialler_;  // shared: see there
};

}  // namespace

std::unique_ptr<TlsDial> dial_tls(async::Loop& loop, TlsTarget target, TlsDialEvents events) {
    auto dialler = std::make_shared<Dialler>(loop, std::move(target), std::move(events));
    dialler->start();
    return std::make_unique<Attempt>(dialler);
}

void begin_opening(async::Loop& loop, Opening& opening, OpeningPlan plan, TlsDialEvents events) {
    std::optional<Url> url = parse_url(plan.url);
    if (!url || url->scheme != plan.scheme || (!plan.path && url->target != "/")) {
        // Said from the loop, like every other end of an attempt.
        opening.deadline = loop.after(0, [failed = events.failed, scheme = plan.scheme] {
            failed(
                fail(ErrorCode::CFG_INVALID,
                     fmt::format("insecure endpoint: the address must begin with {}://", scheme)));
        });
        return;
    }
    opening.url = std::move(*url);
    opening.deadline =
        loop.after(plan.deadline_ms, [&opening, failed = events.failed, ms = plan.deadline_ms] {
            failed(fail(ErrorCode::SYS_TIMEOUT,
                        fmt::format("{}: no answer from {} in {} ms", opening.step(),
                                    authority_of(opening.url), ms)));
        });
    opening.dial = dial_tls(loop, {opening.url, std::move(plan.tls), std::move(plan.proxy)},
                            std::move(events));
}

}  // namespace vistter::net
