// The appliance's journal of commands on SQLite: what was accepted, how it was answered, how far it
// came.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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

// Every call throws store::StorageFailure when the database cannot do it.
class Journal {
  public:
    explicit Journal(store::Database& database) : database_(database) { recount(); }

    bool knows(const std::string& message_id);
    std::optional<JournalRow> find(const std::string& message_id);
    // In order of first acceptance.
    std::vector<JournalRow> unfinished();
    void add(const contract::Envelope& envelope, const JournalRow& row, WallTime now);
    void move(const std::string& message_id, link::CommandState state, const std::string& lane);
    // Keeps the newest PROGRESS; `finished` also ends the command.
    void progress(const std::string& message_id, const std::string& state, std::int64_t revision,
                  std::optional<WallTime> finished);
    // Forgets finished commands older than `days` beyond the newest `entries`.
    void prune(WallTime now, std::int64_t days, std::int64_t entries);
    std::int64_t count() const {
        return count_;
    }  // may be off by what a failed transaction took back, until prune()

    std::string fact(const std::string& name);  // "" if absent
    void set_fact(const std::string& name, const std::string& value);
    // Another pairing: nothing of the former one stays.
    void clear();

  private:
    void recount();

    store::Database& database_;
    std::int64_t count_ = 0;
};

}  // namespace vistter::appliance
