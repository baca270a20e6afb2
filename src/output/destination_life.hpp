// The life of one destination as decisions only: when to try, when to give up, what to say
// (contract B.10, rulings 10).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/backoff.hpp"
#include "base/error.hpp"
#include "base/random.hpp"

namespace vistter::output {

enum class State { starting, live, reconnecting, failed, stopping, stopped };
std::string_view to_string(State state);

// Fed with what happens and the steady time of it (ns); holds no sink and waits for nothing. An
// event that does not fit the state changes nothing.
//
//   starting      opened*  accepted -> live   lost -> starting (at most 10 attempts, permanent: at
//   once) -> failed live          lost -> reconnecting reconnecting  opened*  accepted -> live lost
//   -> reconnecting, for ever any but stopped: stop -> stopping, drained -> stopped
class DestinationLife {
  public:
    static constexpr int first_budget = 10;

    explicit DestinationLife(Random& random);

    State state() const { return state_; }
    // Whether a sink should be opened now.
    bool wants_sink(std::int64_t now_ns) const;
    // When wants_sink() will turn true by itself; -1: not by time.
    std::int64_t next_try_ns() const;

    void opened(std::int64_t now_ns);    // an attempt has begun
    void accepted(std::int64_t now_ns);  // the destination takes media
    void lost(const Error& error,
              std::int64_t now_ns);     // the attempt failed, or the connection broke
    void healthy(std::int64_t now_ns);  // still live: after 30 s the next trouble starts with short
                                        // waits again
    void stop();
    void drained();

    int attempt() const { return attempt_; }        // of the present run of attempts, from 1
    int reconnects() const { return reconnects_; }  // times it came back to live
    const Error* error() const { return has_error_ ? &error_ : nullptr; }
    std::int64_t live_since_ns() const { return state_ == State::live ? live_since_ns_ : -1; }

  private:
    Backoff& backoff() { return was_live_ ? again_ : first_; }

    Random& random_;
    Backoff first_, again_;
    State state_ = State::starting;
    bool was_live_ = false, trying_ = false, has_error_ = false;
    int attempt_ = 0, reconnects_ = 0;
    std::int64_t next_try_ns_ = 0, live_since_ns_ = -1;
    Error error_;
};

}  // namespace vistter::output
