#include "studio/adapters/channel/pulse.hpp"

#include <utility>

namespace vistter::studio {

void Pulse::said(contract::MessageType type, std::int64_t seq, const std::string& message) {
    if (link::in_transcript(type)) said_.note(type, seq, crypto::sha256(as_bytes(message)));
}

void Pulse::open(SteadyTime now, std::string kid) {
    last_beat_ = now;
    next_turn_ = {now.ns + period_ns_};
    kid_ = std::move(kid);
    const ChainStore::Peer known = chain_.peer(device_id_);
    peer_ = link::PeerLedger(known.rows, known.head);
    former_kid_ = known.kid;
    own_rows_ = chain_.head(device_id_).rows;
}

bool Pulse::take_turn(SteadyTime now) {
    if (now < next_turn_) return false;
    next_turn_ = {now.ns + period_ns_};
    return true;
}

contract::Heartbeat Pulse::beat() const {
    contract::Heartbeat heartbeat;
    heartbeat.transcript = said_.hex();
    const ChainStore::Head head = chain_.head(device_id_);
    heartbeat.ledger_rows = head.rows;
    heartbeat.ledger_head = head.hash;
    return heartbeat;
}

Pulse::Finding Pulse::on_heartbeat(const contract::Heartbeat& heartbeat, SteadyTime now) {
    Finding finding;
    last_beat_ = now;
    finding.transcript = heard_.judge(heartbeat.sent_seq, heartbeat.transcript);
    const std::int64_t before = peer_.rows();
    const auto verdict = peer_.judge(heartbeat.ledger_rows, heartbeat.ledger_head);
    // A box that was paired anew has new keys and begins a new ledger.
    const bool anew = !former_kid_.empty() && former_kid_ != kid_;
    if (verdict == link::PeerLedger::Verdict::rolled_back && !anew) finding.rows_before = before;
    former_kid_ = kid_;
    const std::int64_t own = chain_.head(device_id_).rows;
    if (own != own_rows_) peer_.note_own_row();
    own_rows_ = own;
    finding.keep = verdict != link::PeerLedger::Verdict::same;
    anchor_due_ = finding.keep && peer_.take_anchor();
    return finding;
}

void Pulse::remember(const std::string& message_id, const std::string& compact, WallTime now) {
    chain_.set_peer(device_id_, {peer_.rows(), peer_.head(), kid_});
    if (!anchor_due_) return;
    link::LedgerRow row;
    row.at = now;
    row.direction = "in";
    row.type = "HEARTBEAT";
    row.message_id = message_id;
    row.content = compact;
    chain_.append(device_id_, std::move(row));
    anchor_due_ = false;
    ++own_rows_;
}

}  // namespace vistter::studio
