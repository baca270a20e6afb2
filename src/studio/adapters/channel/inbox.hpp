// Lets every report of an appliance in once: its id, what it does to the command it answers, its
// row in the chained ledger, its step of the trace and what pages show of it become durable
// together.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "contract/messages.hpp"
#include "studio/adapters/channel/commit_group.hpp"
#include "studio/adapters/channel/road_tables.hpp"
#include "studio/core/channel.hpp"

namespace vistter::studio {

struct Arrived {
    contract::Envelope envelope;
    std::optional<contract::Body> body;  // nothing: it could not be read; it is let in all the same
    std::string compact;                 // the message as it came
    std::string transport;
};

// What it did, for the session to go on with.
struct LetIn {
    std::string settled;                // a command that needs no further sending
    std::vector<OpenCommand> resumed;   // commands whose cancellation failed
    std::vector<std::string> finished;  // commands that ended
};

class Inbox {
  public:
    // `finished` hears of every command an answer ended, after the commit.
    Inbox(RoadTables& tables, CommitGroup& group, Projection& projection, const Clock& clock,
          std::function<void(const std::vector<std::string>&)> finished)
        : tables_(tables),
          group_(group),
          projection_(projection),
          clock_(clock),
          finished_(std::move(finished)) {}

    // `then` after the commit, or with `durable` false when it could not be stored.
    void add(Arrived arrived, std::function<void(const LetIn&, bool durable)> then);
    // Let in before, or on its way into the database.
    bool knows(const std::string& device_id, const std::string& message_id) const;

  private:
    LetIn take(const Arrived& arrived, bool shown);
    void answer(const Arrived& arrived, const std::string& command, const AnswerEffect& effect,
                LetIn& result);
    void note_step(const Arrived& arrived, const std::string& command, const AnswerEffect& effect,
                   const std::string& state);
    void project(const Arrived& arrived);

    RoadTables& tables_;
    CommitGroup& group_;
    Projection& projection_;
    const Clock& clock_;
    std::function<void(const std::vector<std::string>&)> finished_;
    std::set<std::string> coming_;  // message_ids on their way
};

}  // namespace vistter::studio
