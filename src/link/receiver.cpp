#include "link/receiver.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "link/authority.hpp"
#include "link/close_code.hpp"

namespace vistter::link {

using contract::Envelope;
using contract::MessageType;

struct Receiver::Arrival {
    const Envelope& envelope;
    const std::string& fingerprint;
    WallTime now;
    const Known& known;
};

// The normative order; the first step that has an answer decides.
const Receiver::Step Receiver::steps[] = {
    &Receiver::addressed_to_us,    // device_id = channel
    &Receiver::in_this_direction,  // type/direction
    &Receiver::in_our_version,     // schema_version
    &Receiver::in_this_session,    // session_id
    &Receiver::near_in_time,       // timestamp window
    &Receiver::never_seen,         // seq window + nonce
    &Receiver::not_known,          // message_id dedupe
    &Receiver::not_expired,        // expires_at
    &Receiver::actor_may,          // actor authorised
    &Receiver::features_known,     // requires
};

namespace {

bool opens(MessageType type) {
    return type == MessageType::HELLO || type == MessageType::WELCOME ||
           type == MessageType::REFUSE;
}

bool remembered(MessageType type) {
    return contract::is_command(type) || type == MessageType::ACK ||
           type == MessageType::PROGRESS || type == MessageType::EVENT ||
           type == MessageType::STATE_REPORT;
}

// Only a command (and a HELLO) is told why; everything else falls silently.
Judgement refuse(const Envelope& envelope, ErrorCode code, std::string message,
                 bool journaled = false) {
    const bool answered =
        contract::is_command(envelope.type) || envelope.type == MessageType::HELLO;
    Judgement judgement;
    judgement.verdict = answered ? Verdict::refuse : Verdict::drop;
    judgement.error = fail(code, std::move(message));
    judgement.journaled = answered && journaled;
    return judgement;
}

Judgement fallen() {
    Judgement judgement;
    judgement.verdict = Verdict::drop;
    return judgement;
}

Judgement close_with(int code, std::string message) {
    Judgement judgement;
    judgement.verdict = Verdict::close;
    judgement.close_code = code;
    judgement.error = fail(ErrorCode::SEC_UNAUTHORISED, std::move(message));
    return judgement;
}

std::string_view major_of(std::string_view version) {
    return version.substr(0, version.find('.'));
}

bool holds(const std::vector<std::string>& list, const std::string& item) {
    return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

Judgement Receiver::judge(const Envelope& envelope, const std::string& fingerprint, WallTime now,
                          const Known& known) {
    const Arrival arrival{envelope, fingerprint, now, known};
    for (const Step step : steps) {
        if (const auto judgement = (this->*step)(arrival)) {
            count(*judgement);
            return *judgement;
        }
    }
    return {};
}

void Receiver::open_session(std::string session_id, std::string schema_version) {
    state_.session_id = std::move(session_id);
    state_.schema_version = std::move(schema_version);
}

void Receiver::count(const Judgement& judgement) {
    if (judgement.replay) {
        ++counters_.dup_dropped;
    } else if (judgement.verdict == Verdict::drop) {
        ++counters_.dropped;
    } else if (judgement.verdict == Verdict::refuse) {
        ++counters_.refused;
    }
}

std::optional<Judgement> Receiver::addressed_to_us(const Arrival& arrival) {
    if (arrival.envelope.device_id == state_.device_id) return std::nullopt;
    return refuse(arrival.envelope, ErrorCode::SEC_WRONG_DEVICE,
                  "the message is addressed to another device");
}

std::optional<Judgement> Receiver::in_this_direction(const Arrival& arrival) {
    const MessageType type = arrival.envelope.type;
    if (state_.side == Side::device ? contract::studio_sends(type) : contract::device_sends(type))
        return std::nullopt;
    Judgement judgement;
    judgement.verdict = Verdict::drop;
    judgement.error = fail(ErrorCode::VER_UNKNOWN_TYPE, "this end does not receive that type");
    return judgement;
}

std::optional<Judgement> Receiver::in_our_version(const Arrival& arrival) {
    const Envelope& envelope = arrival.envelope;
    const bool same = envelope.type == MessageType::HELLO
                          ? major_of(envelope.schema_version) == major_of(state_.schema_version)
                          : envelope.schema_version == state_.schema_version;
    if (same) return std::nullopt;
    return refuse(envelope, ErrorCode::VER_UNSUPPORTED,
                  "schema_version " + envelope.schema_version + " is not the session's " +
                      state_.schema_version);
}

std::optional<Judgement> Receiver::in_this_session(const Arrival& arrival) {
    const Envelope& envelope = arrival.envelope;
    const bool opening = opens(envelope.type);
    if (state_.session_id.empty()) {
        if (opening) return std::nullopt;
        // There is no session yet in which anything could be answered.
        if (state_.shared_path && !envelope.session_id.empty()) return fallen();
        return close_with(close_code::not_welcomed, "a message came before the session was open");
    }
    if (!opening && envelope.session_id == state_.session_id) return std::nullopt;
    if (!opening && !defences_.session_binding) return std::nullopt;
    return refuse(envelope, ErrorCode::SEC_STALE_SESSION, "the message belongs to another session");
}

// HELLO may come from a board whose clock is not set yet, and WELCOME is what sets it; both are
// bound by the nonce.
std::optional<Judgement> Receiver::near_in_time(const Arrival& arrival) {
    if (opens(arrival.envelope.type) || !defences_.timestamp_window) return std::nullopt;
    if (std::abs(arrival.envelope.timestamp.ms - arrival.now.ms) <= timestamp_window_ms)
        return std::nullopt;
    return refuse(arrival.envelope, ErrorCode::SEC_CLOCK_SKEW,
                  "the timestamp is more than 120 s away from our time");
}

std::optional<Judgement> Receiver::never_seen(const Arrival& arrival) {
    const Envelope& envelope = arrival.envelope;
    const NonceVerdict nonce =
        defences_.nonces ? nonces_.look(envelope.nonce, arrival.fingerprint) : NonceVerdict::fresh;
    if (nonce == NonceVerdict::conflict) {
        ++counters_.conflicts;
        return close_with(close_code::security_violation,
                          "one nonce came with two different messages");
    }
    const bool new_seq = nonce != NonceVerdict::repeated && window_.accept(envelope.seq);
    if (nonce == NonceVerdict::repeated || (!new_seq && defences_.replay_window)) {
        Judgement judgement;
        judgement.verdict = Verdict::drop;
        judgement.replay = true;
        return judgement;
    }
    nonces_.remember(envelope.nonce, arrival.fingerprint);
    return std::nullopt;
}

std::optional<Judgement> Receiver::not_known(const Arrival& arrival) {
    if (!remembered(arrival.envelope.type) || !arrival.known(arrival.envelope.message_id))
        return std::nullopt;
    Judgement judgement;
    judgement.verdict = Verdict::duplicate;
    return judgement;
}

std::optional<Judgement> Receiver::not_expired(const Arrival& arrival) {
    const Envelope& envelope = arrival.envelope;
    if (!contract::is_command(envelope.type)) return std::nullopt;
    if (!envelope.expires_at) {
        return refuse(envelope, ErrorCode::VAL_SCHEMA, "a command needs expires_at", true);
    }
    if (arrival.now < *envelope.expires_at) return std::nullopt;
    return refuse(envelope, ErrorCode::SEC_EXPIRED,
                  "the command expired at " + format_rfc3339(*envelope.expires_at), true);
}

std::optional<Judgement> Receiver::actor_may(const Arrival& arrival) {
    const Envelope& envelope = arrival.envelope;
    if (!contract::is_command(envelope.type)) return std::nullopt;
    if (envelope.actor && may_order(envelope.actor->role, envelope.type)) return std::nullopt;
    const std::string who =
        envelope.actor ? "role " + envelope.actor->role : "a command without an actor";
    return refuse(envelope, ErrorCode::SEC_UNAUTHORISED,
                  who + " may not order " + std::string(contract::to_string(envelope.type)), true);
}

std::optional<Judgement> Receiver::features_known(const Arrival& arrival) {
    const Envelope& envelope = arrival.envelope;
    if (!contract::is_command(envelope.type)) return std::nullopt;
    for (const std::string& feature : envelope.requires_features) {
        if (!holds(state_.features, feature)) {
            return refuse(envelope, ErrorCode::VER_FEATURE_UNSUPPORTED,
                          "feature " + feature + " is not supported", true);
        }
    }
    if (envelope.ocl_version && !holds(state_.ocl_versions, *envelope.ocl_version)) {
        return refuse(envelope, ErrorCode::OCL_VERSION,
                      "OCL " + *envelope.ocl_version + " is not supported", true);
    }
    return std::nullopt;
}

}  // namespace vistter::link
