#include "studio/adapters/channel/ledger.hpp"

#include <algorithm>

namespace vistter::studio {

using link::DeliveryEvent;
using link::DeliveryPhase;

namespace {

constexpr std::int64_t live_progress_kept = 200;
constexpr std::int64_t progress_due_ms = 60'000;  // contract B.9, when nobody said otherwise

std::string lines(const std::vector<std::string>& items) {
    std::string text;
    for (const std::string& item : items) text += (text.empty() ? "" : "\n") + item;
    return text;
}

}  // namespace

void Ledger::add(const NewCommand& command, const std::string& message_id, WallTime now,
                 WallTime expires_at, bool sent) {
    --room_[command.device_id];
    auto statement = database_.prepare(
        "INSERT INTO road_command (message_id, device_id, correlation_id, type, body, actor_kind, "
        "actor_id, actor_role, ocl_version, accepted_ms, expires_ms, not_before_ms, requires, "
        "attempts, phase, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    statement.bind(message_id).bind(command.device_id);
    statement.bind(command.correlation_id.empty() ? message_id : command.correlation_id);
    statement.bind(contract::to_string(command.type)).bind(command.body);
    statement.bind(command.actor.kind).bind(command.actor.id).bind(command.actor.role);
    statement.bind(command.ocl_version).bind(now.ms).bind(expires_at.ms);
    if (command.not_before) {
        statement.bind(command.not_before->ms);
    } else {
        statement.bind_null();
    }
    const auto phase = link::to_string(sent ? DeliveryPhase::sent : DeliveryPhase::queued);
    statement.bind(lines(command.requires_features)).bind(sent ? 1 : 0).bind(phase).bind(phase);
    statement.run();
}

std::optional<Ledger::Sending> Ledger::take_for_sending(const std::string& message_id, WallTime now,
                                                        bool record) {
    Sending sending;
    contract::Envelope& envelope = sending.envelope;
    DeliveryPhase phase{};
    {
        auto statement = database_.prepare(
            "SELECT type, body, correlation_id, actor_kind, actor_id, actor_role, ocl_version, "
            "expires_ms, not_before_ms, phase, requires FROM road_command WHERE message_id = ? "
            "AND cancelled_by = ''");
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
        const std::string features = statement.text(10);
        for (std::size_t begin = 0; begin < features.size();) {
            const std::size_t end = std::min(features.find('\n', begin), features.size());
            envelope.requires_features.push_back(features.substr(begin, end - begin));
            begin = end + 1;
        }
    }
    sending.first = phase == DeliveryPhase::queued;
    if (sending.first && now >= *envelope.expires_at) return std::nullopt;
    const auto answer = link::delivery_table().at(phase, DeliveryEvent::send);
    if (answer.ignored) return std::nullopt;
    if (!record) return sending;
    auto count = database_.prepare(
        "UPDATE road_command SET attempts = attempts + 1, phase = ?, state = CASE phase WHEN "
        "'queued' THEN 'sent' ELSE state END WHERE message_id = ?");
    count.bind(link::to_string(answer.next)).bind(message_id).run();
    return sending;
}

std::vector<std::string> Ledger::expire_queued(WallTime now) {
    auto statement = database_.prepare(
        "UPDATE road_command SET phase = 'finished', state = 'expired', finished_ms = ? WHERE "
        "phase <> 'finished' AND phase = 'queued' AND expires_ms <= ? RETURNING message_id");
    statement.bind(now.ms).bind(now.ms);
    std::vector<std::string> ids;
    while (statement.step()) ids.push_back(statement.text(0));
    return ids;
}

std::optional<Ledger::Position> Ledger::position_of(const std::string& device_id,
                                                    const std::string& message_id) const {
    auto statement = database_.prepare(
        "SELECT phase, state, correlation_id, progress_revision, type FROM road_command WHERE "
        "message_id = ? AND device_id = ?");
    statement.bind(message_id).bind(device_id);
    if (!statement.step()) return std::nullopt;
    return Position{
        link::delivery_phase_from(statement.text(0)), statement.text(1), statement.text(2),
        statement.integer(3),
        statement.text(4) == contract::to_string(contract::MessageType::COMMAND_CANCEL)};
}

void Ledger::move(const std::string& message_id, DeliveryPhase phase, const std::string& state,
                  WallTime now) {
    auto statement = database_.prepare(
        "UPDATE road_command SET phase = ?, state = ?, finished_ms = ? WHERE message_id = ?");
    statement.bind(link::to_string(phase)).bind(state);
    statement.bind(phase == DeliveryPhase::finished ? std::optional<std::int64_t>(now.ms)
                                                    : std::nullopt);
    statement.bind(message_id).run();
}

// As move(), and the first answer itself.
void Ledger::answer(const std::string& message_id, DeliveryPhase phase, const std::string& state,
                    const std::string& body, WallTime now) {
    const bool finished = phase == DeliveryPhase::finished;
    auto statement = database_.prepare(
        "UPDATE road_command SET phase = ?, state = ?, ack = ?, finished_ms = ?, promised_ms = "
        "COALESCE(?, promised_ms) WHERE message_id = ?");
    statement.bind(link::to_string(phase)).bind(state).bind(body);
    statement.bind(finished ? std::optional<std::int64_t>(now.ms) : std::nullopt);
    statement.bind(finished ? std::nullopt : std::optional<std::int64_t>(now.ms + progress_due_ms));
    statement.bind(message_id).run();
}

void Ledger::promise(const std::string& message_id, WallTime by) {
    auto statement =
        database_.prepare("UPDATE road_command SET promised_ms = ? WHERE message_id = ?");
    statement.bind(by.ms).bind(message_id).run();
}

// Another device's command is not found here: nobody answers for somebody else.
AnswerEffect Ledger::on_ack(const std::string& device_id, const contract::Ack& ack,
                            const std::string& body, WallTime now) {
    AnswerEffect effect;
    const auto position = position_of(device_id, ack.message_id);
    if (!position) return effect;
    effect.known = true;
    effect.cancel = position->is_cancel;
    effect.correlation_id = position->correlation_id;
    const link::AckMeaning meaning = link::meaning_of(ack);
    const auto answer = link::delivery_table().at(position->phase, meaning.event);
    if (answer.ignored) {
        effect.settled =
            position->phase != DeliveryPhase::sent && position->phase != DeliveryPhase::queued;
        return effect;
    }
    effect.moved = position->state != meaning.shown;
    effect.finished = answer.next == DeliveryPhase::finished;
    if (meaning.event == DeliveryEvent::ack_about_copy) {
        move(ack.message_id, answer.next, meaning.shown, now);
        return effect;
    }
    effect.settled = true;
    this->answer(ack.message_id, answer.next, meaning.shown, body, now);
    return effect;
}

AnswerEffect Ledger::on_progress(const std::string& device_id, const contract::Progress& progress,
                                 const std::string& body, WallTime now) {
    AnswerEffect effect;
    const auto position = position_of(device_id, progress.message_id);
    if (!position) return effect;
    effect.known = effect.settled = true;
    effect.correlation_id = position->correlation_id;
    if (progress.revision <= position->revision) return effect;
    const auto answer = link::delivery_table().at(position->phase, link::meaning_of(progress));
    // A `duplicate` may have told the end before the PROGRESS that holds its result: the same end
    // is filled in.
    if (answer.ignored && position->state != progress.state) return effect;
    effect.moved = position->state != progress.state || answer.next != position->phase;
    effect.finished = !answer.ignored && answer.next == DeliveryPhase::finished;
    if (!answer.ignored) move(progress.message_id, answer.next, progress.state, now);
    keep_progress(progress, body);
    promise(progress.message_id,
            progress.next_update_by.value_or(WallTime{now.ms + progress_due_ms}));
    return effect;
}

void Ledger::keep_progress(const contract::Progress& progress, const std::string& body) {
    auto keep = database_.prepare(
        "INSERT OR REPLACE INTO road_progress (message_id, revision, body) VALUES (?, ?, ?)");
    keep.bind(progress.message_id).bind(progress.revision).bind(body).run();
    auto newest =
        database_.prepare("UPDATE road_command SET progress_revision = ? WHERE message_id = ?");
    newest.bind(progress.revision).bind(progress.message_id).run();
    auto trim =
        database_.prepare("DELETE FROM road_progress WHERE message_id = ? AND revision <= ?");
    trim.bind(progress.message_id).bind(progress.revision - live_progress_kept).run();
}

bool Ledger::cancel_unsent(const std::string& message_id, WallTime now) {
    auto statement = database_.prepare(
        "UPDATE road_command SET phase = 'finished', state = 'cancelled', finished_ms = ? WHERE "
        "message_id = ? AND phase = 'queued'");
    statement.bind(now.ms).bind(message_id).run();
    return database_.changes() == 1;
}

void Ledger::cancel_asked(const std::string& message_id, const std::string& cancel_id) {
    auto statement =
        database_.prepare("UPDATE road_command SET cancelled_by = ? WHERE message_id = ?");
    statement.bind(cancel_id).bind(message_id).run();
}

std::optional<Ledger::Cancelled> Ledger::cancel_ended(const std::string& cancel_id,
                                                      bool unknown_there, WallTime now) {
    Cancelled cancelled;
    DeliveryPhase phase{};
    {
        auto statement = database_.prepare(
            "SELECT message_id, expires_ms, phase FROM road_command WHERE cancelled_by = ? AND "
            "cancelled_by <> ''");
        statement.bind(cancel_id);
        if (!statement.step()) return std::nullopt;
        cancelled.target = statement.text(0);
        cancelled.expires_at = {statement.integer(1)};
        phase = link::delivery_phase_from(statement.text(2));
    }
    cancel_asked(cancelled.target, "");
    const auto answer = link::delivery_table().at(phase, DeliveryEvent::cancel);
    if (unknown_there && !answer.ignored) {
        move(cancelled.target, answer.next, "cancelled", now);
        cancelled.finished = true;
    }
    return cancelled;
}

void Ledger::let_in(const std::string& device_id, const std::string& message_id, WallTime now) {
    auto statement = database_.prepare(
        "INSERT INTO road_inbox (device_id, message_id, received_ms) VALUES (?, ?, ?)");
    statement.bind(device_id).bind(message_id).bind(now.ms).run();
    const auto newest = newest_.find(device_id);
    if (newest != newest_.end() && newest->second < message_id) newest->second = message_id;
}

void Ledger::prune(WallTime now, std::int64_t inbox_days) {
    auto inbox = database_.prepare("DELETE FROM road_inbox WHERE received_ms < ?");
    inbox.bind(now.ms - inbox_days * 86'400'000).run();
    // What an appliance's settings are is told from all its DEVICE_CONFIGs.
    auto commands = database_.prepare(
        "DELETE FROM road_command WHERE phase = 'finished' AND expires_ms < ? AND type <> "
        "'DEVICE_CONFIG' AND position <= "
        "(SELECT COALESCE(MAX(position), 0) FROM road_command) - 100000");
    commands.bind(now.ms - 90LL * 86'400'000).run();
}

}  // namespace vistter::studio
