// The seam between the road (which makes commands arrive exactly once) and the appliance's
// decisions.
#pragma once

#include <string>

#include "contract/messages.hpp"

namespace vistter::appliance {

struct Command {
    contract::Envelope envelope;
    contract::Body body;  // one of the command structs
};

struct Decision {
    contract::Ack ack;  // message_id and warnings are filled in by the road
    bool run = false;   // accepted: run() follows, and terminal PROGRESS after it
    std::string
        lane;  // config, camera:<id>, timeline:<bus>, overlay:<slot>, stream:<id>, credential
};

// Implemented by the appliance's core. All calls on the loop's thread.
class CommandHandler {
  public:
    virtual ~CommandHandler() = default;
    // Semantics, preconditions, and for immediate commands the stored effect. Called inside the
    // journal's transaction: what it stores commits together with the journal row and the ACK, or
    // not at all. It must not touch the outside world.
    virtual Decision decide(const Command& command) = 0;
    // After the ACK is durable, in lane order: act on the outside world and report PROGRESS until a
    // terminal state. Called again after a restart for every accepted command without terminal
    // PROGRESS: idempotent by message_id.
    virtual void run(const Command& command) = 0;
    // After an immediate command (ACK completed) has committed: bring the outside world in line
    // with what is stored. Also called once at every start, without a command, through Startup.
    virtual void committed(const Command& command) = 0;
    // A command that had begun was cancelled (COMMAND_CANCEL): its end is already stored, this
    // stops what it does outside. Idempotent by message_id; a command that cannot be stopped runs
    // out unheard.
    virtual void cancelled(const Command& /*command*/) {}
};

// Implemented by the road; the core reports through it. All calls on the loop's thread.
class Reporter {
  public:
    virtual ~Reporter() = default;
    // revision and message_id as given. Terminal PROGRESS is durable; it, or a state in which the
    // command goes on by itself (scheduled, running, paused, holding), frees the command's lane.
    virtual void progress(const std::string& command_id, contract::Progress progress) = 0;
    // event_id, occurred_at, severity and durable are filled in from the registry when empty.
    virtual void event(contract::Event event, const std::string& correlation_id) = 0;
    // Whether a session took them; METRICS are never kept for a later one here (MetricsHistory does).
    virtual bool metrics(contract::Metrics metrics) = 0;
    virtual void state_report(contract::StateReport report) = 0;
};

}  // namespace vistter::appliance
