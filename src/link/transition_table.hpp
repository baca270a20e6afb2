// One visible table for a lifecycle: the rows that mean something, and a stated answer ("ignored")
// for every other pair of state and event. Built at compile time; a pair written twice does not
// compile.
#pragma once

#include <array>
#include <cstddef>

namespace vistter::link {

template <class State, class Event>
struct Transition {
    State from;
    Event on;
    State to;
};

template <class State>
struct Answer {
    State next{};
    bool ignored = true;  // the event changes nothing in this state
};

// State and Event are enums counted from 0, each with a last enumerator `count_`.
template <class State, class Event>
class TransitionTable {
  public:
    static constexpr std::size_t states = static_cast<std::size_t>(State::count_);
    static constexpr std::size_t events = static_cast<std::size_t>(Event::count_);

    template <std::size_t N>
    explicit consteval TransitionTable(const Transition<State, Event> (&rows)[N]) {
        for (std::size_t s = 0; s < states; ++s) {
            for (std::size_t e = 0; e < events; ++e) cells_[s][e] = {static_cast<State>(s), true};
        }
        for (const auto& row : rows) {
            auto& cell =
                cells_[static_cast<std::size_t>(row.from)][static_cast<std::size_t>(row.on)];
            if (!cell.ignored) throw "two rows for one pair of state and event";
            cell = {row.to, false};
        }
    }

    constexpr Answer<State> at(State from, Event on) const {
        return cells_[static_cast<std::size_t>(from)][static_cast<std::size_t>(on)];
    }

  private:
    std::array<std::array<Answer<State>, events>, states> cells_{};
};

}  // namespace vistter::link
