// The traffic half of the connection: what arrives is judged before it is believed, what leaves is
// sealed.
#include <algorithm>
#include <utility>

#include "appliance/adapters/road/connection.hpp"
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

void Connection::on_message(const std::string& text) {
    auto opened = codec_.open(text);
    if (!opened) return on_forged(opened.error());
    try {
        on_payload(*opened);
    } catch (const store::StorageFailure& failure) {
        log::error("a message could not be stored: {}", failure.what());
        parts_.outbox.recount();
        if (const auto id = contract::message_id_of(opened->payload)) {
            refuse_once(*id, {},
                        fail(ErrorCode::SYS_STORAGE,
                             "the journal cannot be written; the command was not kept"));
        }
    }
}

// Nothing is authenticated here, so nobody is answered.
void Connection::on_forged(const Error& error) {
    log::warning("message dropped: {}", describe(error));
    if (!forged_.note(parts_.clock.steady())) return;
    parts_.raise("security.signature_invalid",
                 ObjectWriter()
                     .integer("count", static_cast<std::int64_t>(forged_.count()))
                     .text("peer", identity_.channels.front().url)
                     .str());
    forged_ = {};
    violate(link::close_code::auth_failed, "five messages with invalid signatures within a minute");
}

void Connection::on_payload(const Opened& opened) {
    const auto envelope = contract::parse_envelope(opened.payload);
    if (!envelope) {
        log::warning("message refused: {}", describe(envelope.error()));
        if (const auto id = contract::message_id_of(opened.payload))
            refuse_once(*id, {}, envelope.error());
        return;
    }
    const auto known = [this](const std::string& id) { return parts_.journal.knows(id); };
    on_judged(receiver_->judge(*envelope, opened.fingerprint, parts_.time.now(), known), *envelope,
              opened);
}

void Connection::on_judged(const link::Judgement& judgement, const contract::Envelope& envelope,
                           const Opened& opened) {
    switch (judgement.verdict) {
        case Verdict::accept:
            if (!contract::is_command(envelope.type)) return on_session_message(envelope);
            return parts_.executor.accept(envelope, opened.payload);
        case Verdict::duplicate:
            return parts_.executor.repeat(envelope);
        case Verdict::refuse:
            log::warning("{} {} refused: {}", contract::to_string(envelope.type),
                         envelope.message_id, describe(*judgement.error));
            if (judgement.journaled)
                return parts_.executor.refuse(envelope, opened.payload, *judgement.error);
            return refuse_once(envelope.message_id, envelope.correlation_id, *judgement.error);
        case Verdict::close:
            if (judgement.close_code == link::close_code::security_violation) {
                parts_.raise("security.nonce_conflict",
                             ObjectWriter().text("peer", identity_.channels.front().url).str());
            }
            return violate(judgement.close_code, judgement.error->message);
        case Verdict::drop:
            if (!judgement.replay) return;
            if (const auto count = replays_.note(parts_.clock.steady())) {
                parts_.raise("security.replay_rejected", ObjectWriter()
                                                             .integer("count", *count)
                                                             .text("peer", identity_.channels.front().url)
                                                             .str());
            }
            return;
    }
}

void Connection::on_session_message(const contract::Envelope& envelope) {
    const auto parsed = contract::parse_body(envelope);
    if (!parsed) {
        log::warning("{} ignored: {}", contract::to_string(envelope.type),
                     describe(parsed.error()));
        return;
    }
    if (const auto* welcome = std::get_if<contract::Welcome>(&parsed->body))
        return on_welcome(envelope, *welcome);
    if (const auto* receipt = std::get_if<contract::Receipt>(&parsed->body))
        return on_receipt(*receipt);
    if (const auto* refuse = std::get_if<contract::Refuse>(&parsed->body)) {
        std::optional<std::int64_t> wait;
        if (refuse->retry_after_s) wait = *refuse->retry_after_s;
        return drive(LinkEvent::refused, {0, wait, refuse->code + ": " + refuse->message});
    }
    // GOODBYE: Studio closes next; the close says how long to stay away.
}

// Only a WELCOME that answers our own HELLO opens a session: a recorded one names another nonce.
void Connection::on_welcome(const contract::Envelope& envelope, const contract::Welcome& welcome) {
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
    receiver_->open_session(welcome.session_id, welcome.schema_version);
    stamp_->open_session(welcome.session_id, welcome.schema_version);
    drive(LinkEvent::welcomed);
    if (moved && std::abs(*moved) > link::clock_step_ms) {
        parts_.raise("clock.stepped",
                     ObjectWriter().integer("delta_ms", *moved).text("source", "studio").str());
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
            parts_.outbox.forget(item.position);
        }
        in_flight_bytes_ -= item.bytes;
        it = in_flight_.erase(it);
    }
    crash_point(CrashStep::appliance_after_receipt);
    for (const std::int64_t position : again) {
        for (const OutboxRow& row : parts_.outbox.at(position)) (void)send_row(row);
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
    constexpr std::size_t batch = 64;
    while (link_.state() == LinkState::live && window_open()) {
        const auto rows = parts_.outbox.after(sent_up_to_, batch);
        for (const OutboxRow& row : rows) {
            if (!window_open() || !send_row(row)) return;
            sent_up_to_ = row.position;
        }
        if (rows.size() < batch) return;
    }
}

bool Connection::send_row(const OutboxRow& row) {
    if (!send(row.type, row.message_id, row.correlation_id, row.body)) return false;
    const auto bytes = static_cast<std::int64_t>(row.body.size());
    in_flight_[stamp_->last_seq()] = {row.position, bytes, row.message_id};
    in_flight_bytes_ += bytes;
    return true;
}

bool Connection::send_once(const contract::Body& body, const std::string& correlation_id) {
    return send(contract::type_of(body), make_uuid7(parts_.clock, parts_.random), correlation_id,
                contract::write_body(body));
}

bool Connection::send(MessageType type, const std::string& message_id,
                      const std::string& correlation_id, const std::string& body) {
    if (!socket_ || session_id_.empty()) return false;
    contract::Envelope envelope;
    envelope.message_id = message_id;
    envelope.correlation_id = correlation_id;
    envelope.type = type;
    envelope.body = body;
    stamp_->put(envelope, parts_.time.now());
    return socket_->send(codec_.seal(envelope));
}

}  // namespace vistter::appliance
