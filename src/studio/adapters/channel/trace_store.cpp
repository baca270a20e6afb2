#include "studio/adapters/channel/trace_store.hpp"

namespace vistter::studio {

void TraceStore::add(const std::string& device_id, const std::string& command_id,
                     const TraceEntry& entry) {
    auto statement = database_.prepare(
        "INSERT INTO road_trace (device_id, command_id, correlation_id, at_ms, direction, what, "
        "message_id, session_id, seq, transport, state, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?, ?, ?)");
    statement.bind(device_id).bind(command_id).bind(entry.correlation_id).bind(entry.at.ms);
    statement.bind(entry.direction).bind(entry.what).bind(entry.message_id);
    statement.bind(entry.session_id).bind(entry.seq).bind(entry.transport);
    statement.bind(entry.state).bind(entry.body).run();
}

void TraceStore::decide(const CommandRecord& command, const std::string& what, WallTime now,
                        const std::string& why) {
    TraceEntry entry;
    entry.at = now;
    entry.direction = "studio";
    entry.what = what;
    entry.message_id = command.message_id;
    entry.correlation_id = command.correlation_id;
    entry.state = why;
    add(command.device_id, command.message_id, entry);
}

std::vector<TraceEntry> TraceStore::flow(const std::string& device_id,
                                         const std::string& correlation_id) const {
    auto statement = database_.prepare(
        "SELECT at_ms, direction, what, message_id, correlation_id, session_id, seq, transport, "
        "state, body FROM road_trace WHERE correlation_id = ? AND device_id = ? ORDER BY at_ms, n");
    statement.bind(correlation_id).bind(device_id);
    std::vector<TraceEntry> entries;
    while (statement.step()) {
        TraceEntry entry;
        entry.at = {statement.integer(0)};
        entry.direction = statement.text(1);
        entry.what = statement.text(2);
        entry.message_id = statement.text(3);
        entry.correlation_id = statement.text(4);
        entry.session_id = statement.text(5);
        entry.seq = statement.integer(6);
        entry.transport = statement.text(7);
        entry.state = statement.text(8);
        entry.body = statement.text(9);
        entries.push_back(std::move(entry));
    }
    return entries;
}

void TraceStore::add_orphan(const Orphan& orphan) {
    constexpr std::int64_t kept = 1'000;
    auto statement = database_.prepare(
        "INSERT INTO road_orphan (device_id, received_ms, message_id, type, correlation_id, "
        "command_id, reason, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    statement.bind(orphan.device_id).bind(orphan.received_at.ms).bind(orphan.message_id);
    statement.bind(orphan.type).bind(orphan.correlation_id).bind(orphan.command_id);
    statement.bind(orphan.reason).bind(orphan.body).run();
    auto trim = database_.prepare(
        "DELETE FROM road_orphan WHERE device_id = ? AND n <= (SELECT n FROM road_orphan WHERE "
        "device_id = ? ORDER BY n DESC LIMIT 1 OFFSET ?)");
    trim.bind(orphan.device_id).bind(orphan.device_id).bind(kept).run();
}

std::vector<Orphan> TraceStore::orphans(const std::string& device_id, int limit) const {
    auto statement = database_.prepare(
        "SELECT received_ms, message_id, type, correlation_id, command_id, reason, body FROM "
        "road_orphan WHERE device_id = ? ORDER BY n DESC LIMIT ?");
    statement.bind(device_id).bind(limit);
    std::vector<Orphan> orphans;
    while (statement.step()) {
        Orphan orphan;
        orphan.received_at = {statement.integer(0)};
        orphan.device_id = device_id;
        orphan.message_id = statement.text(1);
        orphan.type = statement.text(2);
        orphan.correlation_id = statement.text(3);
        orphan.command_id = statement.text(4);
        orphan.reason = statement.text(5);
        orphan.body = statement.text(6);
        orphans.push_back(std::move(orphan));
    }
    return orphans;
}

void TraceStore::prune(WallTime now, std::int64_t days) {
    auto statement = database_.prepare("DELETE FROM road_trace WHERE at_ms < ?");
    statement.bind(now.ms - days * 86'400'000).run();
}

}  // namespace vistter::studio
