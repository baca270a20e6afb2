#include "appliance/adapters/road/journal.hpp"

namespace vistter::appliance {
namespace {

constexpr std::string_view columns =
    "SELECT message_id, correlation_id, payload, lane, ack_status, progress_state, state, "
    "progress_revision "
    "FROM road_command ";

JournalRow read_row(const store::Statement& statement) {
    JournalRow row;
    row.message_id = statement.text(0);
    row.correlation_id = statement.text(1);
    row.payload = statement.text(2);
    row.lane = statement.text(3);
    row.ack_status = statement.text(4);
    row.progress_state = statement.text(5);
    row.state = link::command_state_from(statement.text(6));
    row.progress_revision = statement.integer(7);
    return row;
}

}  // namespace

bool Journal::knows(const std::string& message_id) {
    auto statement = database_.prepare("SELECT 1 FROM road_command WHERE message_id = ?");
    statement.bind(message_id);
    return statement.step();
}

std::optional<JournalRow> Journal::find(const std::string& message_id) {
    auto statement = database_.prepare(std::string(columns) + "WHERE message_id = ?");
    statement.bind(message_id);
    if (!statement.step()) return std::nullopt;
    return read_row(statement);
}

std::vector<JournalRow> Journal::unfinished() {
    auto statement =
        database_.prepare(std::string(columns) + "WHERE state <> 'finished' ORDER BY position");
    std::vector<JournalRow> rows;
    while (statement.step()) rows.push_back(read_row(statement));
    return rows;
}

void Journal::add(const contract::Envelope& envelope, const JournalRow& row, WallTime now) {
    auto statement = database_.prepare(
        "INSERT INTO road_command (message_id, correlation_id, type, payload, lane, state, "
        "ack_status, received_ms, "
        "finished_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    statement.bind(row.message_id)
        .bind(row.correlation_id)
        .bind(contract::to_string(envelope.type));
    statement.bind(row.payload)
        .bind(row.lane)
        .bind(link::to_string(row.state))
        .bind(row.ack_status)
        .bind(now.ms);
    if (row.state == link::CommandState::finished) {
        statement.bind(now.ms);
    } else {
        statement.bind_null();
    }
    statement.run();
    ++count_;
}

void Journal::move(const std::string& message_id, link::CommandState state,
                   const std::string& lane) {
    auto statement =
        database_.prepare("UPDATE road_command SET state = ?, lane = ? WHERE message_id = ?");
    statement.bind(link::to_string(state)).bind(lane).bind(message_id).run();
}

void Journal::progress(const std::string& message_id, const std::string& state,
                       std::int64_t revision, std::optional<WallTime> finished) {
    auto statement = database_.prepare(finished ? "UPDATE road_command SET progress_state = ?, "
                                                  "progress_revision = ?, state = 'finished', "
                                                  "finished_ms = ? WHERE message_id = ?"
                                                : "UPDATE road_command SET progress_state = ?, "
                                                  "progress_revision = ? WHERE message_id = ?");
    statement.bind(state).bind(revision);
    if (finished) statement.bind(finished->ms);
    statement.bind(message_id).run();
}

void Journal::prune(WallTime now, std::int64_t days, std::int64_t entries) {
    auto statement = database_.prepare(
        "DELETE FROM road_command WHERE state = 'finished' AND finished_ms < ? AND position <= "
        "(SELECT COALESCE(MAX(position), 0) FROM road_command) - ?");
    statement.bind(now.ms - days * 86'400'000).bind(entries).run();
    recount();
}

void Journal::recount() {
    auto statement = database_.prepare("SELECT COUNT(*) FROM road_command");
    count_ = statement.step() ? statement.integer(0) : 0;
}

std::string Journal::fact(const std::string& name) {
    auto statement = database_.prepare("SELECT value FROM road_fact WHERE name = ?");
    statement.bind(name);
    return statement.step() ? statement.text(0) : std::string();
}

void Journal::set_fact(const std::string& name, const std::string& value) {
    auto statement = database_.prepare(
        "INSERT INTO road_fact (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value "
        "= excluded.value");
    statement.bind(name).bind(value).run();
}

void Journal::clear() {
    database_.transaction([&] {
        for (const char* sql :
             {"DELETE FROM road_command", "DELETE FROM road_outbox", "DELETE FROM road_fact"}) {
            database_.prepare(sql).run();
        }
    });
    count_ = 0;
}

}  // namespace vistter::appliance
