// The appliance's journal of commands on SQLite: what was accepted, how it was answered, how far it
// came.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "appliance/adapters/road/ledger_store.hpp"
#include "base/clock.hpp"
#include "contract/envelope.hpp"
#include "link/command_life.hpp"
#include "store/database.hpp"

namespace vistter::appliance {

struct JournalRow {
    std::string message_id, correlation_id, payload, lane, ack_status, progress_state;
    link::CommandState state = link::CommandState::finished;
    std::int64_t progress_revision = 0;
};

// Rows whose checksum did not hold: all of them are in road_quarantine; some could be made whole
// from the ledger, the others are unknown from then on, so that the peer's next copy counts.
struct Damage {
    std::int64_t rows = 0, restored = 0;
};

// Every call throws store::StorageFailure when the database cannot do it. A row that is read is
// checked first.
class Journal {
  public:
    Journal(store::Database& database, LedgerStore& ledger, const Clock& clock)
        : database_(database), ledger_(ledger), clock_(clock) {
        recount();
    }

    bool knows(const std::string& message_id);
    std::optional<JournalRow> find(const std::string& message_id);
    // In order of first acceptance.
    std::vector<JournalRow> unfinished();
    void add(const contract::Envelope& envelope, const JournalRow& row, WallTime now);
    void move(JournalRow row, link::CommandState state, const std::string& lane);
    // Keeps the newest PROGRESS; `finished` also ends the command.
    void progress(JournalRow row, const std::string& state, std::int64_t revision,
                  std::optional<WallTime> finished);
    // Reads every row once.
    void check();
    Damage take_damage() { return std::exchange(damage_, {}); }
    // Forgets finished commands older than `days` beyond the newest `entries`.
    void prune(WallTime now, std::int64_t days, std::int64_t entries);
    std::int64_t count() const { return count_; }

    std::string fact(const std::string& name);  // "" if absent
    void set_fact(const std::string& name, const std::string& value);
    // Another pairing: nothing of the former one stays.
    void clear();

    // After a rolled back transaction.
    void recount();

  private:
    std::optional<JournalRow> whole(JournalRow row, const std::string& checksum);
    std::optional<JournalRow> mend(JournalRow row);
    std::optional<JournalRow> from_ledger(const JournalRow& damaged);
    void update(const JournalRow& row, std::optional<WallTime> finished);

    store::Database& database_;
    LedgerStore& ledger_;
    const Clock& clock_;
    std::int64_t count_ = 0;
    // No id above this one is in the journal. Ids rise with time (UUIDv7): a new command is told
    // from a known one without asking the database.
    std::string newest_;
    Damage damage_;
};

}  // namespace vistter::appliance
