// The session of an MQTT client: CONNECT, SUBSCRIBE, then packets both ways, pings, and one
// closed() in every case.
#include "net/mqtt_client.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <set>
#include <utility>

#include "base/log.hpp"
#include "net/tls_dial.hpp"

namespace vistter::net {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t unanswered_limit = 60'000;  // packet ids; there are 65,535
constexpr std::int64_t close_patience_ms = 1'000;
constexpr int missed_pings_allowed = 2;
constexpr std::uint16_t subscription_id = 1;

constexpr int code_protocol = 1002, code_gone = 1006, code_policy = 1008, code_internal = 1011;
constexpr int code_silent = 4408, code_too_big = 4413;

const char* refusal_of(int code) {
    switch (code) {
        case 1:
            return "it does not speak MQTT 3.1.1";
        case 2:
            return "it does not take our client id";
        case 3:
            return "it is not available";
        case 4:
        case 5:
            return "it does not let us in";
        default:
            return "it gives no known reason";
    }
}

// Shared: the handle and the pending operations hold it.
class Session final : public std::enable_shared_from_this<Session> {
  public:
    Session(async::Loop& loop, MqttOptions options, MqttEvents events)
        : loop_(loop),
          options_(std::move(options)),
          events_(std::move(events)),
          reader_(options_.max_payload_bytes) {}

    void start();
    bool publish(std::string_view topic, std::string_view payload, int qos);
    void close(int code, std::string_view reason);
    void drop();
    std::optional<WallTime> certificate_ends() const { return certificate_ends_; }

  private:
    enum class Phase { dialling, connecting, subscribing, open, closing, finished };

    void say_connect();
    void read();
    void on_read(error_code failed, std::size_t got);
    void take(MqttPacket packet);
    void on(const MqttConnack& packet);
    void on(const MqttSuback& packet);
    void on(MqttPublish&& packet);
    void on(const MqttPuback& packet) { unanswered_.erase(packet.id); }
    void on(const MqttPingresp&) { unanswered_pings_ = 0; }
    void on_open();
    void write(std::string packet);
    void write_waiting();
    void on_written(error_code failed);
    void ping();
    std::uint16_t next_id();
    bool talking() const { return phase_ == Phase::connecting || phase_ == Phase::subscribing; }
    void broken(int code, const std::string& reason);
    void report(Error error);
    void finish(int code, std::string reason);
    void guarded(const std::function<void()>& call);

    async::Loop& loop_;
    MqttOptions options_;
    MqttEvents events_;
    Opening opening_{.last_step = "MQTT"};
    TlsConnection tls_;
    std::optional<WallTime> certificate_ends_;
    MqttReader reader_;
    std::array<char, 16'384> incoming_{};
    std::string writing_, waiting_;
    std::set<std::uint16_t> unanswered_;  // ids of what the broker has not taken yet
    std::uint16_t last_id_ = subscription_id;
    async::Handle pings_, patience_;
    int unanswered_pings_ = 0, calling_ = 0;
    int close_code_ = 0;
    std::string close_reason_;
    Phase phase_ = Phase::dialling;
};

// What the connection's owner holds. It keeps nothing alive, so it may be dropped at any time.
class SessionHandle final : public MqttConnection {
  public:
    explicit SessionHandle(std::weak_ptr<Session> session) : session_(std::move(session)) {}
    bool publish(std::string_view topic, std::string_view payload, int qos) override {
        auto session = session_.lock();
        return session && session->publish(topic, payload, qos);
    }
    void close(int code, std::string_view reason) override {
        if (auto session = session_.lock()) session->close(code, reason);
    }
    std::optional<WallTime> certificate_ends() const override {
        const auto session = session_.lock();
        return session ? session->certificate_ends() : std::nullopt;
    }

