#include "studio/adapters/channel/ledger.hpp"

#include <algorithm>

namespace vistter::studio {

using link::DeliveryEvent;
using link::DeliveryPhase;

namespace {

constexpr std::string_view record_columns =
    "SELECT message_id, device_id, correlation_id, type, body, accepted_ms, expires_ms, attempts, "
    "state, phase, ack "
    "FROM road_command ";
constexpr std::int64_t live_progress_kept = 200;

CommandRecord read_record(const store::Statement& statement) {
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
    record.terminal = link::delivery_phase_from(statement.text(9)) == DeliveryPhase::finished;
    record.ack = statement.text(10);
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

struct Ledger::Position {
    DeliveryPhase phase;
    std::string state;
    std::int64_t revision;
};

std::string Ledger::add(const NewCommand& command, WallTime now, WallTime expires_at,
                        std::string message_id) {
    auto statement = database_.prepare(
        "INSERT INTO road_command (message_id, device_id, correlation_id, type, body, actor_kind, "
        "actor_id, actor_role, "
        "ocl_version, accepted_ms, expires_ms, not_before_ms, phase, state) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', 'queued')");
    statement.bind(message_id).bind(command.device_id);
    statement.bind(command.correlation_id.empty() ? message_id : command.correlation_id);
    statement.bind(contract::to_string(command.type)).bind(command.body);
    statement.bind(command.actor.kind)
        .bind(command.actor.id)
        .bind(command.actor.role)
        .bind(command.ocl_version);
    statement.bind(now.ms).bind(expires_at.ms);
    if (command.not_before) {
        statement.bind(command.not_before->ms);
    } else {
        statement.bind_null();
    }
    statement.run();
    return message_id;
}

std::int64_t Ledger::unfinished(const std::string& device_id) const {
    auto statement = database_.prepare(
        "SELECT COUNT(*) FROM road_command WHERE device_id = ? AND phase <> 'finished'");
    statement.bind(device_id);
    return statement.step() ? statement.integer(0) : 0;
}

std::optional<CommandRecord> Ledger::find(const std::string& message_id) const {
    auto statement = database_.prepare(std::string(record_columns) + "WHERE message_id = ?");
    statement.bind(message_id);
    if (!statement.step()) return std::nullopt;
    CommandRecord record = read_record(statement);
    record.progress = progress_of(database_, message_id);
    return record;
}

std::vector<CommandRecord> Ledger::list(const std::string& device_id, int limit) const {
    std::vector<CommandRecord> records;
    {
        auto statement = database_.prepare(std::string(record_columns) +
                                           "WHERE device_id = ? ORDER BY position DESC LIMIT ?");
        statement.bind(device_id).bind(std::int64_t{limit});
        while (statement.step()) records.push_back(read_record(statement));
    }
    for (CommandRecord& record : records)
        record.progress = progress_of(database_, record.message_id);
    return records;
}

std::vector<OpenCommand> Ledger::unanswered(const std::string& device_id) const {
    auto statement = database_.prepare(
        "SELECT message_id, expires_ms FROM road_command WHERE device_id = ? AND phase <> "
        "'finished' "
        "AND phase <> 'accepted' ORDER BY position");
    statement.bind(device_id);
    std::vector<OpenCommand> commands;
    while (statement.step()) commands.push_back({statement.text(0), {statement.integer(1)}});
    return commands;
}

std::optional<contract::Envelope> Ledger::take_for_sending(const std::string& message_id,
                                                           WallTime now) {
    contract::Envelope envelope;
    DeliveryPhase phase{};
    {
        auto statement = database_.prepare(
            "SELECT type, body, correlation_id, actor_kind, actor_id, actor_role, ocl_version, "
            "expires_ms, "
            "not_before_ms, phase FROM road_command WHERE message_id = ?");
        statement.bind(message_id);
        if (!statement.step()) return std::nullopt;
        envelope.message_id = message_id;
        envelope.type = contract::message_type_from(statement.text(0))
                            .value_or(contract::MessageType::DEVICE_CONFIG);
        envelope.body = statement.text(1);
        envelope.correlation_id = statement.text(2);
        envelope.actor = contract::Actor{statement.text(3), statement.text(4), statement.text(5)};
        if (!statement.is_null(6)) envelope.ocl_version = statement.text(6);
        envelope.expires_at = WallTime{statement.integer(7)};
        if (!statement.is_null(8)) envelope.not_before = WallTime{statement.integer(8)};
        phase = link::delivery_phase_from(statement.text(9));
    }
    const bool late = phase == DeliveryPhase::queued && now >= *envelope.expires_at;
    const auto answer =
        link::delivery_table().at(phase, late ? DeliveryEvent::expire : DeliveryEvent::send);
    if (answer.ignored) return std::nullopt;
    if (late) {
        move(message_id, answer.next, "expired");
        return std::nullopt;
    }
    auto count = database_.prepare(
        "UPDATE road_command SET attempts = attempts + 1, phase = ?, state = 'sent' WHERE "
        "message_id = ?");
    count.bind(link::to_string(answer.next)).bind(message_id).run();
    return envelope;
}

std::vector<std::string> Ledger::expire_queued(WallTime now) {
    auto statement = database_.prepare(
        "UPDATE road_command SET phase = 'finished', state = 'expired' WHERE phase <> 'finished' "
        "AND phase = 'queued' "
        "AND expires_ms <= ? RETURNING device_id");
    statement.bind(now.ms);
    std::vector<std::string> devices;
    while (statement.step()) devices.push_back(statement.text(0));
    std::sort(devices.begin(), devices.end());
    devices.erase(std::unique(devices.begin(), devices.end()), devices.end());
    return devices;
}

std::optional<Ledger::Position> Ledger::position_of(const std::string& device_id,
                                                    const std::string& message_id) const {
    auto statement = database_.prepare(
        "SELECT phase, state, progress_revision FROM road_command WHERE message_id = ? AND "
        "device_id = ?");
    statement.bind(message_id).bind(device_id);
    if (!statement.step()) return std::nullopt;
    return Position{link::delivery_phase_from(statement.text(0)), statement.text(1),
                    statement.integer(2)};
}

void Ledger::move(const std::string& message_id, DeliveryPhase phase, const std::string& state) {
    auto statement =
        database_.prepare("UPDATE road_command SET phase = ?, state = ? WHERE message_id = ?");
    statement.bind(link::to_string(phase)).bind(state).bind(message_id).run();
}

// Another device's command is not found here: nobody answers for somebody else.
bool Ledger::on_ack(const std::string& device_id, const contract::Ack& ack,
                    const std::string& body) {
    const auto position = position_of(device_id, ack.message_id);
    if (!position) return false;
    const link::AckMeaning meaning = link::meaning_of(ack);
    const auto answer = link::delivery_table().at(position->phase, meaning.event);
    if (answer.ignored)
        return position->phase != DeliveryPhase::sent && position->phase != DeliveryPhase::queued;
    move(ack.message_id, answer.next, meaning.shown);
    if (meaning.event == DeliveryEvent::ack_about_copy) return false;
    auto statement = database_.prepare("UPDATE road_command SET ack = ? WHERE message_id = ?");
    statement.bind(body).bind(ack.message_id).run();
    return true;
}

bool Ledger::on_progress(const std::string& device_id, const contract::Progress& progress,
                         const std::string& body) {
    const auto position = position_of(device_id, progress.message_id);
    if (!position) return false;
    if (progress.revision <= position->revision) return true;
    const auto answer = link::delivery_table().at(position->phase, link::meaning_of(progress));
    // A `duplicate` may have told the end before the PROGRESS that holds its result: the same end
    // is filled in.
    if (answer.ignored && position->state != progress.state) return true;
    if (!answer.ignored) move(progress.message_id, answer.next, progress.state);
    auto keep = database_.prepare(
        "INSERT OR REPLACE INTO road_progress (message_id, revision, body) VALUES (?, ?, ?)");
    keep.bind(progress.message_id).bind(progress.revision).bind(body).run();
    auto newest =
        database_.prepare("UPDATE road_command SET progress_revision = ? WHERE message_id = ?");
    newest.bind(progress.revision).bind(progress.message_id).run();
    auto trim =
        database_.prepare("DELETE FROM road_progress WHERE message_id = ? AND revision <= ?");
    trim.bind(progress.message_id).bind(progress.revision - live_progress_kept).run();
    return true;
}

bool Ledger::was_let_in(const std::string& device_id, const std::string& message_id) const {
    auto statement =
        database_.prepare("SELECT 1 FROM road_inbox WHERE device_id = ? AND message_id = ?");
    statement.bind(device_id).bind(message_id);
    return statement.step();
}

void Ledger::let_in(const std::string& device_id, const std::string& message_id, WallTime now) {
    auto statement = database_.prepare(
        "INSERT INTO road_inbox (device_id, message_id, received_ms) VALUES (?, ?, ?)");
    statement.bind(device_id).bind(message_id).bind(now.ms).run();
}

void Ledger::prune(WallTime now, std::int64_t inbox_days) {
    auto inbox = database_.prepare("DELETE FROM road_inbox WHERE received_ms < ?");
    inbox.bind(now.ms - inbox_days * 86'400'000).run();
    auto commands = database_.prepare(
        "DELETE FROM road_command WHERE phase = 'finished' AND expires_ms < ? AND position <= "
        "(SELECT COALESCE(MAX(position), 0) FROM road_command) - 100000");
    commands.bind(now.ms - 90LL * 86'400'000).run();
}

}  // namespace vistter::studio
