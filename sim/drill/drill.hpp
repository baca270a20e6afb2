// The random-fault run (drills R1): commands flow from one Studio to many appliances while either
// end dies and the network cuts, swallows, repeats and swaps messages; then both journals and the
// log of effects are compared. Everything from one seed, except how the kernel schedules sockets.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/drill/relay.hpp"
#include "sim/fleet/fleet.hpp"
#include "sim/fleet/studio_end.hpp"

namespace vistter::drill {

// Which defence is taken away: with one of these the drill must fail.
enum class Without {
    nothing,
    dedupe,
    durability,
    replay_window,    // and the nonces, its second lock
    session_binding,  // messages of former sessions are taken as this one's
};

std::vector<std::string> fault_kinds();

struct Plan {
    std::int64_t commands = 20'000, faults = 500;
    int appliances = 40;
    std::uint64_t seed = 1;
    Without without = Without::nothing;
    std::string only;                 // faults of this kind and no other; empty: all kinds
    std::string folder;               // of the databases
    std::int64_t stall_ms = 120'000;  // without any command ending: given up
};

struct Outcome {
    std::int64_t commands = 0, faults = 0, messages = 0, took_ms = 0;
    std::map<std::string, std::int64_t> fault_kinds;
    // What must be nothing.
    std::int64_t lost = 0;           // no end at Studio, no effect, or not finished in the journal
    std::int64_t doubled = 0;        // more than one effect
    std::int64_t disordered = 0;     // effects of one lane in another order than Studio's
    std::int64_t disagreed = 0;      // ends or answers of one command that differ or came twice
    std::int64_t ledger_faults = 0;  // rows of either ledger that do not hold, or that the other
                                     // end's ledger contradicts
    std::int64_t distrusted = 0;     // sessions in which something was let in that was not said so
    bool good() const {
        return lost + doubled + disordered + disagreed + ledger_faults + distrusted == 0;
    }
    std::int64_t ledger_matched = 0;  // rows that stand in both ledgers
};

struct Ordered {
    std::string message_id;
    std::size_t appliance = 0;
    bool of_lane = false;  // accepted, then run in its lane; otherwise it acts at once
};

// Compares what both ends kept with what was ordered. Both ends are running.
void check(Outcome& outcome, const std::vector<Ordered>& ordered, sim::StudioEnd& studio,
           sim::Fleet& fleet);

class Drill {
  public:
    explicit Drill(const Plan& plan);
    Outcome run();

  private:
    void turn();
    void settle();
    void order_some();
    void order_one();
    void strike();
    bool hit(const std::string& kind, std::size_t appliance);
    void kill_studio();
    void kill_appliance(std::size_t appliance);
    void bring_back(std::size_t appliance, std::int64_t ms);
    bool at_rest();

    const Plan plan_;
    SeededRandom random_;
    async::Loop loop_;
    sim::FleetTrust trust_;
    sim::StudioEnd studio_;
    sim::Fleet fleet_;
    Relay relay_;
    std::vector<Ordered> ordered_;
    std::map<std::string, std::size_t> open_;  // by command: its appliance
    std::vector<std::string> answered_;        // since the last commit
    Outcome outcome_;
    std::int64_t last_end_ns_ = 0;
    std::map<std::size_t, async::Handle> returning_;  // appliances that are down
    async::Handle studio_returning_;
    std::int64_t rest_began_ns_ = 0;  // 0: not at rest
};

}  // namespace vistter::drill
