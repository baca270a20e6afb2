// The appliance's outbox on SQLite: messages that wait for Studio's RECEIPT, in order, within
// bounds (link/outbox.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "appliance/adapters/road/journal.hpp"
#include "appliance/adapters/road/ledger_store.hpp"
#include "base/clock.hpp"
#include "contract/messages.hpp"
#include "link/outbox.hpp"
#include "store/database.hpp"

namespace vistter::appliance {

struct OutboxRow {
    std::int64_t position = 0;
    std::string message_id, correlation_id;
    contract::MessageType type = contract::MessageType::EVENT;
    std::string body;
};

// Every call throws store::StorageFailure when the database cannot do it.
class OutboxStore {
  public:
    OutboxStore(store::Database& database, LedgerStore& ledger, const Clock& clock,
                link::OutboxLimits limits);

    // Within the caller's transaction, if it has one open. Then the bounds are kept: what had to go
    // is counted. An answer also stands in the ledger, as `subject`'s.
    void put(const OutboxRow& row, int keep_class, WallTime now);
    // Rows after `position`, oldest first.
    std::vector<OutboxRow> after(std::int64_t position, std::size_t limit);
    std::vector<OutboxRow> at(std::int64_t position);  // one row, or none
    void forget(std::int64_t position);
    // Studio has it: it is not counted and not sent again. The row itself goes with the next
    // sweep(); should that never come, Studio is told once more and knows it.
    void receipted(std::int64_t position) { leaving_.push_back(position); }
    std::size_t leaving() const { return leaving_.size(); }
    void sweep();
    // Reports older than `days` go; answers Studio waits for stay.
    void prune(WallTime now, std::int64_t days);
    // A row that is read is checked first; an answer can be made whole from the ledger.
    Damage take_damage() { return std::exchange(damage_, {}); }
    std::int64_t count() const {
        return std::max<std::int64_t>(0,
                                      fill_.total() - static_cast<std::int64_t>(leaving_.size()));
    }
    std::int64_t last_position() const { return last_position_; }  // of the newest put()
    // What overflow has dropped since the last call, by keep class; empty: nothing.
    std::map<std::string, std::int64_t> take_dropped();
    // Counts anew what is stored: after a rolled back transaction, or when somebody else cleared
    // the table.
    void recount();

  private:
    void drop_oldest(int keep_class);
    bool mend(OutboxRow& row);

    store::Database& database_;
    LedgerStore& ledger_;
    const Clock& clock_;
    link::OutboxLimits limits_;
    link::OutboxFill fill_;
    std::map<std::string, std::int64_t> dropped_;
    Damage damage_;
    std::deque<OutboxRow> fresh_;        // the newest rows, without a gap: not read back to be sent
    std::vector<std::int64_t> leaving_;  // receipted, not yet deleted
    std::int64_t last_position_ = 0;
};

}  // namespace vistter::appliance
