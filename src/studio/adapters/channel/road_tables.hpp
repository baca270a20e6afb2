// The channel's tables on Studio's database together.
#pragma once

#include "studio/adapters/channel/chain_store.hpp"
#include "studio/adapters/channel/ledger.hpp"
#include "studio/adapters/channel/session_log.hpp"
#include "studio/adapters/channel/trace_store.hpp"

namespace vistter::studio {

struct RoadTables {
    explicit RoadTables(store::Database& database)
        : ledger(database), trace(database), chain(database), sessions(database) {}

    Ledger ledger;
    TraceStore trace;
    ChainStore chain;
    SessionLog sessions;
};

}  // namespace vistter::studio
