#include "studio/adapters/channel/appliance_session.hpp"

#include <algorithm>
#include <utility>

#include "base/crash_point.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "contract/object_writer.hpp"
#include "contract/registry.hpp"
#include "link/close_code.hpp"

namespace vistter::studio {

using contract::MessageType;
using contract::ObjectWriter;
using link::SessionEvent;
using link::Verdict;

namespace {

constexpr std::int64_t receipt_patience_ms = 20;
constexpr int receipts_at_once = 64;  // a quarter of what an appliance sends without one

bool speaks_1_0(const contract::Hello& hello) {
    return std::any_of(hello.protocol.begin(), hello.protocol.end(),
                       [](const contract::ProtocolOffer& offer) {
                           return offer.major == 1 && offer.min_minor <= 0;
                       });
}

}  // namespace

ApplianceSession::ApplianceSession(SessionParts& parts, std::uint64_t number, DeviceTrust device,
                                   std::string thumbprint, std::shared_ptr<Pipe> pipe)
    : parts_(parts),
      number_(number),
      device_(std::move(device)),
      keys_(device_.signing_keys),
      thumbprint_(std::move(thumbprint)),
      pipe_(std::move(pipe)),
      receiver_(link::ReceiverState{link::Side::studio, device_.device_id, {}, "1.0", {}, {}},
                parts.options.defences),
      stamp_(device_.device_id, parts.random),
      pulse_(parts.tables.chain, device_.device_id,
             std::int64_t{parts.options.heartbeat_s} * 1'000),
      commands_(parts, device_.device_id, std::string(pipe_->transport()),
                [this](contract::Envelope& envelope) { send(envelope); }),
      since_(parts.clock.wall()),
      last_seen_(since_) {
    deadline_ =
        parts_.loop.after(link::hello_deadline_ms, [this] { drive(SessionEvent::overdue); });
}

// A callback that does nothing once this session is gone.
template <class Function>
auto ApplianceSession::guarded(Function function) {
    return
        [alive = std::weak_ptr<bool>(alive_), function = std::move(function)](auto&&... arguments) {
            if (!alive.expired()) function(std::forward<decltype(arguments)>(arguments)...);
        };
}

void ApplianceSession::drive(SessionEvent event) {
    const bool was_live = live();
    const link::SessionAction action = session_.resume(event);
    if (action.opened) {
        deadline_.reset();
        parts_.opened(*this);
    }
    if (!action.ended) return;
    deadline_.reset();
    commands_.close();
    if (action.close_code != 0) {
        cause_ = action.reason;
        close_code_ = action.close_code;
        log::info("{}: session closed, {} {}", device_.device_id, close_code_, cause_);
        if (was_live) say_goodbye(close_code_);
        pipe_->close(close_code_, cause_);
    }
    if (was_live) {
        parts_.group.add(
            {[&sessions = parts_.tables.sessions, id = session_id_, now = parts_.clock.wall(),
              code = close_code_, cause = cause_,
              whole = gaps_.whole_up_to()](bool) { sessions.ended(id, now, code, cause, whole); },
             {}});
    }
    parts_.ended(*this);
}

void ApplianceSession::on_closed(int code, const std::string& reason) {
    if (over()) return;
    close_code_ = code;
    cause_ = reason.empty() ? "the connection ended" : reason;
    drive(SessionEvent::gone);
}

void ApplianceSession::close(int code, const std::string& reason) {
    if (over()) return;
    close_code_ = code;
    cause_ = reason;
    if (live()) say_goodbye(code);
    pipe_->close(code, reason);
    drive(SessionEvent::gone);
}

void ApplianceSession::drain() {
    send_receipt();
    if (live()) say_goodbye(link::close_code::draining);
    drive(SessionEvent::drain);
}

// A broker has no close codes to pass on: the signed word does it. The successor of a replaced
// connection hears it too, on the same topic, and knows by the session that it is not meant.
void ApplianceSession::say_goodbye(int code) {
    const bool draining = code == link::close_code::draining;
    const bool replaced = code == link::close_code::replaced;
    if (!draining && pipe_->transport() == "wss") return;
    contract::Goodbye goodbye;
    goodbye.reason = draining ? "draining" : replaced ? "replaced" : "shutdown";
    send(MessageType::GOODBYE, goodbye);
}

void ApplianceSession::trust(DeviceTrust device) {
    device_ = std::move(device);
    keys_ = DeviceKeyring(device_.signing_keys);
    if (device_.revoked) close(link::close_code::revoked, "credential revoked");
}

void ApplianceSession::on_message(const std::string& text) {
    if (over()) return;
    auto opened = parts_.codec.open(text, keys_);
    if (!opened) {
        log::warning("{}: message dropped: {}", device_.device_id, describe(opened.error()));
        if (!forged_.note(parts_.clock.steady())) return;
        raise("security.signature_invalid",
              ObjectWriter()
                  .integer("count", static_cast<std::int64_t>(forged_.count()))
                  .text("peer", device_.device_id)
                  .str());
        return drive(SessionEvent::forged);
    }
    last_seen_ = parts_.clock.wall();
    last_heard_ = parts_.clock.steady();
    if (std::exchange(absent_, false)) parts_.projection.changed(device_.device_id);
    try {
        on_envelope(*opened, text);
    } catch (const store::StorageFailure& failure) {
        log::error("{}: a message could not be stored: {}", device_.device_id, failure.what());
        close(link::close_code::internal, "storage");
    }
}

void ApplianceSession::on_envelope(const Opened& opened, const std::string& text) {
    const auto envelope = contract::parse_envelope(opened.payload);
    if (!envelope) {
        log::warning("{}: not an envelope: {}", device_.device_id, describe(envelope.error()));
        return drive(SessionEvent::malformed);
    }
    const auto known = [this](const std::string& id) {
        return parts_.inbox.knows(device_.device_id, id);
    };
    const auto judgement =
        receiver_.judge(*envelope, to_hex(opened.digest), parts_.clock.wall(), known);
    switch (judgement.verdict) {
        case Verdict::accept:
            if (!came(*envelope, opened)) return;
            if (envelope->type == MessageType::HELLO) return on_hello(*envelope, opened);
            return on_report(*envelope, text);
        case Verdict::duplicate:
            if (!came(*envelope, opened)) return;
            // Behind the first copy, should that still be on its way into the database.
            storing_.insert(envelope->seq);
            return parts_.group.add(
                {[](bool) {}, guarded([this, seq = envelope->seq, type = envelope->type](
                                          bool durable) { held(seq, type, durable); })});
        case Verdict::refuse:
            if (!live()) return refuse(judgement.error->code, judgement.error->message);
            return drive(SessionEvent::malformed);
        case Verdict::close:
            if (judgement.close_code == link::close_code::security_violation)
                raise("security.nonce_conflict",
                      ObjectWriter().text("kid", opened.kid).integer("count", 1).str());
            return drive(judgement.close_code == link::close_code::not_welcomed
                             ? SessionEvent::early
                             : SessionEvent::conflict);
        case Verdict::drop:
            if (judgement.error)
                log::warning("{}: dropped: {}", device_.device_id, describe(*judgement.error));
            return;
    }
}

// It is part of the session now, whatever becomes of its content.
bool ApplianceSession::came(const contract::Envelope& envelope, const Opened& opened) {
    pulse_.heard(envelope.type, envelope.seq, opened.digest);
    if (!gaps_.came(envelope.seq)) {
        drive(SessionEvent::malformed);
        return false;
    }
    if (live() && std::exchange(kid_, opened.kid) != opened.kid)
        parts_.directory.proven(device_.device_id, thumbprint_, kid_);
    return true;
}

Result<crypto::SessionClaims> ApplianceSession::read_token(const std::string& token) const {
    crypto::SessionExpectation expected;
    expected.issuer = parts_.options.issuer;
    expected.subject = device_.device_id;
    expected.now = parts_.clock.wall();
    return parts_.codec.read_token(token, expected,
                                   thumbprint_.empty() ? device_.certificate_thumbprints
                                                       : std::vector<std::string>{thumbprint_});
}

void ApplianceSession::on_hello(const contract::Envelope& envelope, const Opened& opened) {
    if (std::exchange(greeted_, true)) return drive(SessionEvent::malformed);
    const auto parsed = contract::parse_body(envelope);
    if (!parsed) return refuse(parsed.error().code, describe(parsed.error()));
    const auto& hello = std::get<contract::Hello>(parsed->body);
    if (!speaks_1_0(hello)) {
        return refuse(ErrorCode::VER_UNSUPPORTED,
                      "Studio speaks vistter.protocol 1.0, which the appliance does not offer");
    }
    if (parts_.inbox.knows(device_.device_id, envelope.message_id)) {
        log::warning("{}: a recorded HELLO came again", device_.device_id);
        return drive(SessionEvent::bad_token);
    }
    const auto claims = read_token(hello.session_token);
    if (!claims) {
        log::warning("{}: session token: {}", device_.device_id, describe(claims.error()));
        return drive(SessionEvent::bad_token);
    }
    kid_ = opened.kid;
    open(envelope, hello, *claims);
}

// HELLO, the session's record and what the HELLO proves become durable before the WELCOME, with
// those of every other appliance that came in the same moment.
void ApplianceSession::open(const contract::Envelope& envelope, const contract::Hello& hello,
                            const crypto::SessionClaims& claims) {
    session_id_ = make_id("ses_", parts_.clock, parts_.random);
    firmware_version_ = hello.firmware_version;
    since_ = parts_.clock.wall();
    token_ends_ = claims.expires_at;
    SessionRecord record;
    record.session_id = session_id_;
    record.transport = pipe_->transport();
    record.firmware_version = firmware_version_;
    record.connected_at = since_;
    parts_.group.add({[&parts = parts_, id = device_.device_id, record,
                       thumbprint = claims.certificate_thumbprint, kid = kid_](bool) {
                          parts.tables.sessions.opened(id, record);
                          parts.directory.proven(id, thumbprint, kid);
                      },
                      {}});
    thumbprint_ = claims.certificate_thumbprint;
    parts_.inbox.add({envelope, hello, {}, record.transport},
                     guarded([this, envelope, hello](const LetIn&, bool durable) {
                         if (over()) return;
                         if (!durable) return close(link::close_code::internal, "storage");
                         gaps_.held(envelope.seq);
                         welcome(envelope, hello);
                     }));
}

void ApplianceSession::welcome(const contract::Envelope& envelope, const contract::Hello& hello) {
    receiver_.open_session(session_id_, "1.0");
    stamp_.open_session(session_id_, "1.0");
    pulse_.open(parts_.clock.steady(), kid_);
    contract::Welcome welcome;
    welcome.session_id = session_id_;
    welcome.hello_nonce = envelope.nonce;
    welcome.features_enabled = hello.features;
    welcome.server_time = parts_.clock.wall();
    welcome.heartbeat_s = parts_.options.heartbeat_s;
    welcome.metrics_interval_s = parts_.options.metrics_interval_s;
    welcome.max_inflight_commands = static_cast<int>(CommandSender::in_flight_limit);
    if (!hello.last_session_id.empty())
        welcome.resume_ack_up_to_seq =
            parts_.tables.sessions.received_seq(device_.device_id, hello.last_session_id);
    send(MessageType::WELCOME, welcome);
    drive(SessionEvent::hello);
    log::info("{}: connected, session {}", device_.device_id, session_id_);
    parts_.projection.changed(device_.device_id);
    commands_.open();
}

void ApplianceSession::refuse(ErrorCode code, const std::string& message) {
    contract::Refuse refusal;
    refusal.code = to_string(code);
    refusal.message = message;
    stamp_.open_session(make_id("ses_", parts_.clock, parts_.random),
                        "1.0");  // the envelope wants one; it opens nothing
    send(MessageType::REFUSE, refusal);
    drive(SessionEvent::hello_refused);
}

void ApplianceSession::on_report(const contract::Envelope& envelope, const std::string& text) {
    if (envelope.type == MessageType::HEARTBEAT || envelope.type == MessageType::GOODBYE) {
        gaps_.held(envelope.seq);
        if (envelope.type == MessageType::HEARTBEAT) return on_heartbeat(envelope, text);
        log::info("{}: goodbye", device_.device_id);
        if (pipe_->transport() != "wss") close(link::close_code::normal, "the appliance left");
        return;
    }
    auto parsed = contract::parse_body(envelope);
    Arrived arrived{envelope, std::nullopt, text, std::string(pipe_->transport())};
    if (parsed) {
        arrived.body = std::move(parsed->body);
    } else {
        // It will not read better when it comes again: it is let in, and means nothing.
        log::warning("{}: {} not understood: {}", device_.device_id,
                     contract::to_string(envelope.type), describe(parsed.error()));
    }
    storing_.insert(envelope.seq);
    parts_.inbox.add(std::move(arrived), guarded([this, seq = envelope.seq, type = envelope.type](
                                                     const LetIn& let_in, bool durable) {
                         if (over()) return;
                         if (!let_in.settled.empty()) commands_.settle(let_in.settled);
                         for (const OpenCommand& command : let_in.resumed)
                             commands_.add(command.message_id, command.expires_at, false);
                         crash_point(CrashStep::studio_after_inbox);
                         held(seq, type, durable);
                         parts_.projection.changed(device_.device_id);
                         commands_.pump();
                     }));
}

void ApplianceSession::held(std::int64_t seq, MessageType type, bool durable) {
    if (over()) return;
    if (!durable) return close(link::close_code::internal, "storage");
    storing_.erase(seq);
    gaps_.held(seq);
    if (type != MessageType::METRICS && type != MessageType::STATE_REPORT) owe_receipt();
}

void ApplianceSession::on_heartbeat(const contract::Envelope& envelope, const std::string& text) {
    const auto parsed = contract::parse_body(envelope);
    if (!parsed) return drive(SessionEvent::malformed);
    const auto& heartbeat = std::get<contract::Heartbeat>(parsed->body);
    const auto finding = pulse_.on_heartbeat(heartbeat, parts_.clock.steady());
    using Transcript = link::TranscriptCheck::Verdict;
    if (finding.transcript == Transcript::broken) {
        raise("security.transcript_broken", ObjectWriter()
                                                .text("peer", device_.device_id)
                                                .integer("sent_seq", heartbeat.sent_seq)
                                                .integer("received_seq", receiver_.highest_seq())
                                                .text("reason", "the heartbeats do not agree")
                                                .str());
        return drive(SessionEvent::broken);
    }
    if (finding.transcript == Transcript::whole) gaps_.proven(heartbeat.sent_seq, storing_);
    if (finding.rows_before) {
        raise("security.ledger_rollback", ObjectWriter()
                                              .text("peer", device_.device_id)
                                              .integer("rows", heartbeat.ledger_rows)
                                              .integer("rows_before", *finding.rows_before)
                                              .str());
    }
    if (finding.keep) {
        parts_.group.add({guarded([this, id = envelope.message_id, text](bool) {
                              pulse_.remember(id, text, parts_.clock.wall());
                          }),
                          {}});
    }
    if (!heartbeat.session_token.empty()) renew(heartbeat.session_token);
}

void ApplianceSession::renew(const std::string& token) {
    const auto claims = read_token(token);
    if (!claims) {
        log::warning("{}: renewed token: {}", device_.device_id, describe(claims.error()));
        return;
    }
    token_ends_ = std::max(token_ends_, claims->expires_at);
}

void ApplianceSession::tick() {
    if (!live()) return;
    const SteadyTime now = parts_.clock.steady();
    if (token_ends_ <= parts_.clock.wall()) return drive(SessionEvent::token_ended);
    if (pulse_.silent(now)) return drive(SessionEvent::silent);
    if (!absent_ && pulse_.absent(now, last_heard_)) {
        absent_ = true;
        parts_.projection.changed(device_.device_id);
    }
    if (!pulse_.take_turn(now)) return;
    contract::Heartbeat heartbeat = pulse_.beat();
    heartbeat.sent_seq = stamp_.last_seq();
    heartbeat.received_seq = receiver_.highest_seq();
    send(MessageType::HEARTBEAT, heartbeat);
}

// An event Studio itself tells about this appliance.
void ApplianceSession::raise(const char* event_type, const std::string& context) {
    const contract::EventType* known = contract::find_event_type(event_type);
    contract::Event event;
    event.event_id = make_uuid7(parts_.clock, parts_.random);
    event.event_type = event_type;
    event.severity = known == nullptr ? "error" : known->severity;
    event.occurred_at = parts_.clock.wall();
    event.context.text = context;
    contract::Envelope envelope;
    envelope.message_id = event.event_id;
    envelope.correlation_id = event.event_id;
    envelope.device_id = device_.device_id;
    envelope.type = MessageType::EVENT;
    envelope.timestamp = event.occurred_at;
    envelope.session_id = session_id_;
    envelope.body = contract::write_body(event);
    log::warning("{}: {} {}", device_.device_id, event_type, context);
    parts_.group.add({[&projection = parts_.projection, envelope, event](bool) {
                          projection.on_event(envelope, event);
                      },
                      [&projection = parts_.projection, id = device_.device_id](bool) {
                          projection.changed(id);
                      }});
}

// A RECEIPT only lets the outbox forget: one for what comes within a moment, so that neither the
// answer's follow-up nor the next command waits for it (docs/decisions/0005).
void ApplianceSession::owe_receipt() {
    if (++receipts_owed_ >= receipts_at_once) return send_receipt();
    if (receipts_owed_ == 1)
        receipt_ = parts_.loop.after(receipt_patience_ms, [this] { send_receipt(); });
}

void ApplianceSession::send_receipt() {
    receipt_.reset();
    if (receipts_owed_ == 0 || !live()) return;
    receipts_owed_ = 0;
    SeqGaps::Account account = gaps_.account();
    contract::Receipt receipt;
    receipt.session_id = session_id_;
    receipt.up_to_seq = account.up_to_seq;
    receipt.missing = std::move(account.missing);
    send(MessageType::RECEIPT, receipt);
    crash_point(CrashStep::studio_after_receipt);
}

void ApplianceSession::send(MessageType type, const contract::Body& body) {
    contract::Envelope envelope;
    envelope.message_id = make_uuid7(parts_.clock, parts_.random);
    envelope.type = type;
    envelope.body = contract::write_body(body);
    send(envelope);
}

void ApplianceSession::send(contract::Envelope& envelope) {
    stamp_.put(envelope, parts_.clock.wall());
    std::string message = parts_.codec.seal(envelope, device_.studio_kid);
    pulse_.said(envelope.type, envelope.seq, message);
    (void)pipe_->send(envelope.type, std::move(message));
}

SessionInfo ApplianceSession::info() const {
    SessionInfo info;
    info.connected = live() && !absent_;
    info.session_id = session_id_;
    info.since = since_;
    info.last_seen = last_seen_;
    info.firmware_version = firmware_version_;
    info.transport = pipe_->transport();
    return info;
}

}  // namespace vistter::studio
