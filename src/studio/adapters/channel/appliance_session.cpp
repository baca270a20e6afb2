#include "studio/adapters/channel/appliance_session.hpp"

#include <algorithm>
#include <utility>

#include "base/crash_point.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "crypto/session_token.hpp"
#include "link/close_code.hpp"

namespace vistter::studio {

using contract::MessageType;
using link::SessionEvent;
using link::Verdict;

namespace {

constexpr std::size_t in_flight_limit = 32;

bool speaks_1_0(const contract::Hello& hello) {
    return std::any_of(hello.protocol.begin(), hello.protocol.end(),
                       [](const contract::ProtocolOffer& offer) {
                           return offer.major == 1 && offer.min_minor <= 0;
                       });
}

}  // namespace

ApplianceSession::ApplianceSession(SessionParts& parts, DeviceTrust device, std::string thumbprint,
                                   std::shared_ptr<net::WebSocket> socket)
    : parts_(parts),
      device_(std::move(device)),
      thumbprint_(std::move(thumbprint)),
      socket_(std::move(socket)),
      receiver_(link::ReceiverState{link::Side::studio, device_.device_id, {}, "1.0", {}, {}}),
      stamp_(device_.device_id, parts.random),
      courier_(in_flight_limit),
      since_(parts.clock.wall()),
      last_seen_(since_) {
    deadline_ =
        parts_.loop.after(link::hello_deadline_ms, [this] { drive(SessionEvent::overdue); });
}

void ApplianceSession::drive(SessionEvent event) {
    const link::SessionAction action = session_.resume(event);
    if (action.opened) {
        deadline_.reset();
        parts_.opened(*this);
    }
    if (!action.ended) return;
    deadline_.reset();
    token_end_.reset();
    retry_.reset();
    if (action.close_code != 0) {
        log::info("{}: session closed, {} {}", device_.device_id, action.close_code, action.reason);
        socket_->close(action.close_code, action.reason);
    }
    parts_.ended(*this);
}

void ApplianceSession::close(int code, const std::string& reason) {
    socket_->close(code, reason);
    drive(SessionEvent::gone);
}

void ApplianceSession::drain() {
    contract::Goodbye goodbye;
    goodbye.reason = "draining";
    if (live()) (void)send(MessageType::GOODBYE, goodbye);
    drive(SessionEvent::drain);
}

void ApplianceSession::on_message(const std::string& text) {
    if (over()) return;
    last_seen_ = parts_.clock.wall();
    const auto opened = parts_.codec.open(text, device_);
    if (!opened) {
        log::warning("{}: message dropped: {}", device_.device_id, describe(opened.error()));
        if (forged_.note(parts_.clock.steady())) drive(SessionEvent::forged);
        return;
    }
    try {
        on_envelope(*opened);
    } catch (const store::StorageFailure& failure) {
        log::error("{}: a message could not be stored: {}", device_.device_id, failure.what());
        close(link::close_code::internal, "storage");
    }
}

void ApplianceSession::on_envelope(const Opened& opened) {
    const auto envelope = contract::parse_envelope(opened.payload);
    if (!envelope) {
        log::warning("{}: not an envelope: {}", device_.device_id, describe(envelope.error()));
        return drive(SessionEvent::malformed);
    }
    const auto known = [this](const std::string& id) {
        return parts_.ledger.was_let_in(device_.device_id, id);
    };
    const auto judgement =
        receiver_.judge(*envelope, opened.fingerprint, parts_.clock.wall(), known);
    switch (judgement.verdict) {
        case Verdict::accept:
            if (envelope->type == MessageType::HELLO) return on_hello(*envelope);
            return on_report(*envelope);
        case Verdict::duplicate:
            return owe_receipt();
        case Verdict::refuse:
            if (!live()) return refuse(judgement.error->code, judgement.error->message);
            return drive(SessionEvent::malformed);
        case Verdict::close:
            return drive(judgement.close_code == link::close_code::not_welcomed
                             ? SessionEvent::early
                             : SessionEvent::conflict);
        case Verdict::drop:
            if (judgement.error)
                log::warning("{}: dropped: {}", device_.device_id, describe(*judgement.error));
            return;
    }
}

void ApplianceSession::on_hello(const contract::Envelope& envelope) {
    const auto parsed = contract::parse_body(envelope);
    if (!parsed) return refuse(parsed.error().code, describe(parsed.error()));
    const auto& hello = std::get<contract::Hello>(parsed->body);
    if (!speaks_1_0(hello)) {
        return refuse(ErrorCode::VER_UNSUPPORTED,
                      "Studio speaks vistter.protocol 1.0, which the appliance does not offer");
    }
    const auto claims = crypto::verify_session_token(
        hello.session_token, parts_.codec.key().public_key(),
        {parts_.issuer, device_.device_id, thumbprint_, parts_.codec.kid(),
         parts_.clock.wall()});
    if (!claims) {
        log::warning("{}: session token: {}", device_.device_id, describe(claims.error()));
        return drive(SessionEvent::bad_token);
    }
    welcome(envelope, hello, claims->expires_at);
}

void ApplianceSession::welcome(const contract::Envelope& envelope, const contract::Hello& hello,
                               WallTime token_ends) {
    session_id_ = make_id("ses_", parts_.clock, parts_.random);
    firmware_version_ = hello.firmware_version;
    since_ = parts_.clock.wall();
    parts_.database.transaction([&] { parts_.projection.on_hello(envelope, hello); });
    receiver_.open_session(session_id_, "1.0");
    stamp_.open_session(session_id_, "1.0");
    contract::Welcome welcome;
    welcome.session_id = session_id_;
    welcome.hello_nonce = envelope.nonce;
    welcome.features_enabled = hello.features;
    welcome.server_time = parts_.clock.wall();
    welcome.max_inflight_commands = static_cast<int>(in_flight_limit);
    (void)send(MessageType::WELCOME, welcome);
    token_end_ =
        parts_.loop.after(std::max<std::int64_t>(0, token_ends.ms - parts_.clock.wall().ms),
                          [this] { drive(SessionEvent::token_ended); });
    drive(SessionEvent::hello);
    log::info("{}: connected, session {}", device_.device_id, session_id_);
    for (const OpenCommand& open : parts_.ledger.unanswered(device_.device_id)) {
        courier_.add(open.message_id, open.expires_at);
    }
    parts_.projection.changed(device_.device_id);
    pump();
}

void ApplianceSession::refuse(ErrorCode code, const std::string& message) {
    contract::Refuse refusal;
    refusal.code = to_string(code);
    refusal.message = message;
    stamp_.open_session(make_id("ses_", parts_.clock, parts_.random),
                        "1.0");  // the envelope wants one; it opens nothing
    (void)send(MessageType::REFUSE, refusal);
    drive(SessionEvent::hello_refused);
}

void ApplianceSession::on_report(const contract::Envelope& envelope) {
    if (envelope.type == MessageType::GOODBYE) {
        log::info("{}: goodbye", device_.device_id);
        return;
    }
    crash_point(CrashStep::studio_before_inbox);
    auto parsed = contract::parse_body(envelope);
    if (!parsed) {
        // It will not read better when it comes again: it is let in, and means nothing.
        log::warning("{}: {} not understood: {}", device_.device_id,
                     contract::to_string(envelope.type), describe(parsed.error()));
        parts_.database.transaction([&] {
            parts_.ledger.let_in(device_.device_id, envelope.message_id, parts_.clock.wall());
        });
        return owe_receipt();
    }
    try {
        let_in(envelope, parsed->body, true);
    } catch (const store::StorageFailure&) {
        throw;
    } catch (const std::exception& fault) {
        log::error("{}: {} could not be shown: {}", device_.device_id,
                   contract::to_string(envelope.type), fault.what());
        let_in(envelope, parsed->body, false);
    }
    crash_point(CrashStep::studio_after_inbox);
    owe_receipt();
    parts_.projection.changed(device_.device_id);
    pump();
}

// The message_id, the ledger and the projection become durable together; the RECEIPT follows.
void ApplianceSession::let_in(const contract::Envelope& envelope, const contract::Body& body,
                              bool shown) {
    bool answered = false;
    std::string command;
    parts_.database.transaction([&] {
        const auto* ack = std::get_if<contract::Ack>(&body);
        const auto* progress = std::get_if<contract::Progress>(&body);
        const bool durable =
            ack != nullptr || progress != nullptr || envelope.type == MessageType::EVENT;
        if (durable)
            parts_.ledger.let_in(device_.device_id, envelope.message_id, parts_.clock.wall());
        if (ack != nullptr) {
            command = ack->message_id;
            answered = parts_.ledger.on_ack(device_.device_id, *ack, envelope.body);
        }
        if (progress != nullptr) {
            command = progress->message_id;
            answered = parts_.ledger.on_progress(device_.device_id, *progress, envelope.body);
        }
        if (shown) project(envelope, body);
    });
    if (answered) courier_.settle(command);
}

void ApplianceSession::project(const contract::Envelope& envelope, const contract::Body& body) {
    Projection& projection = parts_.projection;
    if (const auto* ack = std::get_if<contract::Ack>(&body))
        return projection.on_ack(envelope, *ack);
    if (const auto* progress = std::get_if<contract::Progress>(&body))
        return projection.on_progress(envelope, *progress);
    if (const auto* event = std::get_if<contract::Event>(&body))
        return projection.on_event(envelope, *event);
    if (const auto* metrics = std::get_if<contract::Metrics>(&body))
        return projection.on_metrics(envelope, *metrics);
    if (const auto* report = std::get_if<contract::StateReport>(&body))
        projection.on_state_report(envelope, *report);
}

void ApplianceSession::command_added(const std::string& message_id, WallTime expires_at) {
    if (!live()) return;
    courier_.add(message_id, expires_at);
    pump();
}

void ApplianceSession::pump() {
    if (!live()) return;
    for (const std::string& id : courier_.due(parts_.clock.steady(), parts_.clock.wall()))
        send_command(id);
    retry_.reset();
    if (const auto next = courier_.next()) {
        const std::int64_t wait_ns = std::max<std::int64_t>(0, next->ns - parts_.clock.steady().ns);
        retry_ = parts_.loop.after(wait_ns / 1'000'000 + 1, [this] { pump(); });
    }
}

// The attempt is durable before the message leaves: a command that may have been seen is never
// taken for an unsent one.
void ApplianceSession::send_command(const std::string& message_id) {
    std::optional<contract::Envelope> envelope;
    try {
        parts_.database.transaction(
            [&] { envelope = parts_.ledger.take_for_sending(message_id, parts_.clock.wall()); });
    } catch (const store::StorageFailure& failure) {
        log::error("{}: command {} waits for storage: {}", device_.device_id, message_id,
                   failure.what());
        return;
    }
    if (!envelope) {
        courier_.settle(message_id);
        return parts_.projection.changed(device_.device_id);
    }
    (void)send(std::move(*envelope));
    crash_point(CrashStep::studio_after_send);
}

void ApplianceSession::owe_receipt() {
    if (std::exchange(receipt_owed_, true)) return;
    parts_.loop.post([this, alive = std::weak_ptr<bool>(alive_)] {
        if (!alive.expired()) send_receipt();
    });
}

// Messages come in order and each one was dealt with, so the highest number covers all of them.
void ApplianceSession::send_receipt() {
    receipt_owed_ = false;
    if (!live()) return;
    contract::Receipt receipt;
    receipt.session_id = session_id_;
    receipt.up_to_seq = receiver_.highest_seq();
    (void)send(MessageType::RECEIPT, receipt);
    crash_point(CrashStep::studio_after_receipt);
}

bool ApplianceSession::send(MessageType type, const contract::Body& body) {
    contract::Envelope envelope;
    envelope.message_id = make_uuid7(parts_.clock, parts_.random);
    envelope.type = type;
    envelope.body = contract::write_body(body);
    return send(std::move(envelope));
}

bool ApplianceSession::send(contract::Envelope envelope) {
    stamp_.put(envelope, parts_.clock.wall());
    return socket_->send(parts_.codec.seal(envelope));
}

SessionInfo ApplianceSession::info() const {
    SessionInfo info;
    info.connected = live();
    info.session_id = session_id_;
    info.since = since_;
    info.last_seen = last_seen_;
    info.firmware_version = firmware_version_;
    return info;
}

}  // namespace vistter::studio