  private:
    std::weak_ptr<Session> session_;
};

void Session::start() {
    TlsDialEvents events;
    events.connected = [self = shared_from_this()](TlsConnection connection) {
        self->tls_ = std::move(connection);
        self->say_connect();
    };
    events.failed = [self = shared_from_this()](Error error) { self->report(std::move(error)); };
    begin_opening(
        loop_, opening_,
        {options_.url, "mqtts", false, options_.tls, options_.proxy, options_.deadline_ms},
        std::move(events));
}

void Session::say_connect() {
    opening_.dial.reset();
    certificate_ends_ = peer_certificate_ends(tls_.socket->native_handle());
    phase_ = Phase::connecting;
    // The broker gives up after one and a half times this; we after two pings without an answer.
    const auto keep_alive_s = std::clamp<std::int64_t>(options_.ping_ms / 500 + 1, 5, 3'600);
    write(
        mqtt_connect(options_.client_id, static_cast<std::uint16_t>(keep_alive_s), options_.will));
    read();
}

void Session::read() {
    tls_.socket->async_read_some(asio::buffer(incoming_),
                                 [self = shared_from_this()](error_code failed, std::size_t got) {
                                     self->on_read(failed, got);
                                 });
}

void Session::on_read(error_code failed, std::size_t got) {
    if (phase_ == Phase::finished) return;
    if (is_certificate_alert(failed) && talking())
        return report(certificate_refused(authority_of(opening_.url), failed.message()));
    if (failed) return broken(code_gone, failed.message());
    reader_.append({incoming_.data(), got});
    while (phase_ != Phase::finished) {
        auto packet = reader_.next();
        if (!packet) {
            const bool big = packet.error().code == ErrorCode::VAL_TOO_BIG;
            return broken(big ? code_too_big : code_protocol, packet.error().message);
        }
        if (!packet->has_value()) return read();
        take(std::move(**packet));
    }
}

void Session::take(MqttPacket packet) {
    // CONNACK comes first and once; SUBACK once after it.
    const bool connack = std::holds_alternative<MqttConnack>(packet);
    const bool suback = std::holds_alternative<MqttSuback>(packet);
    if (connack != (phase_ == Phase::connecting) || (suback && phase_ != Phase::subscribing))
        return broken(code_protocol, "the broker answers out of turn");
    std::visit([this](auto&& each) { on(std::forward<decltype(each)>(each)); }, std::move(packet));
}

void Session::on(const MqttConnack& packet) {
    if (packet.code != 0) {
        const bool ours = packet.code == 2 || packet.code == 4 || packet.code == 5;
        return report(
            fail(ours ? ErrorCode::SEC_UNAUTHORISED : ErrorCode::AST_FETCH,
                 fmt::format("MQTT: the broker at {} refuses us: {} ({})",
                             authority_of(opening_.url), refusal_of(packet.code), packet.code)));
    }
    phase_ = Phase::subscribing;
    write(mqtt_subscribe(subscription_id, options_.filters));
}

void Session::on(const MqttSuback& packet) {
    const bool all = packet.id == subscription_id &&
                     packet.granted.size() == options_.filters.size() &&
                     std::ranges::none_of(packet.granted, [](int qos) { return qos > 1; });
    if (!all) {
        return report(
            fail(ErrorCode::SEC_UNAUTHORISED,
                 fmt::format("MQTT: the broker at {} does not let us listen to {}",
                             authority_of(opening_.url), options_.filters.front().filter)));
    }
    on_open();
}

void Session::on_open() {
    phase_ = Phase::open;
    opening_.deadline.reset();
    pings_ = loop_.every(options_.ping_ms, [this] { ping(); });
    auto opened = std::exchange(events_.opened, nullptr);
    guarded([&] { opened(std::make_shared<SessionHandle>(weak_from_this())); });
}

void Session::on(MqttPublish&& packet) {
    if (packet.qos == 1 && phase_ != Phase::closing) write(mqtt_puback(packet.id));
    // A broker may deliver between our SUBSCRIBE and its answer; nobody could listen yet.
    if (phase_ != Phase::open || !events_.message) return;
    guarded([&] { events_.message(std::move(packet)); });
}

std::uint16_t Session::next_id() {
    do {
        ++last_id_;
    } while (last_id_ <= subscription_id || unanswered_.contains(last_id_));
    return last_id_;
}

bool Session::publish(std::string_view topic, std::string_view payload, int qos) {
    if (phase_ != Phase::open) return false;
    if (waiting_.size() + payload.size() > options_.max_queued_bytes ||
        unanswered_.size() >= unanswered_limit) {
        waiting_.clear();
        close(code_policy, "the broker takes messages too slowly");
        return false;
    }
    const std::uint16_t id = qos > 0 ? next_id() : std::uint16_t{0};
    if (qos > 0) unanswered_.insert(id);
    write(mqtt_publish(topic, payload, qos, id));
    return true;
}

void Session::write(std::string packet) {
    if (waiting_.empty())
        waiting_ = std::move(packet);
    else
        waiting_ += packet;
    if (writing_.empty()) write_waiting();
}

void Session::write_waiting() {
    writing_ = std::exchange(waiting_, {});
    asio::async_write(
        *tls_.socket, asio::buffer(writing_),
        [self = shared_from_this()](error_code failed, std::size_t) { self->on_written(failed); });
}

void Session::on_written(error_code failed) {
    writing_.clear();
    if (phase_ == Phase::finished) return;
    // Why a broker ends the connection is what the reader gets to see.
    if (failed && talking()) return;
    if (failed) return broken(code_gone, failed.message());
    if (!waiting_.empty()) return write_waiting();
    if (phase_ != Phase::closing) return;
    // The broker ends the connection once it has read all; closing now, with its answers unread,
    // would take from it what it has not read yet.
    error_code ignored;  // it may be gone already
    tls_.socket->next_layer().shutdown(TcpSocket::shutdown_send, ignored);
}

void Session::ping() {
    if (unanswered_pings_ >= missed_pings_allowed)
        return finish(code_silent, "two pings went unanswered");
    ++unanswered_pings_;
    write(mqtt_pingreq());
}

void Session::close(int code, std::string_view reason) {
    if (phase_ != Phase::open) return;
    phase_ = Phase::closing;
    close_code_ = code;
    close_reason_ = std::string(reason);
    pings_.reset();
    patience_ = loop_.after(close_patience_ms, [self = shared_from_this()] {
        self->finish(self->close_code_, self->close_reason_);
    });
    write(mqtt_disconnect());
}

// The connection is of no use any more, opened or not.
void Session::broken(int code, const std::string& reason) {
    if (phase_ == Phase::closing) return finish(close_code_, close_reason_);
    if (phase_ == Phase::open) return finish(code, reason);
    report(fail(ErrorCode::AST_FETCH,
                fmt::format("MQTT: {}: {}", authority_of(opening_.url), reason)));
}

void Session::report(Error error) {
    if (phase_ == Phase::finished) return;
    auto keep = shared_from_this();
    auto failed = std::move(events_.failed);
    drop();
    if (failed) failed(std::move(error));
}

void Session::finish(int code, std::string reason) {
    if (phase_ == Phase::finished) return;
    auto keep = shared_from_this();
    auto closed = std::move(events_.closed);
    drop();
    if (closed) guarded([&] { closed(code, std::move(reason)); });
}

// The one boundary for exceptions of what a connection calls.
void Session::guarded(const std::function<void()>& call) {
    ++calling_;
    try {
        call();
    } catch (const std::exception& failure) {
        log::error("an MQTT event could not be handled: {}", failure.what());
        close(code_internal, "internal error");
    }
    --calling_;
}

void Session::drop() {
    if (phase_ == Phase::finished) return;
    auto keep = shared_from_this();
    phase_ = Phase::finished;
    opening_.end();
    pings_.reset();
    patience_.reset();
    // One of the events may be what is dropping the connection: it must not be destroyed under its
    // own feet.
    if (calling_ > 0) loop_.post([running = std::move(events_)] {});
    events_ = {};
    error_code ignored;  // there is nobody left to tell
    if (tls_.socket) tls_.socket->next_layer().close(ignored);
}

}  // namespace

async::Handle dial_mqtt(async::Loop& loop, MqttOptions options, MqttEvents events) {
    auto session = std::make_shared<Session>(loop, std::move(options),
                                             std::move(events));  // shared: see Session
    session->start();
    return async::Handle([session] { session->drop(); });
}

}  // namespace vistter::net
