#include "studio/adapters/channel/chain_store.hpp"

#include <utility>

namespace vistter::studio {

const ChainStore::Head& ChainStore::head(const std::string& device_id) const {
    if (std::exchange(as_of_, database_.rollbacks()) != database_.rollbacks()) heads_.clear();
    if (const auto known = heads_.find(device_id); known != heads_.end()) return known->second;
    auto statement = database_.prepare(
        "SELECT n, hash FROM road_ledger WHERE device_id = ? ORDER BY n DESC LIMIT 1");
    statement.bind(device_id);
    Head head{0, std::string(link::empty_ledger_head)};
    if (statement.step()) head = {statement.integer(0), statement.text(1)};
    return heads_[device_id] = std::move(head);
}

void ChainStore::append(const std::string& device_id, link::LedgerRow row) {
    const Head& before = head(device_id);
    row = link::chain_row(std::move(row), before.rows, before.hash);
    auto statement = database_.prepare(
        "INSERT INTO road_ledger (device_id, n, at_ms, direction, type, message_id, content, prev, "
        "hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    statement.bind(device_id).bind(row.n).bind(row.at.ms).bind(row.direction).bind(row.type);
    statement.bind(row.message_id).bind(row.content).bind(row.prev).bind(row.hash).run();
    heads_[device_id] = {row.n, std::move(row.hash)};
}

std::vector<link::LedgerRow> ChainStore::rows(const std::string& device_id, std::int64_t after_n,
                                              int limit) const {
    auto statement = database_.prepare(
        "SELECT n, at_ms, direction, type, message_id, content, prev, hash FROM road_ledger WHERE "
        "device_id = ? AND n > ? ORDER BY n LIMIT ?");
    statement.bind(device_id).bind(after_n).bind(limit);
    std::vector<link::LedgerRow> rows;
    while (statement.step()) {
        link::LedgerRow row;
        row.n = statement.integer(0);
        row.at = {statement.integer(1)};
        row.direction = statement.text(2);
        row.type = statement.text(3);
        row.message_id = statement.text(4);
        row.content = statement.text(5);
        row.prev = statement.text(6);
        row.hash = statement.text(7);
        rows.push_back(std::move(row));
    }
    return rows;
}

ChainStore::Peer ChainStore::peer(const std::string& device_id) const {
    auto statement = database_.prepare("SELECT rows, head, kid FROM road_peer WHERE device_id = ?");
    statement.bind(device_id);
    if (!statement.step()) return {0, std::string(link::empty_ledger_head), ""};
    return {statement.integer(0), statement.text(1), statement.text(2)};
}

void ChainStore::set_peer(const std::string& device_id, const Peer& peer) {
    auto statement = database_.prepare(
        "INSERT OR REPLACE INTO road_peer (device_id, rows, head, kid) VALUES (?, ?, ?, ?)");
    statement.bind(device_id).bind(peer.rows).bind(peer.head).bind(peer.kid).run();
}

}  // namespace vistter::studio
