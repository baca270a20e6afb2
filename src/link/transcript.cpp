#include "link/transcript.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"

namespace vistter::link {
namespace {

using contract::MessageType;

crypto::Digest step(const crypto::Digest& hash, std::int64_t seq, const crypto::Digest& message) {
    std::array<std::uint8_t, 72> text{};
    auto out = std::copy(hash.begin(), hash.end(), text.begin());
    const auto number = static_cast<std::uint64_t>(seq);
    for (int shift = 56; shift >= 0; shift -= 8) {
        *out++ = static_cast<std::uint8_t>(number >> static_cast<unsigned>(shift));
    }
    std::copy(message.begin(), message.end(), out);
    return crypto::sha256(text);
}

}  // namespace

bool in_transcript(MessageType type) {
    return type != MessageType::METRICS && type != MessageType::HEARTBEAT;
}

void Transcript::note(MessageType type, std::int64_t seq, const crypto::Digest& message) {
    if (in_transcript(type)) hash_ = step(hash_, seq, message);
}

std::string Transcript::hex() const {
    return to_hex(hash_);
}

void TranscriptCheck::note(MessageType type, std::int64_t seq, const crypto::Digest& message) {
    if (!in_transcript(type)) return;
    if (pending_.size() >= limit) {
        overflow_ = true;
    } else {
        pending_.emplace(seq, message);
    }
}

bool TranscriptCheck::holds(const Claim& claim) {
    crypto::Digest hash = proven_;
    const auto end = pending_.upper_bound(claim.sent_seq);
    for (auto it = pending_.begin(); it != end; ++it) hash = step(hash, it->first, it->second);
    if (to_hex(hash) != claim.hex) return false;
    proven_ = hash;
    proven_seq_ = claim.sent_seq;
    pending_.erase(pending_.begin(), end);
    return true;
}

TranscriptCheck::Verdict TranscriptCheck::judge(std::int64_t sent_seq, const std::string& hex) {
    if (overflow_) return Verdict::broken;
    if (suspected_ && !holds(*suspected_)) return Verdict::broken;
    suspected_.reset();
    if (sent_seq < proven_seq_) return Verdict::waiting;  // overtaken by a newer heartbeat
    if (holds({sent_seq, hex})) return Verdict::whole;
    suspected_ = {sent_seq, hex};
    return Verdict::waiting;
}

}  // namespace vistter::link
