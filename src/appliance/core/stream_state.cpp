// The stream table, row by state, column by trigger.
#include "appliance/core/stream_state.hpp"

#include <algorithm>

namespace vistter::appliance {
namespace {

using enum StreamState;
constexpr std::size_t state_count = all_stream_states.size();
constexpr std::size_t trigger_count = all_stream_triggers.size();
constexpr std::optional<StreamState> no{};

// Columns: start, media_accepted, attempt_failed, given_up, destination_lost, stop, drained.
constexpr std::optional<StreamState> table[state_count][trigger_count] = {
    /* stopped      */ {starting, no, no, no, no, no, no},
    /* starting     */ {no, live, starting, failed, no, stopping, no},
    /* live         */ {no, no, no, no, reconnecting, stopping, no},
    /* reconnecting */ {no, live, reconnecting, no, no, stopping, no},
    /* stopping     */ {no, no, no, no, no, no, stopped},
    /* failed       */ {starting, no, no, no, no, no, no},
};

constexpr std::array<std::string_view, state_count> state_names{
    "stopped", "starting", "live", "reconnecting", "stopping", "failed"};
constexpr std::array<std::string_view, trigger_count> trigger_names{
    "start", "media_accepted", "attempt_failed", "given_up", "destination_lost", "stop", "drained"};

// The first of these that an output is in names the stream's state.
constexpr std::array precedence{reconnecting, live, starting, stopping, failed, stopped};

}  // namespace

std::string_view to_string(StreamState state) {
    return state_names[static_cast<std::size_t>(state)];
}
std::string_view to_string(StreamTrigger trigger) {
    return trigger_names[static_cast<std::size_t>(trigger)];
}

std::optional<StreamState> stream_state_from(std::string_view name) {
    const auto found = std::find(state_names.begin(), state_names.end(), name);
    if (found == state_names.end()) return std::nullopt;
    return static_cast<StreamState>(found - state_names.begin());
}

Result<StreamState> next(StreamState state, StreamTrigger trigger) {
    const auto to = table[static_cast<std::size_t>(state)][static_cast<std::size_t>(trigger)];
    if (to) return *to;
    return fail(ErrorCode::STA_TRANSITION, "A stream that is " + std::string(to_string(state)) +
                                               " does not take " + std::string(to_string(trigger)) +
                                               ".");
}

StreamState overall(const std::vector<StreamState>& outputs) {
    for (const StreamState state : precedence) {
        if (std::find(outputs.begin(), outputs.end(), state) != outputs.end()) return state;
    }
    return stopped;
}

std::optional<StreamTrigger> trigger_between(StreamState from, StreamState to) {
    for (const StreamTrigger trigger : all_stream_triggers) {
        if (table[static_cast<std::size_t>(from)][static_cast<std::size_t>(trigger)] == to)
            return trigger;
    }
    return std::nullopt;
}

}  // namespace vistter::appliance
