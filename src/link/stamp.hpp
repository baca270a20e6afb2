// What a sender adds to a message at the moment it leaves: session, sequence, nonce, time. A retry
// gets all of it anew under the same message_id; that is what tells it from a replay (contract
// B.5).
#pragma once

#include <cstdint>
#include <string>

#include "base/ids.hpp"
#include "base/random.hpp"
#include "contract/envelope.hpp"

namespace vistter::link {

// One per connection and direction. The first message (HELLO, WELCOME) has seq 1.
class Stamp {
  public:
    Stamp(std::string device_id, Random& random)
        : device_id_(std::move(device_id)), random_(random) {}

    void open_session(std::string session_id, std::string schema_version) {
        session_id_ = std::move(session_id);
        schema_version_ = std::move(schema_version);
    }
    // `now` is Studio's time.
    void put(contract::Envelope& envelope, WallTime now) {
        envelope.device_id = device_id_;
        envelope.session_id = session_id_;
        envelope.schema_version = schema_version_;
        envelope.seq = ++seq_;
        envelope.nonce = make_nonce(random_);
        envelope.timestamp = now;
        if (envelope.correlation_id.empty()) envelope.correlation_id = envelope.message_id;
    }
    std::int64_t last_seq() const { return seq_; }

  private:
    std::string device_id_, session_id_, schema_version_ = "1.0";
    Random& random_;
    std::int64_t seq_ = 0;
};

}  // namespace vistter::link
