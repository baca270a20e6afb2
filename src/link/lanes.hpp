// Order of execution at the appliance: first in, first out within a lane; lanes run side by side
// (contract B.5).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace vistter::link {

class Lanes {
  public:
    struct Waiting {
        std::string message_id;
        WallTime expires_at;
    };

    // An empty lane name stands for no lane: such a command waits for nobody (emergency_* and the
    // like).
    void add(const std::string& lane, Waiting command);
    // The next command that may begin, taken out of its queue; its lane is busy from then on. In
    // order of addition among lanes.
    std::optional<Waiting> begin();
    // The command no longer holds its lane. Unknown ids are ignored.
    void release(std::string_view message_id);
    // The command is no more: out of its queue, or its lane is free. Unknown ids are ignored.
    void drop(std::string_view message_id);
    // How many wait before a command that would be added to `lane` now, the running one included.
    int position(const std::string& lane) const;
    std::size_t waiting() const;

  private:
    struct Entry {
        std::uint64_t order;
        Waiting command;
    };
    struct Lane {
        std::deque<Entry> queue;
        std::string holder;  // message_id of the running command; empty: free
    };
    std::map<std::string, Lane> lanes_;
    std::deque<Entry> free_;  // those without a lane
    std::uint64_t next_order_ = 0;
};

}  // namespace vistter::link
