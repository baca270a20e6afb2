#include "link/delivery.hpp"

#include <cstddef>
#include <iterator>

#include "link/authority.hpp"

namespace vistter::link {
namespace {

using P = DeliveryPhase;
using E = DeliveryEvent;

// An unsent command may expire here and now. A sent one may not: the appliance could have run it,
// so it keeps being asked for until an answer settles it (docs/decisions/0002).
constexpr Transition<P, E> rows[] = {
    {P::queued, E::send, P::sent},
    {P::queued, E::expire, P::finished},
    {P::queued, E::cancel, P::finished},
    {P::queued, E::ack_accepted, P::accepted},
    {P::queued, E::ack_final, P::finished},
    {P::queued, E::progress_live, P::accepted},
    {P::queued, E::progress_terminal, P::finished},
    {P::sent, E::send, P::sent},
    {P::sent, E::cancel, P::finished},
    {P::sent, E::ack_about_copy, P::sent},
    {P::sent, E::ack_accepted, P::accepted},
    {P::sent, E::ack_final, P::finished},
    {P::sent, E::progress_live, P::accepted},
    {P::sent, E::progress_terminal, P::finished},
    // A new session asks after it; a rejection then means that its journal was lost.
    {P::accepted, E::send, P::accepted},
    {P::accepted, E::ack_final, P::finished},
    {P::accepted, E::progress_live, P::accepted},
    {P::accepted, E::progress_terminal, P::finished},
};
constexpr TransitionTable<P, E> table(rows);

constexpr std::string_view names[] = {"queued", "sent", "accepted", "finished"};

}  // namespace

const TransitionTable<DeliveryPhase, DeliveryEvent>& delivery_table() {
    return table;
}

std::string_view to_string(DeliveryPhase phase) {
    return names[static_cast<std::size_t>(phase)];
}

DeliveryPhase delivery_phase_from(std::string_view name) {
    for (std::size_t i = 0; i < std::size(names); ++i) {
        if (names[i] == name) return static_cast<P>(i);
    }
    return P::finished;
}

AckMeaning meaning_of(const contract::Ack& ack) {
    if (ack.status == "accepted") return {E::ack_accepted, "accepted"};
    if (ack.status == "completed") return {E::ack_final, "completed"};
    if (ack.status == "duplicate") {
        if (ack.original_status != "accepted") return {E::ack_final, ack.original_status};
        if (contract::is_terminal_progress(ack.original_progress_state)) {
            return {E::progress_terminal, ack.original_progress_state};
        }
        return {E::ack_accepted, "accepted"};
    }
    if (ack.error && is_about_the_copy(ack.error->code)) return {E::ack_about_copy, "sent"};
    return {E::ack_final, "rejected"};
}

DeliveryEvent meaning_of(const contract::Progress& progress) {
    return contract::is_terminal_progress(progress.state) ? E::progress_terminal : E::progress_live;
}

}  // namespace vistter::link
