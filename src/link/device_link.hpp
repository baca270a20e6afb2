// The appliance's connection as a machine that decides and a driver that acts: session token, dial,
// HELLO, WELCOME, traffic, and the wait before the next try. It never gives up (contract B.5, B.7).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/backoff.hpp"
#include "base/random.hpp"
#include "link/transition_table.hpp"

namespace vistter::link {

enum class LinkState {
    idle,         // not wanted
    waiting,      // for the next try
    authorising,  // fetching the session token
    dialling,
    greeting,  // HELLO is out, WELCOME is due
    live,
    count_,
};

enum class LinkEvent {
    start,  // the product wants the road
    stop,
    retry_due,  // the wait is over, or somebody asked to try now
    token_ready,
    token_failed,   // network, or Studio not able
    token_refused,  // Studio does not know us (any more)
    opened,         // the socket is open
    dial_failed,
    dial_refused,  // the server is not the one we are paired with
    welcomed,
    refused,   // REFUSE
    overdue,   // no WELCOME within 10 s
    healthy,   // live for 30 s
    violated,  // the peer broke the rules: we close
    closed,    // the socket is gone
    moved,     // the preferred address can be reached again: the session goes there
    count_,
};

std::string_view to_string(LinkState state);
std::string_view to_string(LinkEvent event);
const TransitionTable<LinkState, LinkEvent>& link_table();

// What else the driver knows about an event.
struct LinkInput {
    int code = 0;                               // close code: of the peer (closed), ours (violated)
    std::optional<std::int64_t> retry_after_s;  // REFUSE
    std::string reason;                         // words for the log and the page
};

enum class LinkDo {
    fetch_token,
    dial,
    say_hello,
    enter_session,  // STATE_REPORT, then the outbox
    leave_session,  // the session that was live is over
    drop_socket,    // without further words
    close_socket,   // with `code`
    say_goodbye,    // before drop_socket
    arm_retry,      // one timer of `ms`; retry_due when it fires
    arm_welcome,    // one timer of `ms`; overdue when it fires
    arm_health,     // one timer of `ms`; healthy when it fires
    cancel_timers,
};

struct LinkAction {
    LinkDo what{};
    std::int64_t ms = 0;
    int code = 0;
    friend bool operator==(const LinkAction&, const LinkAction&) = default;
};

inline constexpr std::int64_t welcome_deadline_ms = 10'000;
inline constexpr std::int64_t health_ms = 30'000;
// Added to every long wait, at random, so that appliances turned away together do not come back
// together.
inline constexpr std::int64_t long_wait_spread_ms = 60'000;

class DeviceLink {
  public:
    explicit DeviceLink(Random& random, Backoff::Limits between_tries = {})
        : random_(random), backoff_(between_tries) {}

    std::vector<LinkAction> resume(LinkEvent event, const LinkInput& input = {});
    LinkState state() const { return state_; }
    // connecting, connected, offline, auth_failed, revoked; the driver knows unpaired and degraded.
    std::string_view shown_state() const;
    const std::string& last_error() const { return last_error_; }
    std::int64_t wait_ms() const { return wait_ms_; }  // of the current or last wait

  private:
    enum class Trouble { none, network, authority, revoked };

    std::vector<LinkAction> leave(LinkEvent event, const LinkInput& input, LinkState from);
    std::int64_t wait_after(LinkEvent event, const LinkInput& input);
    std::int64_t spread_over(std::int64_t window_ms);
    void note_trouble(LinkEvent event, const LinkInput& input);

    Random& random_;
    Backoff backoff_;
    LinkState state_ = LinkState::idle;
    Trouble trouble_ = Trouble::none;
    std::string last_error_;
    std::int64_t wait_ms_ = 0;
    // Studio said that it goes down: until it is back every try is drawn from the whole draining
    // window, so that those who came too early do not come back together.
    bool drained_ = false;
};

}  // namespace vistter::link
