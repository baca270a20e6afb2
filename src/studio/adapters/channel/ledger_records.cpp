// What the ledger of commands shows: reading only.
#include "studio/adapters/channel/ledger.hpp"

#include <algorithm>

namespace vistter::studio {

using link::DeliveryPhase;

namespace {

constexpr std::string_view record_columns =
    "SELECT message_id, device_id, correlation_id, type, body, accepted_ms, expires_ms, attempts, "
    "state, phase, ack, actor_kind, actor_id, actor_role, not_before_ms, requires, cancelled_by, "
    "finished_ms, promised_ms FROM road_command ";

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

CommandRecord read_record(const store::Statement& statement, WallTime now) {
    CommandRecord record;
    record.message_id = statement.text(0);
    record.device_id = statement.text(1);
    record.correlation_id = statement.text(2);
    record.type = statement.text(3);
    record.body = statement.text(4);
    record.accepted_at = {statement.integer(5)};
    record.expires_at = {statement.integer(6)};
    record.attempts = static_cast<int>(statement.integer(7));
    record.state = statement.text(8);
    const DeliveryPhase phase = link::delivery_phase_from(statement.text(9));
    record.terminal = phase == DeliveryPhase::finished;
    record.ack = statement.text(10);
    record.actor = {statement.text(11), statement.text(12), statement.text(13)};
    if (!statement.is_null(14)) record.not_before = WallTime{statement.integer(14)};
    record.requires_features = lines_of(statement.text(15));
    record.cancelled_by = statement.text(16);
    if (!statement.is_null(17)) record.finished_at = WallTime{statement.integer(17)};
    record.stalled = phase == DeliveryPhase::accepted && !statement.is_null(18) &&
                     WallTime{statement.integer(18)} < now;
    return record;
}

std::vector<std::string> progress_of(store::Database& database, const std::string& message_id) {
    auto statement =
        database.prepare("SELECT body FROM road_progress WHERE message_id = ? ORDER BY revision");
    statement.bind(message_id);
    std::vector<std::string> bodies;
    while (statement.step()) bodies.push_back(statement.text(0));
    return bodies;
}

}  // namespace

bool Ledger::has_room(const std::string& device_id, std::int64_t limit) {
    std::int64_t& room = room_[device_id];
    if (room > 0) return true;
    auto statement = database_.prepare(
        "SELECT COUNT(*) FROM road_command WHERE device_id = ? AND phase <> 'finished'");
    statement.bind(device_id);
    room = limit - (statement.step() ? statement.integer(0) : 0);
    return room > 0;
}

std::optional<CommandRecord> Ledger::find(const std::string& message_id, WallTime now) const {
    std::optional<CommandRecord> record;
    {
        auto statement = database_.prepare(std::string(record_columns) + "WHERE message_id = ?");
        statement.bind(message_id);
        if (!statement.step()) return std::nullopt;
        record = read_record(statement, now);
    }
    record->progress = progress_of(database_, message_id);
    return record;
}

std::vector<CommandRecord> Ledger::list(const std::string& device_id, int limit,
                                        WallTime now) const {
    std::vector<CommandRecord> records;
    {
        auto statement = database_.prepare(std::string(record_columns) +
                                           "WHERE device_id = ? ORDER BY position DESC LIMIT ?");
        statement.bind(device_id).bind(limit);
        while (statement.step()) records.push_back(read_record(statement, now));
    }
    for (CommandRecord& record : records)
        record.progress = progress_of(database_, record.message_id);
    return records;
}

std::vector<OpenCommand> Ledger::open_commands(const std::string& device_id) const {
    auto statement = database_.prepare(
        "SELECT message_id, expires_ms FROM road_command WHERE device_id = ? AND phase <> "
        "'finished' AND cancelled_by = '' ORDER BY position");
    statement.bind(device_id);
    std::vector<OpenCommand> commands;
    while (statement.step()) commands.push_back({statement.text(0), {statement.integer(1)}});
    return commands;
}

const std::string& Ledger::newest_let_in(const std::string& device_id) const {
    const auto known = newest_.find(device_id);
    if (known != newest_.end()) return known->second;
    auto statement =
        database_.prepare("SELECT MAX(message_id) FROM road_inbox WHERE device_id = ?");
    statement.bind(device_id);
    return newest_[device_id] = statement.step() ? statement.text(0) : std::string();
}

bool Ledger::was_let_in(const std::string& device_id, const std::string& message_id) const {
    if (newest_let_in(device_id) < message_id) return false;
    auto statement =
        database_.prepare("SELECT 1 FROM road_inbox WHERE device_id = ? AND message_id = ?");
    statement.bind(device_id).bind(message_id);
    return statement.step();
}

}  // namespace vistter::studio
