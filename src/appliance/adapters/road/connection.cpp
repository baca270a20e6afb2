#include "appliance/adapters/road/connection.hpp"

#include <algorithm>
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
      link_(parts_.random, parts_.options.between_tries),
      route_(identity_.channels.size()),
      tokens_(parts_.loop, parts_.workers, identity_, parts_.options.proxy, parts_.time),
      intake_(
          parts_.loop, parts_.executor,
          {[this](Arrival& arrival) { take(arrival); },
           [this](const std::vector<Arrival>& group) { on_committed(group); },
           [this] { held_.clear(); },
           [this](Arrival& arrival, const std::exception& fault) { on_spoiled(arrival, fault); }}),
      commands_(parts_.options.pace),
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
    const LinkState before = link_.state();
    const auto actions = link_.resume(event, input);
    const LinkState now = link_.state();
    const bool lost = now == LinkState::waiting && event != LinkEvent::moved;
    // An attempt that never became a session: the next one goes to the next address.
    if (lost && (before == LinkState::dialling || before == LinkState::greeting))
        route_.failed(address().url + ": " + link_.last_error());
    for (const link::LinkAction& action : actions) perform(action);
    if (!actions.empty()) changed();
    if (lost && (link_.shown_state() == "auth_failed" || link_.shown_state() == "revoked"))
        parts_.turned_away(link_.last_error());
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
            if (carrier_) carrier_->close(link::close_code::normal, "goodbye");
            return;
        }
        case LinkDo::close_socket:
            if (carrier_) carrier_->close(action.code, link_.last_error());
            return;
        case LinkDo::drop_socket:
            // The handle may belong to the very call we are in, and a close frame may still be on
            // its way.
            carrier_.reset();
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
    tokens_.fetch(guarded([this](FetchedToken fetched) {
        using Outcome = FetchedToken::Outcome;
        if (fetched.outcome == Outcome::ready) return drive(LinkEvent::token_ready);
        if (fetched.outcome == Outcome::refused) return token_refused(fetched);
        drive(LinkEvent::token_failed, {0, std::nullopt, fetched.reason});
    }));
}

void Connection::token_refused(const FetchedToken& fetched) {
    const std::string peer = ObjectWriter().text("peer", identity_.session_url).str();
    if (fetched.wrong_server) parts_.raise("security.pin_mismatch", peer);
    if (link_.shown_state() != "auth_failed") parts_.raise("security.auth_failed", peer);
    const bool revoked = fetched.code == "SEC_REVOKED";
    drive(LinkEvent::token_refused,
          {revoked ? link::close_code::revoked : 0, std::nullopt, fetched.reason});
    if (!fetched.wrong_server && parts_.options.session_refused)
        parts_.options.session_refused(fetched.code);
}

CarrierOptions Connection::carrier_options(const ChannelAddress& address) {
    CarrierOptions options;
    options.address = address;
    options.tenant = identity_.tenant;
    options.device_id = identity_.device_id;
    options.tls = identity_.tls;
    options.proxy = parts_.options.proxy;
    options.ping_ms = parts_.options.ping_ms;
    return options;
}

// What the broker says for us when the connection breaks: signed before there is a session.
std::string Connection::make_will() {
    contract::Goodbye lost;
    lost.reason = "lost";
    lost.connection_id = connection_id_;
    contract::Envelope envelope;
    envelope.message_id = make_uuid7(parts_.clock, parts_.random);
    envelope.type = MessageType::GOODBYE;
    envelope.body = contract::write_body(lost);
    link::Stamp(identity_.device_id, parts_.random).put(envelope, parts_.time.now());
    return codec_.seal(envelope);
}

