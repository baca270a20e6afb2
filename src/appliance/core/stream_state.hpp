// The life of a stream (contract B.10, rulings 10) as one table with an answer for every pair.
// Pure.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace vistter::appliance {

enum class StreamState { stopped, starting, live, reconnecting, stopping, failed };
enum class StreamTrigger {
    start,
    media_accepted,
    attempt_failed,
    given_up,
    destination_lost,
    stop,
    drained
};

inline constexpr std::array all_stream_states{StreamState::stopped,  StreamState::starting,
                                              StreamState::live,     StreamState::reconnecting,
                                              StreamState::stopping, StreamState::failed};
inline constexpr std::array all_stream_triggers{
    StreamTrigger::start,    StreamTrigger::media_accepted,   StreamTrigger::attempt_failed,
    StreamTrigger::given_up, StreamTrigger::destination_lost, StreamTrigger::stop,
    StreamTrigger::drained};

std::string_view to_string(StreamState state);
std::string_view to_string(StreamTrigger trigger);
std::optional<StreamState> stream_state_from(std::string_view name);

// The next state, or STA_TRANSITION naming state and trigger.
Result<StreamState> next(StreamState state, StreamTrigger trigger);

// What the stream shows when its outputs stand like this: reconnecting if one has lost its
// destination, else live if one is live, failed only when all are; none: stopped.
StreamState overall(const std::vector<StreamState>& outputs);
// The trigger that takes a stream from `from` to `to`, if one step does.
std::optional<StreamTrigger> trigger_between(StreamState from, StreamState to);

}  // namespace vistter::appliance
