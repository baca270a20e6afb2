#include "link/device_link.hpp"

#include <algorithm>

#include "link/close_code.hpp"

namespace vistter::link {
namespace {

using S = LinkState;
using E = LinkEvent;

constexpr Transition<S, E> rows[] = {
    {S::idle, E::start, S::authorising},
    {S::waiting, E::retry_due, S::authorising},
    {S::authorising, E::token_ready, S::dialling},
    {S::authorising, E::token_failed, S::waiting},
    {S::authorising, E::token_refused, S::waiting},
    {S::dialling, E::opened, S::greeting},
    {S::dialling, E::dial_failed, S::waiting},
    {S::dialling, E::dial_refused, S::waiting},
    {S::dialling, E::closed, S::waiting},
    {S::greeting, E::welcomed, S::live},
    {S::greeting, E::refused, S::waiting},
    {S::greeting, E::overdue, S::waiting},
    {S::greeting, E::violated, S::waiting},
    {S::greeting, E::closed, S::waiting},
    {S::live, E::healthy, S::live},
    {S::live, E::violated, S::waiting},
    {S::live, E::closed, S::waiting},
    {S::live, E::moved, S::waiting},
    {S::waiting, E::stop, S::idle},
    {S::authorising, E::stop, S::idle},
    {S::dialling, E::stop, S::idle},
    {S::greeting, E::stop, S::idle},
    {S::live, E::stop, S::idle},
};
constexpr TransitionTable<S, E> table(rows);

constexpr std::string_view state_names[] = {"idle",     "waiting",  "authorising",
                                            "dialling", "greeting", "live"};
constexpr std::string_view event_names[] = {
    "start",   "stop",        "retry_due",    "token_ready", "token_failed", "token_refused",
    "opened",  "dial_failed", "dial_refused", "welcomed",    "refused",      "overdue",
    "healthy", "violated",    "closed",       "moved"};

}  // namespace

std::string_view to_string(LinkState state) {
    return state_names[static_cast<std::size_t>(state)];
}
std::string_view to_string(LinkEvent event) {
    return event_names[static_cast<std::size_t>(event)];
}
const TransitionTable<LinkState, LinkEvent>& link_table() {
    return table;
}

std::vector<LinkAction> DeviceLink::resume(LinkEvent event, const LinkInput& input) {
    const Answer<LinkState> answer = table.at(state_, event);
    if (answer.ignored) return {};
    const LinkState from = state_;
    state_ = answer.next;
    switch (state_) {
        case S::authorising:
            return {{.what = LinkDo::cancel_timers}, {.what = LinkDo::fetch_token}};
        case S::dialling:
            return {{.what = LinkDo::dial}};
        case S::greeting:
            return {{.what = LinkDo::say_hello},
                    {.what = LinkDo::arm_welcome, .ms = welcome_deadline_ms}};
        case S::live:
            if (from == S::live) {
                backoff_.reset();
                return {};
            }
            trouble_ = Trouble::none;
            last_error_.clear();
            drained_ = false;
            return {{.what = LinkDo::cancel_timers},
                    {.what = LinkDo::arm_health, .ms = health_ms},
                    {.what = LinkDo::enter_session}};
        default:
            return leave(event, input, from);
    }
}

// Into `waiting` or `idle`: whatever was open is ended first.
std::vector<LinkAction> DeviceLink::leave(LinkEvent event, const LinkInput& input, LinkState from) {
    std::vector<LinkAction> actions{{.what = LinkDo::cancel_timers}};
    if ((event == E::stop || event == E::moved) && from == S::live)
        actions.push_back({.what = LinkDo::say_goodbye});
    if (from == S::live) actions.push_back({.what = LinkDo::leave_session});
    if (event == E::violated) actions.push_back({.what = LinkDo::close_socket, .code = input.code});
    actions.push_back({.what = LinkDo::drop_socket});
    if (state_ == S::idle) {
        trouble_ = Trouble::none;
        return actions;
    }
    note_trouble(event, input);
    wait_ms_ = wait_after(event, input);
    actions.push_back({.what = LinkDo::arm_retry, .ms = wait_ms_});
    return actions;
}

void DeviceLink::note_trouble(LinkEvent event, const LinkInput& input) {
    last_error_ = input.reason.empty() ? std::string(to_string(event)) : input.reason;
    if (input.code == close_code::revoked) {
        trouble_ = Trouble::revoked;
    } else if (event == E::token_refused || event == E::dial_refused || event == E::refused ||
               (event == E::closed && needs_long_wait(input.code) &&
                input.code != close_code::replaced)) {
        trouble_ = Trouble::authority;
    } else {
        trouble_ = Trouble::network;
    }
}

std::int64_t DeviceLink::spread_over(std::int64_t window_ms) {
    return static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(window_ms) + 1));
}

std::int64_t DeviceLink::wait_after(LinkEvent event, const LinkInput& input) {
    if (event == E::moved) return 0;
    if (event == E::refused && input.retry_after_s) return *input.retry_after_s * 1'000;
    if (event == E::refused || event == E::token_refused || event == E::dial_refused ||
        needs_long_wait(input.code)) {
        return long_wait_ms + static_cast<std::int64_t>(
                                  random_.below(static_cast<std::uint64_t>(long_wait_spread_ms)));
    }
    if (input.code == close_code::draining) {
        drained_ = true;
        return spread_over(draining_window_ms);
    }
    const std::int64_t wait = backoff_.next_ms(random_);
    return drained_ ? std::max(wait, spread_over(draining_window_ms)) : wait;
}

std::string_view DeviceLink::shown_state() const {
    if (state_ == S::live) return "connected";
    if (trouble_ == Trouble::revoked) return "revoked";
    if (trouble_ == Trouble::authority) return "auth_failed";
    return state_ == S::idle || state_ == S::waiting ? "offline" : "connecting";
}

}  // namespace vistter::link
