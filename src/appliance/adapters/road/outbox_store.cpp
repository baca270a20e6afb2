#include "appliance/adapters/road/outbox_store.hpp"

#include <utility>

#include "appliance/adapters/road/row_checksum.hpp"
#include "base/log.hpp"

namespace vistter::appliance {
namespace {

constexpr std::size_t fresh_limit = 16;

OutboxRow read_row(const store::Statement& statement) {
    OutboxRow row;
    row.position = statement.integer(0);
    row.message_id = statement.text(1);
    row.correlation_id = statement.text(2);
    row.type =
        contract::message_type_from(statement.text(3)).value_or(contract::MessageType::EVENT);
    row.body = statement.text(4);
    return row;
}

std::string checksum_of(const OutboxRow& row) {
    return row_checksum(
        {row.message_id, row.correlation_id, contract::to_string(row.type), row.body});
}

std::size_t index_of(std::int64_t keep_class) {
    return static_cast<std::size_t>(keep_class) % link::keep::classes;
}

}  // namespace

OutboxStore::OutboxStore(store::Database& database, LedgerStore& ledger, const Clock& clock,
                         link::OutboxLimits limits)
    : database_(database), ledger_(ledger), clock_(clock), limits_(limits) {
    recount();
}

void OutboxStore::recount() {
    fill_ = {};
    fresh_.clear();
    auto statement =
        database_.prepare("SELECT keep, COUNT(*), SUM(bytes) FROM road_outbox GROUP BY keep");
    while (statement.step()) {
        fill_.messages[index_of(statement.integer(0))] = statement.integer(1);
        fill_.bytes += statement.integer(2);
    }
    if (fill_.total() == 0) leaving_.clear();
}

void OutboxStore::put(const OutboxRow& row, int keep_class, WallTime now) {
    const auto bytes = static_cast<std::int64_t>(row.body.size());
    auto statement = database_.prepare(
        "INSERT INTO road_outbox (message_id, correlation_id, type, keep, body, bytes, created_ms, "
        "checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    statement.bind(row.message_id)
        .bind(row.correlation_id)
        .bind(contract::to_string(row.type))
        .bind(keep_class);
    statement.bind(row.body).bind(bytes).bind(now.ms).bind(checksum_of(row)).run();
    last_position_ = database_.last_insert_id();
    fresh_.push_back(row);
    fresh_.back().position = last_position_;
    if (fresh_.size() > fresh_limit) fresh_.pop_front();
    ++fill_.messages[index_of(keep_class)];
    fill_.bytes += bytes;
    while (const auto victim = link::outbox_victim(fill_, limits_)) drop_oldest(*victim);
}

void OutboxStore::drop_oldest(int keep_class) {
    auto statement = database_.prepare(
        "SELECT position FROM road_outbox WHERE keep = ? ORDER BY position LIMIT 1");
    statement.bind(keep_class);
    if (!statement.step()) return recount();
    const std::int64_t position = statement.integer(0);
    forget(position);
    ++dropped_[std::string(link::keep_name(keep_class))];
}

std::vector<OutboxRow> OutboxStore::after(std::int64_t position, std::size_t limit) {
    if (position >= last_position_ && last_position_ > 0) return {};
    if (!fresh_.empty() && position + 1 >= fresh_.front().position) {
        std::vector<OutboxRow> rows;
        for (const OutboxRow& row : fresh_) {
            if (row.position > position && rows.size() < limit) rows.push_back(row);
        }
        return rows;
    }
    auto statement = database_.prepare(
        "SELECT position, message_id, correlation_id, type, body, checksum FROM road_outbox WHERE "
        "position > ? ORDER BY position LIMIT ?");
    statement.bind(position).bind(static_cast<std::int64_t>(limit));
    std::vector<OutboxRow> rows;
    std::vector<bool> damaged;
    while (statement.step()) {
        rows.push_back(read_row(statement));
        const std::string checksum = statement.text(5);
        damaged.push_back(!checksum.empty() && checksum != checksum_of(rows.back()));
    }
    std::vector<OutboxRow> whole;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!damaged[i] || mend(rows[i])) whole.push_back(std::move(rows[i]));
    }
    return whole;
}

// False: it could not be made whole and is gone.
bool OutboxStore::mend(OutboxRow& row) {
    const auto said = ledger_.said(row.message_id);
    log::error("outbox row {} is damaged; {}", row.message_id,
               said ? "restored from the ledger" : "put into quarantine");
    database_.transaction([&] {
        database_
            .prepare(
                "INSERT INTO road_quarantine (source, message_id, found_ms, content) VALUES "
                "('road_outbox', ?, ?, ?)")
            .bind(row.message_id)
            .bind(clock_.wall().ms)
            .bind(row.body)
            .run();
        if (!said) return forget(row.position);
        row.body = said->content;
        row.type = contract::message_type_from(said->type).value_or(row.type);
        row.correlation_id.clear();
        database_
            .prepare(
                "UPDATE road_outbox SET body = ?, type = ?, correlation_id = '', checksum = ? "
                "WHERE position = ?")
            .bind(row.body)
            .bind(contract::to_string(row.type))
            .bind(checksum_of(row))
            .bind(row.position)
            .run();
    });
    ++damage_.rows;
    if (said) ++damage_.restored;
    return said.has_value();
}

void OutboxStore::prune(WallTime now, std::int64_t days) {
    auto statement = database_.prepare(
        "DELETE FROM road_outbox WHERE created_ms < ? AND keep <> ? RETURNING keep");
    statement.bind(now.ms - days * 86'400'000).bind(link::keep::answer);
    bool any = false;
    while (statement.step()) {
        ++dropped_[std::string(link::keep_name(static_cast<int>(statement.integer(0))))];
        any = true;
    }
    if (any) recount();
}

std::vector<OutboxRow> OutboxStore::at(std::int64_t position) {
    auto rows = after(position - 1, 1);
    if (!rows.empty() && rows.front().position != position) rows.clear();
    return rows;
}

void OutboxStore::forget(std::int64_t position) {
    std::erase_if(fresh_, [&](const OutboxRow& row) { return row.position == position; });
    auto statement =
        database_.prepare("DELETE FROM road_outbox WHERE position = ? RETURNING keep, bytes");
    statement.bind(position);
    while (statement.step()) {
        --fill_.messages[index_of(statement.integer(0))];
        fill_.bytes -= statement.integer(1);
    }
}

void OutboxStore::sweep() {
    if (leaving_.empty()) return;
    database_.transaction([&] {
        for (const std::int64_t position : leaving_) forget(position);
    });
    leaving_.clear();
}

std::map<std::string, std::int64_t> OutboxStore::take_dropped() {
    return std::exchange(dropped_, {});
}

}  // namespace vistter::appliance
