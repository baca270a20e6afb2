// The traffic half of the connection: what arrives is judged before it is believed, what leaves is
// sealed.
#include <algorithm>
#include <utility>

#include "appliance/adapters/road/connection.hpp"
#include "base/bytes.hpp"
#include "base/crash_point.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "contract/object_writer.hpp"
#include "link/close_code.hpp"

namespace vistter::appliance {

using contract::MessageType;
using contract::ObjectWriter;
using link::LinkEvent;
using link::LinkState;
using link::Verdict;

namespace {
constexpr std::int64_t sweep_patience_ms = 100;  // what a kill in between has said twice
constexpr std::size_t sweep_at_once = 64;
}  // namespace

// Verified and read at once; judged when its turn comes.
void Connection::on_message(const std::string& text, bool redelivered) {
    auto opened = codec_.open(text);
    if (!opened) return on_forged(opened.error());
    auto envelope = contract::parse_envelope(opened->payload);
    if (!envelope) {
        log::warning("message refused: {}", describe(envelope.error()));
        if (const auto id = contract::message_id_of(opened->payload))
            refuse_once(*id, {}, envelope.error());
        return;
    }
    Arrival arrival;
    arrival.arrived = {std::move(*envelope), std::move(opened->payload), text};
    arrival.digest = opened->digest;
    arrival.at = parts_.clock.steady();
    arrival.connection = generation_;
    arrival.redelivered = redelivered;
    intake_.add(std::move(arrival));
}

// Nothing is authenticated here, so nobody is answered.
void Connection::on_forged(const Error& error) {
    log::warning("message dropped: {}", describe(error));
    if (!forged_.note(parts_.clock.steady())) return;
    parts_.raise("security.signature_invalid",
                 ObjectWriter()
                     .integer("count", static_cast<std::int64_t>(forged_.count()))
                     .text("peer", address().url)
                     .str());
    forged_ = {};
    violate(link::close_code::auth_failed, "five messages with invalid signatures within a minute");
}

void Connection::take(Arrival& arrival) {
    if (arrival.connection != generation_) return;
    if (!arrival.judgement) {
        judge(arrival);
    } else if (arrival.judgement->verdict == Verdict::accept &&
               contract::is_command(arrival.arrived.envelope.type) &&
               parts_.store.journal.knows(arrival.arrived.envelope.message_id)) {
        arrival.judgement->verdict = Verdict::duplicate;  // taken again after a rollback
    }
    obey(arrival);
}

void Connection::judge(Arrival& arrival) {
    const contract::Envelope& envelope = arrival.arrived.envelope;
    const auto known = [this](const std::string& id) { return parts_.store.journal.knows(id); };
    auto judgement = receiver_->judge(envelope, to_hex(arrival.digest), parts_.time.now(), known);
    const bool ours = envelope.device_id == identity_.device_id && !session_id_.empty() &&
                      envelope.session_id == session_id_;
    if (ours && pulse_ && !judgement.replay && judgement.verdict != Verdict::close)
        pulse_->heard(envelope.type, envelope.seq, arrival.digest);
    const bool new_command =
        judgement.verdict == Verdict::accept && contract::is_command(envelope.type);
    const bool emergency = envelope.type == MessageType::STREAM_CONTROL && envelope.actor &&
                           envelope.actor->role == "emergency";
    if (new_command && !emergency && !commands_.take(arrival.at)) {
        judgement.verdict = Verdict::refuse;
        judgement.error =
            fail(ErrorCode::LIM_RATE, "commands come faster than the appliance takes them");
    }
    arrival.judgement = std::move(judgement);
}

void Connection::obey(const Arrival& arrival) {
    const contract::Envelope& envelope = arrival.arrived.envelope;
    const link::Judgement& judgement = *arrival.judgement;
    switch (judgement.verdict) {
        case Verdict::accept:
            if (!contract::is_command(envelope.type)) return on_session_message(arrival);
            return parts_.executor.accept(arrival.arrived);
        case Verdict::duplicate:
            return parts_.executor.repeat(envelope);
        case Verdict::refuse:
            log::warning("{} {} refused: {}", contract::to_string(envelope.type),
                         envelope.message_id, describe(*judgement.error));
            if (judgement.journaled)
                return parts_.executor.refuse(arrival.arrived, *judgement.error);
            if (judgement.error->code == ErrorCode::SEC_WRONG_DEVICE) tell_wrong_device();
            return refuse_once(envelope.message_id, envelope.correlation_id, *judgement.error);
        case Verdict::close:
            if (judgement.close_code == link::close_code::security_violation) {
                parts_.raise("security.nonce_conflict",
                             ObjectWriter().text("peer", address().url).str());
            }
            return violate(judgement.close_code, judgement.error->message);
        case Verdict::drop:
            if (judgement.replay) tell_replay(arrival.redelivered);
            return;
    }
}

// A broker may deliver a message twice and says so then; nobody else may (contract B.5).
void Connection::tell_replay(bool redelivered) {
    const auto count = (redelivered ? redeliveries_ : replays_).note(parts_.clock.steady());
    if (!count) return;
    const auto& say = redelivered ? parts_.mention : parts_.raise;
    say("security.replay_rejected",
        ObjectWriter().integer("count", *count).text("peer", address().url).str());
}

// Somebody between Studio and us delivers what was meant for others.
void Connection::tell_wrong_device() {
    if (const auto count = strays_.note(parts_.clock.steady())) {
        parts_.raise("security.wrong_device",
                     ObjectWriter().integer("count", *count).text("peer", address().url).str());
    }
}

void Connection::on_committed(const std::vector<Arrival>& group) {
    const SteadyTime now = parts_.clock.steady();
    for (const Arrival& arrival : group) {
        if (arrival.judgement && arrival.judgement->verdict == Verdict::accept &&
            contract::is_command(arrival.arrived.envelope.type))
            ack_times_.note(now.ns - arrival.at.ns);
    }
    for (const Outgoing& message : std::exchange(held_, {})) {
        flush_to(message.after);  // answers leave in the order of their commands
        (void)send(message);
    }
    flush();
}

// A command that could not be kept is sent again by Studio; one that the core cannot decide is
// refused for good.
void Connection::on_spoiled(const Arrival& arrival, const std::exception& fault) {
    const contract::Envelope& envelope = arrival.arrived.envelope;
    log::error("{} {}: {}", contract::to_string(envelope.type), envelope.message_id, fault.what());
    parts_.store.reload();
    if (!contract::is_command(envelope.type)) return;
    Error error =
        fail(ErrorCode::SYS_STORAGE, "the journal cannot be written; the command was not kept");
    if (dynamic_cast<const store::StorageFailure*>(&fault) == nullptr) {
        try {
            const auto no =
                fail(ErrorCode::SYS_INTERNAL, "the appliance could not decide this command");
            return parts_.executor.group([&] { parts_.executor.refuse(arrival.arrived, no); });
        } catch (const store::StorageFailure& failure) {
            log::error("the refusal could not be kept either: {}", failure.what());
        }
    }
    refuse_once(envelope.message_id, envelope.correlation_id, error);
}

void Connection::on_session_message(const Arrival& arrival) {
    const contract::Envelope& envelope = arrival.arrived.envelope;
    const auto parsed = contract::parse_body(envelope);
    if (!parsed) {
        log::warning("{} ignored: {}", contract::to_string(envelope.type),
                     describe(parsed.error()));
        return;
    }
    if (const auto* welcome = std::get_if<contract::Welcome>(&parsed->body))
        return on_welcome(arrival, *welcome);
    if (const auto* receipt = std::get_if<contract::Receipt>(&parsed->body))
        return on_receipt(*receipt);
    if (const auto* heartbeat = std::get_if<contract::Heartbeat>(&parsed->body)) {
        if (pulse_) pulse_->on_heartbeat(arrival, *heartbeat);
        return;
    }
    if (const auto* refuse = std::get_if<contract::Refuse>(&parsed->body)) {
        std::optional<std::int64_t> wait;
        if (refuse->retry_after_s) wait = *refuse->retry_after_s;
        return drive(LinkEvent::refused, {0, wait, refuse->code + ": " + refuse->message});
    }
    // GOODBYE: Studio closes next; the close says how long to stay away.
}

// Only a WELCOME that answers our own HELLO opens a session: a recorded one names another nonce.
void Connection::on_welcome(const Arrival& arrival, const contract::Welcome& welcome) {
    const contract::Envelope& envelope = arrival.arrived.envelope;
    if (link_.state() != LinkState::greeting || welcome.hello_nonce != hello_nonce_ ||
        welcome.session_id != envelope.session_id || welcome.schema_version != "1.0") {
        log::warning("a WELCOME that does not answer our HELLO was ignored");
        return;
    }
    const std::int64_t rtt_ms = (parts_.clock.steady().ns - hello_at_.ns) / 1'000'000;
    const auto moved = parts_.time.set(welcome.server_time, rtt_ms);
    rtt_ms_ = rtt_ms;
    session_id_ = welcome.session_id;
    verdict_ = welcome.verdict;
    metrics_interval_s_ = std::clamp(welcome.metrics_interval_s, 2, 300);
    receiver_->open_session(welcome.session_id, welcome.schema_version);
    stamp_->open_session(welcome.session_id, welcome.schema_version);
    forget_received(welcome.resume_ack_up_to_seq);
    pulse_->heard(MessageType::WELCOME, envelope.seq, arrival.digest);
    pulse_->open(welcome.heartbeat_s);
    drive(LinkEvent::welcomed);
    if (moved && std::abs(*moved) > link::clock_step_ms) {
        parts_.raise("clock.stepped",
                     ObjectWriter().integer("delta_ms", *moved).text("source", "studio").str());
    }
}

// What Studio kept of the session before but whose RECEIPT was lost need not be said again. The
// HELLO named that session; nobody else's seq is meant.
void Connection::forget_received(std::int64_t up_to_seq) {
    const auto former = std::exchange(former_flight_, {});
    const bool ours = !former_session_.empty() && !former.empty() &&
                      parts_.store.journal.fact("last_session_id") == former_session_;
    for (const auto& [seq, item] : former) {
        if (ours && seq <= up_to_seq) parts_.store.outbox.receipted(item.position);
    }
    sweep();  // before the outbox is read from its beginning
}

// Rows that Studio has leave in one transaction for many, and no command waits for it.
void Connection::sweep() {
    sweep_.reset();
    try {
        parts_.store.outbox.sweep();
    } catch (const store::StorageFailure& failure) {
        parts_.store.reload();
        log::error("what Studio has could not be forgotten: {}", failure.what());
    }
}

void Connection::on_receipt(const contract::Receipt& receipt) {
    if (receipt.session_id != session_id_) return;
    std::vector<std::int64_t> again;
    for (auto it = in_flight_.begin(); it != in_flight_.end();) {
        const auto& [seq, item] = *it;
        const auto& ids = receipt.message_ids;
        const bool named = std::find(ids.begin(), ids.end(), item.message_id) != ids.end();
        const bool missing =
            std::find(receipt.missing.begin(), receipt.missing.end(), seq) != receipt.missing.end();
        if (!named && !missing && seq > receipt.up_to_seq) {
            ++it;
            continue;
        }
        if (missing && !named) {
            again.push_back(item.position);
        } else {
            parts_.store.outbox.receipted(item.position);
        }
        in_flight_bytes_ -= item.bytes;
        it = in_flight_.erase(it);
    }
    if (parts_.store.outbox.leaving() >= sweep_at_once) {
        sweep();
    } else if (parts_.store.outbox.leaving() > 0 && !sweep_) {
        sweep_ = parts_.loop.after(sweep_patience_ms, [this] { sweep(); });
    }
    crash_point(CrashStep::appliance_after_receipt);
    for (const std::int64_t position : again) {
        for (const OutboxRow& row : parts_.store.outbox.at(position)) (void)send_row(row);
    }
    flush();
}

void Connection::refuse_once(const std::string& message_id, const std::string& correlation_id,
                             const Error& error) {
    contract::Ack ack;
    ack.message_id = message_id;
    ack.status = "rejected";
    ack.error = error;
    (void)send_once(ack, correlation_id);
}

bool Connection::window_open() const {
    return in_flight_.size() < link::outbox_window_messages &&
           in_flight_bytes_ < link::outbox_window_bytes;
}

void Connection::flush() {
    if (!intake_.in_group()) flush_to(INT64_MAX);  // a group's rows leave when it is durable
}

void Connection::flush_to(std::int64_t position) {
    constexpr std::size_t batch = 64;
    while (link_.state() == LinkState::live && window_open()) {
        const auto rows = parts_.store.outbox.after(sent_up_to_, batch);
        for (const OutboxRow& row : rows) {
            if (row.position > position || !window_open() || !send_row(row)) return;
            sent_up_to_ = row.position;
        }
        if (rows.size() < batch) return;
    }
}

bool Connection::send_row(const OutboxRow& row) {
    if (!send({row.type, row.message_id, row.correlation_id, row.body, 0})) return false;
    const auto bytes = static_cast<std::int64_t>(row.body.size());
    in_flight_[stamp_->last_seq()] = {row.position, bytes, row.message_id};
    in_flight_bytes_ += bytes;
    return true;
}

bool Connection::send_metrics(const contract::Metrics& metrics) {
    const bool crowded = in_flight_.size() > link::outbox_window_messages / 2 ||
                         in_flight_bytes_ > link::outbox_window_bytes / 2;
    if (crowded && ++metrics_seen_ % 2 == 0) return false;
    return send_once(metrics, {});
}

bool Connection::send_once(const contract::Body& body, const std::string& correlation_id) {
    Outgoing message{contract::type_of(body), make_uuid7(parts_.clock, parts_.random),
                     correlation_id, contract::write_body(body),
                     parts_.store.outbox.last_position()};
    if (!intake_.in_group()) return send(message);
    held_.push_back(std::move(message));
    return true;
}

bool Connection::send(const Outgoing& message) {
    if (!carrier_ || session_id_.empty()) return false;
    contract::Envelope envelope;
    envelope.message_id = message.message_id;
    envelope.correlation_id = message.correlation_id;
    envelope.type = message.type;
    envelope.body = message.body;
    stamp_->put(envelope, parts_.time.now());
    std::string sealed = codec_.seal(envelope);
    if (pulse_) pulse_->said(message.type, envelope.seq, sealed);
    return carrier_->send(message.type, std::move(sealed));
}

}  // namespace vistter::appliance
