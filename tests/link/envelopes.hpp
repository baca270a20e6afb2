// Envelopes for the link's scripted tests: valid unless a test spoils them.
#pragma once

#include <string>

#include "base/ids.hpp"
#include "contract/envelope.hpp"

namespace vistter::test {

inline const std::string our_device = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABC";
inline const std::string our_session = "ses_01JD9V3T5C0Q8M7W2N4K6R1YZX";
inline constexpr WallTime show_time{1'795'000'000'000};

// One sender: sequence numbers rise, ids and nonces are new each time.
class Sender {
  public:
    explicit Sender(std::uint64_t seed) : random_(seed) {}

    contract::Envelope message(contract::MessageType type, WallTime now = show_time) {
        contract::Envelope envelope;
        envelope.message_id = make_uuid7(clock_, random_);
        envelope.correlation_id = envelope.message_id;
        envelope.timestamp = now;
        envelope.device_id = our_device;
        envelope.type = type;
        envelope.session_id = our_session;
        envelope.seq = ++seq_;
        envelope.nonce = make_nonce(random_);
        if (contract::is_command(type)) {
            envelope.expires_at = WallTime{now.ms + 300'000};
            envelope.actor = contract::Actor{"user", "usr_7f3a", "admin"};
        }
        return envelope;
    }

  private:
    SeededRandom random_;
    ManualClock clock_{show_time};
    std::int64_t seq_ = 0;
};

}  // namespace vistter::test
