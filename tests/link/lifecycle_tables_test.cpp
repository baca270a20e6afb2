// Every (state, event) of every lifecycle, written out as a grid: rows are states, columns events,
// '.' is "ignored".
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "link/command_life.hpp"
#include "link/delivery.hpp"
#include "link/device_link.hpp"
#include "link/studio_session.hpp"

namespace vistter::link {
namespace {

// `letters[i]` names state i; each line holds one letter an event.
template <class State, class Event>
void expect_grid(const TransitionTable<State, Event>& table, std::string_view letters,
                 const std::vector<std::string>& grid) {
    ASSERT_EQ(letters.size(), (TransitionTable<State, Event>::states));
    ASSERT_EQ(grid.size(), (TransitionTable<State, Event>::states));
    for (std::size_t s = 0; s < grid.size(); ++s) {
        ASSERT_EQ(grid[s].size(), (TransitionTable<State, Event>::events)) << "row " << s;
        for (std::size_t e = 0; e < grid[s].size(); ++e) {
            const auto answer = table.at(static_cast<State>(s), static_cast<Event>(e));
            const char got = answer.ignored ? '.' : letters[static_cast<std::size_t>(answer.next)];
            EXPECT_EQ(got, grid[s][e]) << "state " << s << " event " << e;
            if (answer.ignored) {
                EXPECT_EQ(static_cast<std::size_t>(answer.next), s);
            }
        }
    }
}

TEST(Tables, DeviceLink) {
    // start stop retry_due token_ready token_failed token_refused opened dial_failed dial_refused
    // welcomed refused overdue healthy violated closed moved
    expect_grid(link_table(), "iwadgl",
                {"a...............", ".ia.............", ".i.dww..........", ".i....gww.....w.",
                 ".i.......lww.ww.", ".i..........lwww"});
}

TEST(Tables, StudioSession) {
    // hello hello_refused bad_token early overdue replaced token_ended revoked conflict forged
    // malformed broken silent drain gone
    expect_grid(session_table(), "glo", {"loooo..oooo..oo", ".....oooooooooo", "..............."});
}

TEST(Tables, Delivery) {
    // send ack_accepted ack_final ack_about_copy progress_live progress_terminal expire
    // cancel
    expect_grid(delivery_table(), "qsaf", {"saf.afff", "safsaf.f", "a.f.af..", "........"});
}

TEST(Tables, CommandLife) {
    // due settled begin ended expired
    expect_grid(command_table(), "dwrf", {"wf.ff", "..rff", "...f.", "....."});
}

TEST(Tables, NamesOfStatesAreReadBack) {
    for (int i = 0; i < static_cast<int>(DeliveryPhase::count_); ++i) {
        const auto phase = static_cast<DeliveryPhase>(i);
        EXPECT_EQ(delivery_phase_from(to_string(phase)), phase);
    }
    for (int i = 0; i < static_cast<int>(CommandState::count_); ++i) {
        const auto state = static_cast<CommandState>(i);
        EXPECT_EQ(command_state_from(to_string(state)), state);
    }
}

}  // namespace
}  // namespace vistter::link
