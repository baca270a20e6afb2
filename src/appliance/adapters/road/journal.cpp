#include "appliance/adapters/road/journal.hpp"

#include <algorithm>

#include "appliance/adapters/road/row_checksum.hpp"
#include "base/bytes.hpp"
#include "base/log.hpp"
#include "contract/json_text.hpp"
#include "contract/messages.hpp"

namespace vistter::appliance {
namespace {

constexpr std::string_view columns =
    "SELECT message_id, correlation_id, payload, lane, ack_status, progress_state, state, "
    "progress_revision, checksum FROM road_command ";

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

std::string checksum_of(const JournalRow& row) {
    return row_checksum({row.message_id, row.correlation_id, row.payload, row.lane, row.ack_status,
                         row.progress_state, link::to_string(row.state),
                         std::to_string(row.progress_revision)});
}

std::string plain(std::string_view json, std::string_view pointer) {
    const auto text = contract::text_at_pointer(json, pointer);
    return text && text->size() >= 2 ? std::string(text->substr(1, text->size() - 2)) : "";
}

std::string payload_of(std::string_view jws) {
    const auto first = jws.find('.'), last = jws.rfind('.');
    if (first == last) return {};
    const auto payload = from_base64url(jws.substr(first + 1, last - first - 1));
    return payload ? std::string(as_text(*payload)) : std::string();
}

}  // namespace

bool Journal::knows(const std::string& message_id) {
    if (newest_ < message_id) return false;
    auto statement = database_.prepare("SELECT 1 FROM road_command WHERE message_id = ?");
    statement.bind(message_id);
    return statement.step();
}

std::optional<JournalRow> Journal::find(const std::string& message_id) {
    auto statement = database_.prepare(std::string(columns) + "WHERE message_id = ?");
    statement.bind(message_id);
    if (!statement.step()) return std::nullopt;
    JournalRow row = read_row(statement);
    const std::string checksum = statement.text(8);
    (void)statement.step();  // to its end: what is damaged is changed below
    return whole(std::move(row), checksum);
}

std::vector<JournalRow> Journal::unfinished() {
    auto statement = database_.prepare(
        "SELECT message_id FROM road_command WHERE state <> 'finished' "
        "ORDER BY position");
    std::vector<std::string> ids;
    while (statement.step()) ids.push_back(statement.text(0));
    std::vector<JournalRow> rows;
    for (const std::string& id : ids) {
        if (auto row = find(id)) rows.push_back(std::move(*row));
    }
    return rows;
}

void Journal::check() {
    auto statement = database_.prepare("SELECT message_id FROM road_command");
    std::vector<std::string> ids;
    while (statement.step()) ids.push_back(statement.text(0));
    for (const std::string& id : ids) (void)find(id);
}

// Rows from before there were checksums have none.
std::optional<JournalRow> Journal::whole(JournalRow row, const std::string& checksum) {
    if (checksum.empty() || checksum == checksum_of(row)) return row;
    return mend(std::move(row));
}

std::optional<JournalRow> Journal::mend(JournalRow row) {
    std::optional<JournalRow> restored = from_ledger(row);
    log::error("journal row {} is damaged; {}", row.message_id,
               restored ? "restored from the ledger" : "put into quarantine");
    database_.transaction([&] {
        database_
            .prepare(
                "INSERT INTO road_quarantine (source, message_id, found_ms, content) VALUES "
                "('road_command', ?, ?, ?)")
            .bind(row.message_id)
            .bind(clock_.wall().ms)
            .bind(row.payload)
            .run();
        if (restored) return update(*restored, std::nullopt);
        database_.prepare("DELETE FROM road_command WHERE message_id = ?")
            .bind(row.message_id)
            .run();
        --count_;
    });
    ++damage_.rows;
    if (restored) ++damage_.restored;
    return restored;
}

// The command as Studio signed it and what was answered stand in the ledger too, under hashes of
// their own.
std::optional<JournalRow> Journal::from_ledger(const JournalRow& damaged) {
    JournalRow row = damaged;
    row.payload.clear();
    row.ack_status.clear();
    row.progress_state.clear();
    for (const link::LedgerRow& entry : ledger_.about(damaged.message_id)) {
        if (entry.direction == "in") {
            row.payload = payload_of(entry.content);
        } else if (entry.type == "ACK") {
            row.ack_status = plain(entry.content, "/status");
        } else if (entry.type == "PROGRESS") {
            row.progress_state = plain(entry.content, "/state");
        }
    }
    const auto envelope = contract::parse_envelope(row.payload);
    if (!envelope || envelope->message_id != damaged.message_id || row.ack_status.empty())
        return std::nullopt;
    row.correlation_id = envelope->correlation_id;
    const bool over =
        row.ack_status != "accepted" || contract::is_terminal_progress(row.progress_state);
    if (over) row.state = link::CommandState::finished;
    if (!over && row.state == link::CommandState::finished) row.state = link::CommandState::running;
    return row;
}

void Journal::add(const contract::Envelope& envelope, const JournalRow& row, WallTime now) {
    auto statement = database_.prepare(
        "INSERT INTO road_command (message_id, correlation_id, type, payload, lane, state, "
        "ack_status, received_ms, finished_ms, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    statement.bind(row.message_id)
        .bind(row.correlation_id)
        .bind(contract::to_string(envelope.type))
        .bind(row.payload)
        .bind(row.lane)
        .bind(link::to_string(row.state))
        .bind(row.ack_status)
        .bind(now.ms);
    if (row.state == link::CommandState::finished) {
        statement.bind(now.ms);
    } else {
        statement.bind_null();
    }
    statement.bind(checksum_of(row)).run();
    newest_ = std::max(newest_, row.message_id);
    ++count_;
}

void Journal::move(JournalRow row, link::CommandState state, const std::string& lane) {
    row.state = state;
    row.lane = lane;
    update(row, std::nullopt);
}

void Journal::progress(JournalRow row, const std::string& state, std::int64_t revision,
                       std::optional<WallTime> finished) {
    row.progress_state = state;
    row.progress_revision = revision;
    if (finished) row.state = link::CommandState::finished;
    update(row, finished);
}

void Journal::update(const JournalRow& row, std::optional<WallTime> finished) {
    auto statement = database_.prepare(
        "UPDATE road_command SET correlation_id = ?, payload = ?, lane = ?, state = ?, "
        "ack_status = ?, progress_state = ?, progress_revision = ?, checksum = ?, finished_ms = "
        "COALESCE(?, finished_ms) WHERE message_id = ?");
    statement.bind(row.correlation_id)
        .bind(row.payload)
        .bind(row.lane)
        .bind(link::to_string(row.state))
        .bind(row.ack_status)
        .bind(row.progress_state)
        .bind(row.progress_revision)
        .bind(checksum_of(row));
    if (finished) {
        statement.bind(finished->ms);
    } else {
        statement.bind_null();
    }
    statement.bind(row.message_id).run();
}

void Journal::prune(WallTime now, std::int64_t days, std::int64_t entries) {
    auto statement = database_.prepare(
        "DELETE FROM road_command WHERE state = 'finished' AND finished_ms < ? AND position <= "
        "(SELECT COALESCE(MAX(position), 0) FROM road_command) - ?");
    statement.bind(now.ms - days * 86'400'000).bind(entries).run();
    recount();
}

void Journal::recount() {
    auto statement = database_.prepare("SELECT COUNT(*), MAX(message_id) FROM road_command");
    if (!statement.step()) return;
    count_ = statement.integer(0);
    newest_ = statement.text(1);
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
             {"DELETE FROM road_command", "DELETE FROM road_outbox", "DELETE FROM road_fact",
              "DELETE FROM road_ledger", "DELETE FROM road_quarantine"}) {
            database_.prepare(sql).run();
        }
    });
    count_ = 0;
    ledger_.reload();
}

}  // namespace vistter::appliance
