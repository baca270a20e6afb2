// The appliance's chained ledger on SQLite (link/ledger_chain.hpp): every command as it came, every
// answer as it was given, Studio's ledger heads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "contract/envelope.hpp"
#include "link/ledger_chain.hpp"
#include "store/database.hpp"

namespace vistter::appliance {

struct LedgerEntry {
    std::string direction;  // in, out
    contract::MessageType type = contract::MessageType::ACK;
    std::string message_id;
    std::string subject;  // message_id of the command it is about; empty for a HEARTBEAT
    std::string content;
};

// Every call throws store::StorageFailure when the database cannot do it.
class LedgerStore {
  public:
    explicit LedgerStore(store::Database& database) : database_(database) { reload(); }

    // Within the caller's transaction, if it has one open.
    void append(const LedgerEntry& entry, WallTime now);
    std::int64_t rows() const { return rows_; }
    const std::string& head() const { return head_; }
    // After a rolled back transaction, or when somebody else cleared the table.
    void reload();
    // Rows about one command that still hash to what they say, oldest first.
    std::vector<link::LedgerRow> about(const std::string& command_id);
    // The answer that was given under this message_id, if the row still hashes to what it says.
    std::optional<link::LedgerRow> said(const std::string& message_id);
    // Rows after `n`, oldest first.
    std::vector<link::LedgerRow> after(std::int64_t n, std::size_t limit);
    // Forgets rows older than `days` beyond the newest `entries`; the chain then begins later.
    void prune(WallTime now, std::int64_t days, std::int64_t entries);

  private:
    store::Database& database_;
    std::int64_t rows_ = 0;
    std::string head_;
};

}  // namespace vistter::appliance
