// Judges what Studio holds about a show afterwards: each command's answers complete and in order,
// the events it must have caused.
#pragma once

#include <boost/json.hpp>

#include <string>
#include <vector>

namespace vistter::cli {

struct Trail {
    int commands = 0, events = 0;
    std::vector<std::string> faults;  // empty: complete and in order
};

// `records`: GET /v1/commands/{id} of every command sent. One ACK each, PROGRESS revisions 1..n
// without a gap, exactly one terminal state, percent never falling.
void judge_commands(const std::vector<boost::json::value>& records, Trail& trail);

// `events`: oldest first. `expected`: event types that must appear in this order (others may lie
// between).
void judge_events(const std::vector<boost::json::value>& events,
                  const std::vector<std::string>& expected, Trail& trail);

}  // namespace vistter::cli
