// The transitions of a destination.
#include "output/destination_life.hpp"

namespace vistter::output {
namespace {

constexpr Backoff::Limits first_limits{.base_ms = 1'000, .cap_ms = 60'000};
// On air every second counts: shorter waits than before the first success.
constexpr Backoff::Limits again_limits{.base_ms = 500, .cap_ms = 10'000};
constexpr std::int64_t healthy_after_ns = 30'000'000'000;

}  // namespace

std::string_view to_string(State state) {
    switch (state) {
        case State::starting:
            return "starting";
        case State::live:
            return "live";
        case State::reconnecting:
            return "reconnecting";
        case State::failed:
            return "failed";
        case State::stopping:
            return "stopping";
        case State::stopped:
            return "stopped";
    }
    return "failed";
}

DestinationLife::DestinationLife(Random& random)
    : random_(random), first_(first_limits), again_(again_limits) {}

bool DestinationLife::wants_sink(std::int64_t now_ns) const {
    bool open_state = state_ == State::starting || state_ == State::reconnecting;
    return open_state && !trying_ && now_ns >= next_try_ns_;
}

std::int64_t DestinationLife::next_try_ns() const {
    bool open_state = state_ == State::starting || state_ == State::reconnecting;
    return open_state && !trying_ ? next_try_ns_ : -1;
}

void DestinationLife::opened(std::int64_t now_ns) {
    if (!wants_sink(now_ns)) return;
    trying_ = true;
    ++attempt_;
}

void DestinationLife::accepted(std::int64_t now_ns) {
    if (!trying_) return;
    if (state_ == State::reconnecting) ++reconnects_;
    trying_ = false;
    was_live_ = true;
    has_error_ = false;
    attempt_ = 0;
    live_since_ns_ = now_ns;
    state_ = State::live;
}

void DestinationLife::lost(const Error& error, std::int64_t now_ns) {
    if (state_ != State::live && !trying_) return;
    error_ = error;
    has_error_ = true;
    trying_ = false;
    bool permanent = !is_retryable(error.code) || attempt_ >= first_budget;
    if (!was_live_ && permanent) {
        state_ = State::failed;
        return;
    }
    state_ = was_live_ ? State::reconnecting : State::starting;
    next_try_ns_ = now_ns + backoff().next_ms(random_) * 1'000'000;
}

void DestinationLife::healthy(std::int64_t now_ns) {
    if (state_ == State::live && now_ns - live_since_ns_ >= healthy_after_ns) again_.reset();
}

void DestinationLife::stop() {
    if (state_ == State::stopped) return;
    state_ = State::stopping;
    trying_ = false;
}

void DestinationLife::drained() {
    if (state_ == State::stopping) state_ = State::stopped;
}

}  // namespace vistter::output