void Connection::dial() {
    connection_id_ = make_uuid7(parts_.clock, parts_.random);
    CarrierOptions options = carrier_options(address());
    if (options.address.transport == "mqtts") options.will = make_will();
    const int generation = generation_;
    CarrierEvents events;
    events.opened = guarded([this](std::shared_ptr<Carrier> carrier) {
        carrier_ = std::move(carrier);
        drive(LinkEvent::opened);
    });
    events.failed = guarded([this](const Error& error) {
        const bool wrong = error.code == ErrorCode::SEC_PIN;
        if (wrong)
            parts_.raise("security.pin_mismatch", ObjectWriter().text("peer", address().url).str());
        // Our certificate is not taken, by Studio itself: not a matter of the network.
        const bool unwanted =
            error.code == ErrorCode::SEC_UNAUTHORISED && error.message.starts_with("TLS:");
        drive(wrong || unwanted ? LinkEvent::dial_refused : LinkEvent::dial_failed,
              {0, std::nullopt, describe(error)});
    });
    events.message = guarded([this, generation](const std::string& text, bool redelivered) {
        if (generation == generation_) on_message(text, redelivered);
    });
    events.closed = guarded([this, generation](int code, const std::string& reason) {
        if (generation != generation_) return;
        drive(LinkEvent::closed,
              {code, std::nullopt, "connection closed: " + std::to_string(code) + " " + reason});
    });
    dialled_ = open_carrier(parts_.loop, parts_.random, std::move(options), std::move(events));
}

void Connection::say_hello() {
    contract::Hello hello = parts_.options.hello();
    hello.connection_id = connection_id_;
    hello.session_token = tokens_.token();
    hello.last_session_id = parts_.store.journal.fact("last_session_id");
    hello.last_rx_seq = receiver_ ? receiver_->highest_seq() : 0;
    hello.journal_count = parts_.store.journal.count();
    hello.outbox_count = parts_.store.outbox.count();
    if (receiver_) dup_dropped_ += receiver_->counters().dup_dropped;
    receiver_ = std::make_unique<link::Receiver>(
        link::ReceiverState{
            link::Side::device, identity_.device_id, {}, "1.0", hello.features, hello.ocl_versions,
            address().transport == "mqtts"},
        parts_.options.defences);
    stamp_ = std::make_unique<link::Stamp>(identity_.device_id, parts_.random);
    commands_ = link::CommandMeter(parts_.options.pace);
    pulse_ = std::make_unique<Pulse>(
        parts_.loop, parts_.store, parts_.clock, parts_.peer_ledger,
        PulsePorts{
            [this](contract::Heartbeat heartbeat) {
                heartbeat.sent_seq = stamp_->last_seq();
                heartbeat.received_seq = receiver_->highest_seq();
                (void)send_once(heartbeat, {});
            },
            [this] { violate(link::close_code::heartbeat_lost, "Studio's heartbeat stopped"); },
            [this](const contract::Heartbeat& heartbeat) { on_broken(heartbeat); },
            [this](std::int64_t rows, std::int64_t before) {
                parts_.raise("security.ledger_rollback", ObjectWriter()
                                                             .text("peer", address().url)
                                                             .integer("rows", rows)
                                                             .integer("rows_before", before)
                                                             .str());
            }});
    contract::Envelope envelope;
    envelope.message_id = make_uuid7(parts_.clock, parts_.random);
    envelope.type = MessageType::HELLO;
    envelope.body = contract::write_body(hello);
    stamp_->put(envelope, parts_.time.now());
    hello_nonce_ = envelope.nonce;
    hello_at_ = parts_.clock.steady();
    std::string message = codec_.seal(envelope);
    pulse_->said(MessageType::HELLO, envelope.seq, message);
    if (carrier_) (void)carrier_->send(MessageType::HELLO, std::move(message));
}

void Connection::on_broken(const contract::Heartbeat& heartbeat) {
    parts_.raise("security.transcript_broken",
                 ObjectWriter()
                     .text("peer", address().url)
                     .integer("sent_seq", heartbeat.sent_seq)
                     .integer("received_seq", receiver_->highest_seq())
                     .text("reason", "what Studio says it sent is not what arrived")
                     .str());
    violate(link::close_code::security_violation, "messages were withheld, added or changed");
}

