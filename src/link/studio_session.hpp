// One connection of one appliance, as Studio sees it: HELLO first, one session a device, an end at
// the token's end (contract B.7, rulings 14).
#pragma once

#include <cstdint>
#include <string_view>

#include "link/transition_table.hpp"

namespace vistter::link {

enum class SessionState {
    greeting,  // the socket is open, HELLO is due within 10 s
    live,      // WELCOME is out
    over,
    count_,
};

enum class SessionEvent {
    hello,          // a HELLO that may come in
    hello_refused,  // REFUSE was sent: version
    bad_token,      // the HELLO's JWT or signature does not hold
    early,          // something before HELLO
    overdue,        // no HELLO in time
    replaced,       // a newer connection of the same device was welcomed
    token_ended,    // the session JWT expired
    revoked,
    conflict,   // one nonce, two messages
    forged,     // the fifth failed signature within a minute
    malformed,  // an authenticated message that is no envelope, or a second HELLO
    broken,     // HEARTBEATs do not agree with what was let in
    silent,     // no HEARTBEAT for two and a half periods
    drain,      // Studio is stopping
    gone,       // the socket closed
    count_,
};

const TransitionTable<SessionState, SessionEvent>& session_table();

struct SessionAction {
    bool opened = false;  // greeting -> live: send WELCOME, make it the device's session
    bool ended = false;   // -> over: the device's session, if it was this one, is gone
    int close_code = 0;   // 0: nothing to close
    std::string_view reason;
};

class StudioSession {
  public:
    SessionAction resume(SessionEvent event);
    SessionState state() const { return state_; }

  private:
    SessionState state_ = SessionState::greeting;
};

inline constexpr std::int64_t hello_deadline_ms = 10'000;

}  // namespace vistter::link
