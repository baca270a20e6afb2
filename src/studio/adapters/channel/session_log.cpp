#include "studio/adapters/channel/session_log.hpp"

namespace vistter::studio {

void SessionLog::opened(const std::string& device_id, const SessionRecord& session) {
    auto statement = database_.prepare(
        "INSERT INTO road_session (session_id, device_id, transport, firmware_version, "
        "connected_ms) VALUES (?, ?, ?, ?, ?)");
    statement.bind(session.session_id).bind(device_id).bind(session.transport);
    statement.bind(session.firmware_version).bind(session.connected_at.ms).run();
}

void SessionLog::ended(const std::string& session_id, WallTime now, int close_code,
                       const std::string& cause, std::int64_t received_seq) {
    auto statement = database_.prepare(
        "UPDATE road_session SET ended_ms = ?, close_code = ?, cause = ?, received_seq = ? WHERE "
        "session_id = ? AND ended_ms IS NULL");
    statement.bind(now.ms).bind(close_code).bind(cause).bind(received_seq).bind(session_id).run();
}

void SessionLog::end_all(WallTime now, const std::string& cause) {
    auto statement =
        database_.prepare("UPDATE road_session SET ended_ms = ?, cause = ? WHERE ended_ms IS NULL");
    statement.bind(now.ms).bind(cause).run();
}

std::vector<SessionRecord> SessionLog::history(const std::string& device_id, int limit) const {
    auto statement = database_.prepare(
        "SELECT session_id, transport, firmware_version, connected_ms, ended_ms, close_code, cause "
        "FROM road_session WHERE device_id = ? ORDER BY n DESC LIMIT ?");
    statement.bind(device_id).bind(limit);
    std::vector<SessionRecord> sessions;
    while (statement.step()) {
        SessionRecord session;
        session.session_id = statement.text(0);
        session.transport = statement.text(1);
        session.firmware_version = statement.text(2);
        session.connected_at = {statement.integer(3)};
        if (!statement.is_null(4)) session.ended_at = WallTime{statement.integer(4)};
        session.close_code = static_cast<int>(statement.integer(5));
        session.cause = statement.text(6);
        sessions.push_back(std::move(session));
    }
    return sessions;
}

std::int64_t SessionLog::received_seq(const std::string& device_id,
                                      const std::string& session_id) const {
    auto statement = database_.prepare(
        "SELECT received_seq FROM road_session WHERE session_id = ? AND device_id = ?");
    statement.bind(session_id).bind(device_id);
    return statement.step() ? statement.integer(0) : 0;
}

void SessionLog::prune(WallTime now, std::int64_t days) {
    auto statement = database_.prepare("DELETE FROM road_session WHERE ended_ms < ?");
    statement.bind(now.ms - days * 86'400'000).run();
}

}  // namespace vistter::studio