void Connection::enter_session() {
    parts_.store.journal.set_fact("last_session_id", session_id_);
    route_.opened();
    if (route_.on_fallback()) {
        log::warning("connected through {}; blocked: {}", address().url, route_.blocked());
        again_ =
            parts_.loop.every(parts_.options.preferred_again_ms, [this] { look_for_preferred(); });
    }
    tokens_.keep_fresh([this](const std::string& token) {
        if (pulse_ && link_.state() == LinkState::live) pulse_->show_token(token);
    });
    contract::StateReport report = parts_.options.state_report();
    report.reason = "hello";
    (void)send_once(report, {});
    if (sessions_++ > 0) tell_gap();
    sent_up_to_ = 0;
    flush();
    parts_.live();
}

void Connection::tell_gap() {
    gap_end_ = parts_.clock.wall();
    const std::int64_t outage_ms = (parts_.clock.steady().ns - lost_at_.ns) / 1'000'000;
    parts_.raise("connectivity.changed",
                 ObjectWriter()
                     .text("from", "offline")
                     .text("to", route_.on_fallback() ? "degraded" : "connected")
                     .text("transport", address().transport)
                     .integer("outage_ms", outage_ms)
                     .text("start", format_rfc3339({parts_.time.now().ms - outage_ms}))
                     .text("end", format_rfc3339(parts_.time.now()))
                     .text("cause", gap_cause_)
                     .str());
}

void Connection::leave_session() {
    lost_at_ = parts_.clock.steady();
    gap_start_ = parts_.clock.wall();
    gap_end_.reset();
    gap_cause_ = link_.last_error();
    former_session_ = std::exchange(session_id_, {});
    rtt_ms_.reset();
    former_flight_ = std::exchange(in_flight_, {});
    in_flight_bytes_ = 0;
    pulse_->stop();
    tokens_.rest();
    again_.reset();
    probe_.reset();
}

// On a fallback: the preferred address is opened beside it; if that works, the session goes there.
void Connection::look_for_preferred() {
    CarrierEvents events;
    events.opened = guarded([this](const std::shared_ptr<Carrier>& carrier) {
        carrier->close(link::close_code::normal, "only looking");
        parts_.loop.post(guarded([this] { return_to_preferred(); }));
    });
    events.failed = [](const Error&) {};
    events.message = [](const std::string&, bool) {};
    events.closed = [](int, const std::string&) {};
    probe_ = open_carrier(parts_.loop, parts_.random, carrier_options(identity_.channels.front()),
                          std::move(events));
}

void Connection::return_to_preferred() {
    if (link_.state() != LinkState::live || !route_.on_fallback()) return;
    route_.prefer();
    goodbye_ = "restart";
    drive(LinkEvent::moved, {0, std::nullopt, "the preferred address answers again"});
}

void Connection::renew_token(Road::Confirmed done) {
    if (link_.state() != LinkState::live) return done(false, "no session is open");
    tokens_.renew(std::move(done));
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
    const bool verdict_ok = verdict_.empty() || verdict_ == "ok";
    if (status.state == "connected" && (!verdict_ok || route_.on_fallback()))
        status.state = "degraded";
    status.since = since_;
    status.last_error = link_.last_error();
    status.transport = address().transport;
    status.channel_url = address().url;
    status.blocked = route_.blocked();
    status.reconnects = std::max<std::int64_t>(0, sessions_ - 1);
    status.gap_start = gap_start_;
    status.gap_end = gap_end_;
    status.gap_cause = gap_cause_;
    status.verdict = verdict_;
    status.next_retry_at = retry_at_;
    status.session_id = session_id_;
    status.rtt_ms = rtt_ms_;
    if (pulse_) status.heard_at = pulse_->heard_at();
    status.token_expires_at = tokens_.expires_at();
    status.ack_ms_p95 = ack_times_.p95_ms();
    status.metrics_interval_s = metrics_interval_s_;
    status.dup_dropped = dup_dropped_ + (receiver_ ? receiver_->counters().dup_dropped : 0);
    status.device_id = identity_.device_id;
    status.tenant = identity_.tenant;
    status.studio_url = identity_.studio_url;
    status.certificate_expires_at = certificate_expires_at_;
    return status;
}

}  // namespace vistter::appliance
