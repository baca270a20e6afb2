#include "appliance/adapters/road/connection.hpp"

#include <utility>

#include "base/crash_point.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "contract/object_writer.hpp"
#include "crypto/certificate.hpp"
#include "link/close_code.hpp"

namespace vistter::appliance {

using contract::MessageType;
using contract::ObjectWriter;
using link::LinkDo;
using link::LinkEvent;
using link::LinkState;

namespace {
constexpr std::int64_t linger_ms = 1'000;  // for the close frame of a connection we leave
}

Connection::Connection(ConnectionParts parts, RoadIdentity identity, MessageCodec codec)
    : parts_(std::move(parts)),
      identity_(std::move(identity)),
      codec_(std::move(codec)),
      link_(parts_.random),
      since_(parts_.clock.wall()) {
    if (const auto own =
            crypto::Certificate::from_pem(identity_.tls.identity.certificate_chain_pem)) {
        certificate_expires_at_ = own->not_after();
    }
}

// A callback that does nothing once this connection is gone.
template <class Function>
auto Connection::guarded(Function function) {
    return
        [alive = std::weak_ptr<bool>(alive_), function = std::move(function)](auto&&... arguments) {
            if (!alive.expired()) function(std::forward<decltype(arguments)>(arguments)...);
        };
}

void Connection::stop(const std::string& goodbye) {
    goodbye_ = goodbye;
    drive(LinkEvent::stop);
}

void Connection::drive(LinkEvent event, const link::LinkInput& input) {
    const auto actions = link_.resume(event, input);
    for (const link::LinkAction& action : actions) perform(action);
    if (!actions.empty()) changed();
}

void Connection::perform(const link::LinkAction& action) {
    switch (action.what) {
        case LinkDo::fetch_token:
            return fetch_token();
        case LinkDo::dial:
            return dial();
        case LinkDo::say_hello:
            return say_hello();
        case LinkDo::enter_session:
            return enter_session();
        case LinkDo::leave_session:
            return leave_session();
        case LinkDo::say_goodbye: {
            contract::Goodbye goodbye;
            goodbye.reason = goodbye_.empty() ? "shutdown" : goodbye_;
            (void)send_once(goodbye, {});
            if (socket_) socket_->close(link::close_code::normal, "goodbye");
            return;
        }
        case LinkDo::close_socket:
            if (socket_) socket_->close(action.code, link_.last_error());
            return;
        case LinkDo::drop_socket:
            // The handle may belong to the very call we are in, and a close frame may still be on
            // its way.
            socket_.reset();
            ++generation_;
            former_ = std::move(dialled_);
            linger_ = parts_.loop.after(linger_ms, [this] { former_.reset(); });
            return;
        case LinkDo::arm_retry:
            retry_at_ = WallTime{parts_.clock.wall().ms + action.ms};
            retry_ = parts_.loop.after(action.ms, [this] { drive(LinkEvent::retry_due); });
            log::info("next try in {} ms: {}", action.ms, link_.last_error());
            return;
        case LinkDo::arm_welcome:
            deadline_ = parts_.loop.after(action.ms, [this] {
                drive(LinkEvent::overdue, {0, std::nullopt, "Studio sent no WELCOME within 10 s"});
            });
            return;
        case LinkDo::arm_health:
            deadline_ = parts_.loop.after(action.ms, [this] { drive(LinkEvent::healthy); });
            return;
        case LinkDo::cancel_timers:
            retry_.reset();
            deadline_.reset();
            retry_at_.reset();
            return;
    }
}

void Connection::fetch_token() {
    fetch_session_token(
        parts_.loop, parts_.workers, identity_, guarded([this](FetchedToken fetched) {
            using Outcome = FetchedToken::Outcome;
            token_ = std::move(fetched.token);
            if (fetched.outcome == Outcome::ready) return drive(LinkEvent::token_ready);
            if (fetched.wrong_server)
                parts_.raise("security.pin_mismatch",
                             ObjectWriter().text("peer", identity_.session_url).str());
            if (fetched.outcome == Outcome::refused && link_.shown_state() != "auth_failed") {
                parts_.raise("security.auth_failed",
                             ObjectWriter().text("peer", identity_.session_url).str());
            }
            drive(fetched.outcome == Outcome::refused ? LinkEvent::token_refused
                                                      : LinkEvent::token_failed,
                  {0, std::nullopt, fetched.reason});
        }));
}

void Connection::dial() {
    net::DialOptions options;
    options.url = identity_.channels.front().url;
    options.subprotocol = "vistter.v1.jws";
    options.tls = identity_.tls;
    options.ping_ms = parts_.options.ping_ms;
    const int generation = generation_;
    net::DialEvents events;
    events.opened = guarded([this](std::shared_ptr<net::WebSocket> socket) {
        socket_ = std::move(socket);
        drive(LinkEvent::opened);
    });
    events.failed = guarded([this](const Error& error) {
        const bool wrong = error.code == ErrorCode::SEC_PIN;
        if (wrong)
            parts_.raise("security.pin_mismatch",
                         ObjectWriter().text("peer", identity_.channels.front().url).str());
        drive(wrong ? LinkEvent::dial_refused : LinkEvent::dial_failed,
              {0, std::nullopt, describe(error)});
    });
    events.socket.message = guarded([this, generation](const std::string& text) {
        if (generation == generation_) on_message(text);
    });
    events.socket.closed = guarded([this, generation](int code, const std::string& reason) {
        if (generation != generation_) return;
        drive(LinkEvent::closed,
              {code, std::nullopt, "connection closed: " + std::to_string(code) + " " + reason});
    });
    dialled_ = net::dial(parts_.loop, std::move(options), std::move(events));
}

void Connection::say_hello() {
    contract::Hello hello = parts_.options.hello();
    hello.connection_id = make_uuid7(parts_.clock, parts_.random);
    hello.session_token = token_;
    hello.last_session_id = parts_.journal.fact("last_session_id");
    hello.last_rx_seq = receiver_ ? receiver_->highest_seq() : 0;
    hello.journal_count = parts_.journal.count();
    hello.outbox_count = parts_.outbox.count();
    if (receiver_) dup_dropped_ += receiver_->counters().dup_dropped;
    receiver_ = std::make_unique<link::Receiver>(link::ReceiverState{
        link::Side::device, identity_.device_id, {}, "1.0", hello.features, hello.ocl_versions});
    stamp_ = std::make_unique<link::Stamp>(identity_.device_id, parts_.random);
    contract::Envelope envelope;
    envelope.message_id = make_uuid7(parts_.clock, parts_.random);
    envelope.type = MessageType::HELLO;
    envelope.body = contract::write_body(hello);
    stamp_->put(envelope, parts_.time.now());
    hello_nonce_ = envelope.nonce;
    hello_at_ = parts_.clock.steady();
    if (socket_) (void)socket_->send(codec_.seal(envelope));
}

void Connection::enter_session() {
    parts_.journal.set_fact("last_session_id", session_id_);
    contract::StateReport report = parts_.options.state_report();
    report.reason = "hello";
    (void)send_once(report, {});
    if (std::exchange(was_live_, true)) {
        const std::int64_t outage_ms = (parts_.clock.steady().ns - lost_at_.ns) / 1'000'000;
        parts_.raise("connectivity.changed", ObjectWriter()
                                                 .text("from", "offline")
                                                 .text("to", "connected")
                                                 .text("transport", "wss")
                                                 .integer("outage_ms", outage_ms)
                                                 .str());
    }
    sent_up_to_ = 0;
    flush();
}

void Connection::leave_session() {
    lost_at_ = parts_.clock.steady();
    session_id_.clear();
    rtt_ms_.reset();
    in_flight_.clear();
    in_flight_bytes_ = 0;
}

void Connection::violate(int code, const std::string& reason) {
    drive(LinkEvent::violated, {code, std::nullopt, reason});
}

void Connection::changed() {
    const std::string shown(status().state);
    if (shown != shown_) {
        shown_ = shown;
        since_ = parts_.clock.wall();
        log::info("road to Studio: {}", shown);
    }
    if (parts_.options.status_changed) parts_.options.status_changed();
}

LinkStatus Connection::status() const {
    LinkStatus status;
    status.state = link_.shown_state();
    if (status.state == "connected" && !verdict_.empty() && verdict_ != "ok")
        status.state = "degraded";
    status.since = since_;
    status.last_error = link_.last_error();
    status.next_retry_at = retry_at_;
    status.session_id = session_id_;
    status.rtt_ms = rtt_ms_;
    status.dup_dropped = dup_dropped_ + (receiver_ ? receiver_->counters().dup_dropped : 0);
    status.device_id = identity_.device_id;
    status.tenant = identity_.tenant;
    status.studio_url = identity_.studio_url;
    status.certificate_expires_at = certificate_expires_at_;
    return status;
}

}  // namespace vistter::appliance
