// The life of a command at the appliance, from the journal's row to its terminal PROGRESS (contract
// B.5, B.9).
#pragma once

#include <string_view>

#include "link/transition_table.hpp"

namespace vistter::link {

enum class CommandState {
    deferred,  // journaled and acknowledged, not yet decided: not_before lies ahead
    waiting,   // accepted, its lane is busy
    running,   // the core was told to run it; told again after a restart
    finished,
    count_,
};

enum class CommandEvent {
    due,      // not_before has come, the core accepted it
    settled,  // not_before has come, the core finished it at once (completed or rejected)
    begin,    // its lane is free
    ended,    // terminal PROGRESS; also: cancelled
    expired,  // expires_at passed before it began
    count_,
};

const TransitionTable<CommandState, CommandEvent>& command_table();
std::string_view to_string(CommandState state);
CommandState command_state_from(std::string_view name);  // one that to_string gave

// A command under way in one of these PROGRESS states lets the next of its lane begin; so does a
// terminal one. Without it a running show could never be paused or stopped (docs/decisions/0003).
bool frees_lane(std::string_view progress_state);

}  // namespace vistter::link
