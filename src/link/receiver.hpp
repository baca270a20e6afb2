// The link's part of the receive pipeline, both directions (contract B.4). Before it: signature and
// envelope schema. After it: the body, the journal, the ACK.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "contract/envelope.hpp"
#include "link/nonce_set.hpp"
#include "link/replay_window.hpp"

namespace vistter::link {

enum class Side { device, studio };  // the end that receives

enum class Verdict {
    accept,     // go on with the body
    duplicate,  // known message_id: does not run again; answer with the original outcome
    drop,       // say nothing; counted
    refuse,     // answer one ACK rejected (a HELLO: REFUSE) with `error`
    close,      // end the session with `close_code`
};

struct Judgement {
    Verdict verdict = Verdict::accept;
    std::optional<Error> error;
    int close_code = 0;
    bool journaled = false;  // refused after the message_id check: kept like any answer (rulings 7)
    bool replay = false;     // dropped because seq or nonce was seen: counted as dup_dropped
};

// What the receiver stands on. Changed by the opening, fixed during a session.
struct ReceiverState {
    Side side = Side::device;
    std::string device_id;   // of the channel
    std::string session_id;  // empty: not welcomed yet
    std::string schema_version = "1.0";
    std::vector<std::string> features;      // what `requires` may ask for
    std::vector<std::string> ocl_versions;  // device: what `ocl_version` may be
    // The path is not this connection's alone (a broker's topic): before the opening there may be
    // messages of an earlier session, which are nobody's fault.
    bool shared_path = false;
};

struct ReceiverCounters {
    std::int64_t dup_dropped = 0;
    std::int64_t dropped = 0;  // everything else that is not answered
    std::int64_t refused = 0;
    std::int64_t conflicts = 0;
};

// What may be switched off, to show in a test that it is needed: nothing else ever does.
struct ReceiverDefences {
    bool replay_window = true;  // a sequence number once, and none older than the window
    bool nonces = true;         // a nonce once
    bool timestamp_window = true;
    bool session_binding = true;  // messages of another session
};

inline constexpr std::int64_t timestamp_window_ms = 120'000;

// One per connection: its replay window and nonces begin empty.
class Receiver {
  public:
    // Whether this message_id was journaled (device) or let in (Studio) before.
    using Known = std::function<bool(const std::string& message_id)>;

    explicit Receiver(ReceiverState state, ReceiverDefences defences = {})
        : state_(std::move(state)), defences_(defences) {}

    // `envelope` is authenticated and well-formed; `fingerprint` is a digest of its bytes; `now` is
    // Studio's time.
    Judgement judge(const contract::Envelope& envelope, const std::string& fingerprint,
                    WallTime now, const Known& known);

    // The opening is over: from now on messages must name this session.
    void open_session(std::string session_id, std::string schema_version);
    const ReceiverState& state() const { return state_; }
    const ReceiverCounters& counters() const { return counters_; }
    std::int64_t highest_seq() const { return window_.highest(); }

  private:
    struct Arrival;
    using Step = std::optional<Judgement> (Receiver::*)(const Arrival&);
    static const Step steps[];

    std::optional<Judgement> addressed_to_us(const Arrival& arrival);
    std::optional<Judgement> in_this_direction(const Arrival& arrival);
    std::optional<Judgement> in_our_version(const Arrival& arrival);
    std::optional<Judgement> in_this_session(const Arrival& arrival);
    std::optional<Judgement> near_in_time(const Arrival& arrival);
    std::optional<Judgement> never_seen(const Arrival& arrival);
    std::optional<Judgement> not_known(const Arrival& arrival);
    std::optional<Judgement> not_expired(const Arrival& arrival);
    std::optional<Judgement> actor_may(const Arrival& arrival);
    std::optional<Judgement> features_known(const Arrival& arrival);
    void count(const Judgement& judgement);

    ReceiverState state_;
    ReceiverDefences defences_;
    ReplayWindow window_;
    NonceSet nonces_;
    ReceiverCounters counters_;
};

}  // namespace vistter::link
