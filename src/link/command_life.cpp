#include "link/command_life.hpp"

#include <cstddef>
#include <iterator>

#include "contract/messages.hpp"

namespace vistter::link {
namespace {

using S = CommandState;
using E = CommandEvent;

constexpr Transition<S, E> rows[] = {
    {S::deferred, E::due, S::waiting},      {S::deferred, E::settled, S::finished},
    {S::deferred, E::expired, S::finished}, {S::deferred, E::ended, S::finished},
    {S::waiting, E::begin, S::running},     {S::waiting, E::expired, S::finished},
    {S::waiting, E::ended, S::finished},    {S::running, E::ended, S::finished},
};
constexpr TransitionTable<S, E> table(rows);

constexpr std::string_view names[] = {"deferred", "waiting", "running", "finished"};

}  // namespace

const TransitionTable<CommandState, CommandEvent>& command_table() {
    return table;
}

std::string_view to_string(CommandState state) {
    return names[static_cast<std::size_t>(state)];
}

CommandState command_state_from(std::string_view name) {
    for (std::size_t i = 0; i < std::size(names); ++i) {
        if (names[i] == name) return static_cast<S>(i);
    }
    return S::finished;
}

bool frees_lane(std::string_view progress_state) {
    return progress_state == "scheduled" || progress_state == "running" ||
           progress_state == "paused" || progress_state == "holding" ||
           contract::is_terminal_progress(progress_state);
}

}  // namespace vistter::link
