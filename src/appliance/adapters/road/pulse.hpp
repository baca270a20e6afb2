// HEARTBEAT both ways (docs/decisions/0009): proves what was said and what was heard, notices
// silence, carries a renewed token, and anchors the two ledgers in each other.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "appliance/adapters/road/intake.hpp"
#include "appliance/adapters/road/road_store.hpp"
#include "async/loop.hpp"
#include "contract/messages.hpp"
#include "link/peer_ledger.hpp"
#include "link/transcript.hpp"

namespace vistter::appliance {

struct PulsePorts {
    std::function<void(contract::Heartbeat)> send;           // fills in sent_seq and received_seq
    std::function<void()> silent;                            // nothing for two and a half periods
    std::function<void(const contract::Heartbeat&)> broken;  // the peer's transcript is not ours
    std::function<void(std::int64_t rows, std::int64_t rows_before)> rolled_back;
};

// One a connection: transcripts begin with HELLO and WELCOME.
class Pulse {
  public:
    Pulse(async::Loop& loop, RoadStore& store, const Clock& clock, link::PeerLedger& peer,
          PulsePorts ports);

    void said(contract::MessageType type, std::int64_t seq, const std::string& message);
    void heard(contract::MessageType type, std::int64_t seq, const crypto::Digest& message);
    void open(int heartbeat_s);
    void stop();
    void on_heartbeat(const Arrival& arrival, const contract::Heartbeat& heartbeat);
    // Sends one now with this renewed session token.
    void show_token(const std::string& token);
    std::optional<WallTime> heard_at() const { return heard_at_; }

  private:
    void beat(const std::string& token);
    void arm_watch();
    void anchor(const Arrival& arrival, const contract::Heartbeat& heartbeat);

    async::Loop& loop_;
    RoadStore& store_;
    const Clock& clock_;
    link::PeerLedger& peer_;
    PulsePorts ports_;
    link::Transcript said_;
    link::TranscriptCheck heard_;
    std::int64_t period_ms_ = 0;
    std::int64_t own_rows_;  // of our ledger, when the last anchor was written
    std::optional<WallTime> heard_at_;
    async::Handle beat_, watch_;
};

// What was stored of the peer's ledger.
link::PeerLedger load_peer_ledger(Journal& journal);

}  // namespace vistter::appliance
