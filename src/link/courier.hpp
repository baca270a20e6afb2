// Which unanswered command goes out when, within one session: in order of acceptance, at most 32 in
// flight and no faster than the appliance takes them, again after 5, 10, 20, 40 and then every 60 s
// (contract B.5, B.12).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "link/meters.hpp"

namespace vistter::link {

// The wait after the `sends`-th sending (1..), in milliseconds.
std::int64_t retry_wait_ms(int sends);

class Courier {
  public:
    explicit Courier(std::size_t in_flight_limit, CommandPace pace = sender_pace)
        : limit_(in_flight_limit), meter_(pace) {}

    // In order of acceptance. A known id is ignored.
    void add(std::string message_id, WallTime expires_at);
    // Answered: out of flight.
    void settle(std::string_view message_id);
    // What is to be sent now; each is counted as sent. After expires_at a command that was sent
    // before is asked for once more, so that the appliance says what became of it, and then rests
    // until the next session.
    std::vector<std::string> due(SteadyTime now, WallTime wall);
    // When due() may have something new, if nothing is added or settled before.
    std::optional<SteadyTime> next() const;
    std::size_t in_flight() const;

  private:
    struct Item {
        std::string message_id;
        WallTime expires_at;
        int sends = 0;
        SteadyTime next;
        bool resting = false;
    };
    std::size_t limit_;
    CommandMeter meter_;
    std::vector<Item> items_;  // in order of acceptance; those in flight come first
};

}  // namespace vistter::link
