// The life of a command at Studio: from acceptance to exactly one end, whatever is lost or comes
// twice (contract B.5, B.9).
#pragma once

#include <string>
#include <string_view>

#include "contract/messages.hpp"
#include "link/transition_table.hpp"

namespace vistter::link {

enum class DeliveryPhase {
    queued,    // never sent
    sent,      // at least once, unanswered
    accepted,  // the appliance journaled it; PROGRESS follows
    finished,
    count_,
};

enum class DeliveryEvent {
    send,
    ack_accepted,
    ack_final,       // completed, or rejected for what the command is
    ack_about_copy,  // rejected for what this copy was: it is sent again
    progress_live,
    progress_terminal,
    expire,  // expires_at passed
    cancel,  // it was never sent, or the appliance says it never came
    count_,
};

std::string_view to_string(DeliveryPhase phase);
DeliveryPhase delivery_phase_from(std::string_view name);  // one that to_string gave
const TransitionTable<DeliveryPhase, DeliveryEvent>& delivery_table();

// What an ACK means for the ledger: the event, and the state an operator sees if the event counts.
struct AckMeaning {
    DeliveryEvent event;
    std::string shown;
};
AckMeaning meaning_of(const contract::Ack& ack);
DeliveryEvent meaning_of(const contract::Progress& progress);

}  // namespace vistter::link
