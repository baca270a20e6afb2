// HEARTBEAT as Studio keeps it with one appliance: proves what was said and heard, notices silence,
// anchors the two ledgers in each other (docs/decisions/0009). Told the time, never asks for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "contract/messages.hpp"
#include "link/peer_ledger.hpp"
#include "link/transcript.hpp"
#include "studio/adapters/channel/chain_store.hpp"

namespace vistter::studio {

class Pulse {
  public:
    Pulse(ChainStore& chain, std::string device_id, std::int64_t period_ms)
        : chain_(chain), device_id_(std::move(device_id)), period_ns_(period_ms * 1'000'000) {}

    void said(contract::MessageType type, std::int64_t seq, const std::string& message);
    void heard(contract::MessageType type, std::int64_t seq, const crypto::Digest& message) {
        heard_.note(type, seq, message);
    }
    // `kid`: the key the appliance signs with in this session.
    void open(SteadyTime now, std::string kid);
    // Whether one is to be sent now; it counts as sent then.
    bool take_turn(SteadyTime now);
    // Nothing at all was heard since `last_heard` for one and a half periods.
    bool absent(SteadyTime now, SteadyTime last_heard) const {
        return now.ns - last_heard.ns > period_ns_ * 3 / 2;
    }
    // No HEARTBEAT for two and a half periods: something withholds them.
    bool silent(SteadyTime now) const { return now.ns - last_beat_.ns > period_ns_ * 5 / 2; }
    // sent_seq and received_seq are left to the session.
    contract::Heartbeat beat() const;

    struct Finding {
        link::TranscriptCheck::Verdict transcript = link::TranscriptCheck::Verdict::whole;
        std::optional<std::int64_t> rows_before;  // its ledger went back from here
        bool keep = false;                        // remember() wants to store something
    };
    Finding on_heartbeat(const contract::Heartbeat& heartbeat, SteadyTime now);
    // Inside a transaction: the peer's head, and with it an anchor when one is due.
    void remember(const std::string& message_id, const std::string& compact, WallTime now);

  private:
    ChainStore& chain_;
    std::string device_id_, kid_;
    std::int64_t period_ns_;
    link::Transcript said_;
    link::TranscriptCheck heard_;
    link::PeerLedger peer_;
    std::string former_kid_;  // it told the stored head with
    std::int64_t own_rows_ = 0;
    bool anchor_due_ = false;
    SteadyTime last_beat_, next_turn_;
};

}  // namespace vistter::studio
