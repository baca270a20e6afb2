#include "appliance/adapters/road/pulse.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/log.hpp"

namespace vistter::appliance {
namespace {

constexpr const char* rows_fact = "peer_ledger_rows";
constexpr const char* head_fact = "peer_ledger_head";

}  // namespace

link::PeerLedger load_peer_ledger(Journal& journal) {
    const std::string rows = journal.fact(rows_fact), head = journal.fact(head_fact);
    std::int64_t count = 0;
    (void)std::from_chars(rows.data(), rows.data() + rows.size(), count);
    if (head.empty()) return {};
    return {count, head};
}

Pulse::Pulse(async::Loop& loop, RoadStore& store, const Clock& clock, link::PeerLedger& peer,
             PulsePorts ports)
    : loop_(loop),
      store_(store),
      clock_(clock),
      peer_(peer),
      ports_(std::move(ports)),
      own_rows_(store.ledger.rows()) {}

void Pulse::said(contract::MessageType type, std::int64_t seq, const std::string& message) {
    if (link::in_transcript(type)) said_.note(type, seq, crypto::sha256(as_bytes(message)));
}

void Pulse::heard(contract::MessageType type, std::int64_t seq, const crypto::Digest& message) {
    heard_.note(type, seq, message);
}

void Pulse::open(int heartbeat_s) {
    period_ms_ = std::int64_t{std::clamp(heartbeat_s, 1, 300)} * 1'000;
    beat_ = loop_.every(period_ms_, [this] { beat({}); });
    arm_watch();
}

void Pulse::stop() {
    period_ms_ = 0;
    beat_.reset();
    watch_.reset();
}

void Pulse::arm_watch() {
    watch_ = loop_.after(period_ms_ * 5 / 2, [this] { ports_.silent(); });
}

void Pulse::show_token(const std::string& token) {
    beat(token);
}

void Pulse::beat(const std::string& token) {
    contract::Heartbeat heartbeat;
    heartbeat.transcript = said_.hex();
    heartbeat.ledger_rows = store_.ledger.rows();
    heartbeat.ledger_head = store_.ledger.head();
    heartbeat.session_token = token;
    ports_.send(std::move(heartbeat));
}

void Pulse::on_heartbeat(const Arrival& arrival, const contract::Heartbeat& heartbeat) {
    if (period_ms_ == 0) return;
    heard_at_ = clock_.wall();
    arm_watch();
    using Verdict = link::TranscriptCheck::Verdict;
    if (heard_.judge(heartbeat.sent_seq, heartbeat.transcript) == Verdict::broken)
        return ports_.broken(heartbeat);
    const std::int64_t before = peer_.rows();
    const auto ledger = peer_.judge(heartbeat.ledger_rows, heartbeat.ledger_head);
    if (ledger == link::PeerLedger::Verdict::rolled_back)
        ports_.rolled_back(heartbeat.ledger_rows, before);
    if (store_.ledger.rows() != own_rows_) peer_.note_own_row();
    own_rows_ = store_.ledger.rows();
    if (ledger != link::PeerLedger::Verdict::same && peer_.take_anchor())
        anchor(arrival, heartbeat);
}

void Pulse::anchor(const Arrival& arrival, const contract::Heartbeat& heartbeat) {
    try {
        store_.database.transaction([&] {
            store_.ledger.append({"in", contract::MessageType::HEARTBEAT,
                                  arrival.arrived.envelope.message_id, "", arrival.arrived.message},
                                 clock_.wall());
            store_.journal.set_fact(rows_fact, std::to_string(heartbeat.ledger_rows));
            store_.journal.set_fact(head_fact, heartbeat.ledger_head);
        });
    } catch (const store::StorageFailure& failure) {
        store_.reload();
        log::error("a ledger head of Studio's could not be kept: {}", failure.what());
    }
    own_rows_ = store_.ledger.rows();
}

}  // namespace vistter::appliance
