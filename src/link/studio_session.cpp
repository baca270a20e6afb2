#include "link/studio_session.hpp"

#include "link/close_code.hpp"

namespace vistter::link {
namespace {

using S = SessionState;
using E = SessionEvent;

constexpr Transition<S, E> rows[] = {
    {S::greeting, E::hello, S::live},     {S::greeting, E::hello_refused, S::over},
    {S::greeting, E::bad_token, S::over}, {S::greeting, E::early, S::over},
    {S::greeting, E::overdue, S::over},   {S::greeting, E::revoked, S::over},
    {S::greeting, E::conflict, S::over},  {S::greeting, E::forged, S::over},
    {S::greeting, E::malformed, S::over}, {S::greeting, E::drain, S::over},
    {S::greeting, E::gone, S::over},      {S::live, E::replaced, S::over},
    {S::live, E::token_ended, S::over},   {S::live, E::revoked, S::over},
    {S::live, E::conflict, S::over},      {S::live, E::forged, S::over},
    {S::live, E::malformed, S::over},     {S::live, E::broken, S::over},
    {S::live, E::silent, S::over},        {S::live, E::drain, S::over},
    {S::live, E::gone, S::over},
};
constexpr TransitionTable<S, E> table(rows);

struct Farewell {
    int code;
    std::string_view reason;
};

constexpr Farewell farewell(E event) {
    switch (event) {
        case E::hello_refused:
            return {close_code::unsupported_version, "no common version"};
        case E::bad_token:
            return {close_code::auth_failed, "session token not accepted"};
        case E::early:
            return {close_code::not_welcomed, "HELLO comes first"};
        case E::overdue:
            return {close_code::not_welcomed, "no HELLO in time"};
        case E::replaced:
            return {close_code::replaced, "replaced by a newer connection"};
        case E::token_ended:
            return {close_code::normal, "session token ended"};
        case E::revoked:
            return {close_code::revoked, "credential revoked"};
        case E::conflict:
            return {close_code::security_violation, "nonce conflict"};
        case E::forged:
            return {close_code::auth_failed, "signatures do not verify"};
        case E::malformed:
            return {close_code::bad_message, "not an envelope"};
        case E::broken:
            return {close_code::security_violation, "the transcript is broken"};
        case E::silent:
            return {close_code::heartbeat_lost, "no heartbeat"};
        case E::drain:
            return {close_code::draining, "draining"};
        default:
            return {0, ""};
    }
}

}  // namespace

const TransitionTable<SessionState, SessionEvent>& session_table() {
    return table;
}

SessionAction StudioSession::resume(SessionEvent event) {
    const Answer<SessionState> answer = table.at(state_, event);
    if (answer.ignored) return {};
    state_ = answer.next;
    if (state_ == S::live) return {.opened = true, .ended = false, .close_code = 0, .reason = {}};
    const Farewell words = farewell(event);
    return {.opened = false, .ended = true, .close_code = words.code, .reason = words.reason};
}

}  // namespace vistter::link
