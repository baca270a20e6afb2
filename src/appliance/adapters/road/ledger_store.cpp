#include "appliance/adapters/road/ledger_store.hpp"

#include <utility>

namespace vistter::appliance {
namespace {

constexpr std::string_view columns =
    "SELECT n, at_ms, direction, type, message_id, content, prev, hash FROM road_ledger ";

link::LedgerRow read_row(const store::Statement& statement) {
    link::LedgerRow row;
    row.n = statement.integer(0);
    row.at = {statement.integer(1)};
    row.direction = statement.text(2);
    row.type = statement.text(3);
    row.message_id = statement.text(4);
    row.content = statement.text(5);
    row.prev = statement.text(6);
    row.hash = statement.text(7);
    return row;
}

}  // namespace

void LedgerStore::reload() {
    rows_ = 0;
    head_ = link::empty_ledger_head;
    auto statement = database_.prepare("SELECT n, hash FROM road_ledger ORDER BY n DESC LIMIT 1");
    if (!statement.step()) return;
    rows_ = statement.integer(0);
    head_ = statement.text(1);
}

void LedgerStore::append(const LedgerEntry& entry, WallTime now) {
    link::LedgerRow row;
    row.at = now;
    row.direction = entry.direction;
    row.type = contract::to_string(entry.type);
    row.message_id = entry.message_id;
    row.content = entry.content;
    row = link::chain_row(std::move(row), rows_, head_);
    auto statement = database_.prepare(
        "INSERT INTO road_ledger (n, at_ms, direction, type, message_id, subject, content, prev, "
        "hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    statement.bind(row.n).bind(row.at.ms).bind(row.direction).bind(row.type).bind(row.message_id);
    statement.bind(entry.subject).bind(row.content).bind(row.prev).bind(row.hash).run();
    rows_ = row.n;
    head_ = row.hash;
}

std::vector<link::LedgerRow> LedgerStore::about(const std::string& command_id) {
    auto statement = database_.prepare(std::string(columns) + "WHERE subject = ? ORDER BY n");
    statement.bind(command_id);
    std::vector<link::LedgerRow> rows;
    while (statement.step()) {
        auto row = read_row(statement);
        if (link::ledger_hash(row) == row.hash) rows.push_back(std::move(row));
    }
    return rows;
}

std::optional<link::LedgerRow> LedgerStore::said(const std::string& message_id) {
    auto statement = database_.prepare(std::string(columns) +
                                       "WHERE message_id = ? AND direction = 'out' LIMIT 1");
    statement.bind(message_id);
    if (!statement.step()) return std::nullopt;
    auto row = read_row(statement);
    if (link::ledger_hash(row) != row.hash) return std::nullopt;
    return row;
}

std::vector<link::LedgerRow> LedgerStore::after(std::int64_t n, std::size_t limit) {
    auto statement = database_.prepare(std::string(columns) + "WHERE n > ? ORDER BY n LIMIT ?");
    statement.bind(n).bind(static_cast<std::int64_t>(limit));
    std::vector<link::LedgerRow> rows;
    while (statement.step()) rows.push_back(read_row(statement));
    return rows;
}

void LedgerStore::prune(WallTime now, std::int64_t days, std::int64_t entries) {
    database_.prepare("DELETE FROM road_ledger WHERE n <= ? AND at_ms < ?")
        .bind(rows_ - entries)
        .bind(now.ms - days * 86'400'000)
        .run();
}

}  // namespace vistter::appliance
