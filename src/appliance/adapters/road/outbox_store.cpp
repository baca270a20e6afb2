#include "appliance/adapters/road/outbox_store.hpp"

#include <utility>

namespace vistter::appliance {
namespace {

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

std::size_t index_of(std::int64_t keep_class) {
    return static_cast<std::size_t>(keep_class) % link::keep::classes;
}

}  // namespace

OutboxStore::OutboxStore(store::Database& database, link::OutboxLimits limits)
    : database_(database), limits_(limits) {
    recount();
}

void OutboxStore::recount() {
    fill_ = {};
    auto statement =
        database_.prepare("SELECT keep, COUNT(*), SUM(bytes) FROM road_outbox GROUP BY keep");
    while (statement.step()) {
        fill_.messages[index_of(statement.integer(0))] = statement.integer(1);
        fill_.bytes += statement.integer(2);
    }
}

void OutboxStore::put(const OutboxRow& row, int keep_class, WallTime now) {
    const auto bytes = static_cast<std::int64_t>(row.body.size());
    auto statement = database_.prepare(
        "INSERT INTO road_outbox (message_id, correlation_id, type, keep, body, bytes, created_ms) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)");
    statement.bind(row.message_id)
        .bind(row.correlation_id)
        .bind(contract::to_string(row.type))
        .bind(keep_class);
    statement.bind(row.body).bind(bytes).bind(now.ms).run();
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
    auto statement = database_.prepare(
        "SELECT position, message_id, correlation_id, type, body FROM road_outbox WHERE position > "
        "? "
        "ORDER BY position LIMIT ?");
    statement.bind(position).bind(static_cast<std::int64_t>(limit));
    std::vector<OutboxRow> rows;
    while (statement.step()) rows.push_back(read_row(statement));
    return rows;
}

std::vector<OutboxRow> OutboxStore::at(std::int64_t position) {
    auto rows = after(position - 1, 1);
    if (!rows.empty() && rows.front().position != position) rows.clear();
    return rows;
}

void OutboxStore::forget(std::int64_t position) {
    auto statement =
        database_.prepare("DELETE FROM road_outbox WHERE position = ? RETURNING keep, bytes");
    statement.bind(position);
    while (statement.step()) {
        --fill_.messages[index_of(statement.integer(0))];
        fill_.bytes -= statement.integer(1);
    }
}

std::map<std::string, std::int64_t> OutboxStore::take_dropped() {
    return std::exchange(dropped_, {});
}

}  // namespace vistter::appliance
