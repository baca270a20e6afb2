// COMMAND_CANCEL of something that had begun: it is stopped as its opposite would stop it.
#include "appliance/core/appliance.hpp"

namespace vistter::appliance {

void Appliance::cancelled(const Command& command) {
    const contract::Envelope& envelope = command.envelope;
    if (std::holds_alternative<contract::TimelineLoad>(command.body))
        return timelines_.cancelled(envelope.message_id);
    if (const auto* execute = std::get_if<contract::TimelineExecute>(&command.body)) {
        const auto run = shop_.runs.find_by_command(envelope.message_id);
        if (!run || execute->execution_mode != "play") return;
        contract::TimelineExecute stop;
        stop.timeline_id = run->timeline_id;
        stop.run_id = run->run_id;
        stop.execution_mode = "stop";
        if (runs_.decide(stop, envelope).ack.status == "accepted") runs_.run(stop, envelope);
    }
    if (const auto* start = std::get_if<contract::StreamControl>(&command.body)) {
        if (start->command != "start") return;
        contract::StreamControl stop;
        stop.stream_id = start->stream_id;
        stop.command = "stop";
        if (streams_.decide(stop, envelope).ack.status == "accepted") streams_.run(stop, envelope);
    }
}

}  // namespace vistter::appliance
