// What one end has said in a session, as one hash that both ends compute (docs/decisions/0009):
// h = SHA-256(h || seq as 8 bytes big endian || SHA-256(message)), over messages in order of seq,
// from 32 zero bytes. METRICS and HEARTBEAT are not in it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "contract/envelope.hpp"
#include "crypto/digest.hpp"

namespace vistter::link {

// Whether messages of this type are part of the transcript.
bool in_transcript(contract::MessageType type);

// The sender's side: note every message in the order it leaves.
class Transcript {
  public:
    void note(contract::MessageType type, std::int64_t seq, const crypto::Digest& message);
    std::string hex() const;

  private:
    crypto::Digest hash_{};
};

// The receiver's side. Messages may come out of order, a HEARTBEAT may overtake them; what is still
// missing or too much when the next one has come too is a broken transcript.
class TranscriptCheck {
  public:
    enum class Verdict { whole, waiting, broken };
    // Every authenticated message of this session that is no replay, whatever becomes of it
    // afterwards (opening messages too); at most `limit` between two heartbeats, beyond that the
    // next judge() says broken.
    void note(contract::MessageType type, std::int64_t seq, const crypto::Digest& message);
    // A HEARTBEAT of the peer: it had used `sent_seq`, its transcript is `hex`. A difference is
    // `waiting` once; if it is still there when the next heartbeat has come, `broken`.
    Verdict judge(std::int64_t sent_seq, const std::string& hex);

    static constexpr std::size_t limit = 65'536;

  private:
    struct Claim {
        std::int64_t sent_seq = 0;
        std::string hex;
    };
    bool holds(const Claim& claim);  // then everything up to it is proven

    crypto::Digest proven_{};  // over everything up to the last whole heartbeat
    std::int64_t proven_seq_ = 0;
    std::map<std::int64_t, crypto::Digest> pending_;  // by seq: let in since then
    std::optional<Claim> suspected_;                  // a heartbeat that did not match yet
    bool overflow_ = false;
};

}  // namespace vistter::link
