// The road's tables together: journal, outbox and ledger of one database, changed in common
// transactions.
#pragma once

#include "appliance/adapters/road/journal.hpp"
#include "appliance/adapters/road/ledger_store.hpp"
#include "appliance/adapters/road/outbox_store.hpp"

namespace vistter::appliance {

// `database` holds the tables of sql/appliance/*road*.sql; it and `clock` outlive this.
struct RoadStore {
    RoadStore(store::Database& database_, const Clock& clock, link::OutboxLimits limits)
        : database(database_),
          ledger(database_),
          journal(database_, ledger, clock),
          outbox(database_, ledger, clock, limits) {}

    // Reads anew what it counts: after a transaction that was rolled back.
    void reload() {
        ledger.reload();
        journal.recount();
        outbox.recount();
    }

    store::Database& database;
    LedgerStore ledger;
    Journal journal;
    OutboxStore outbox;
};

}  // namespace vistter::appliance
