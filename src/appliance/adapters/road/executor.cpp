#include "appliance/adapters/road/executor.hpp"

#include <algorithm>
#include <utility>

#include "base/crash_point.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"

namespace vistter::appliance {

using link::CommandState;

namespace {

constexpr std::int64_t storage_pause_ms = 5'000;  // between tries while the disk is full

contract::Ack rejection(const Error& error) {
    contract::Ack ack;
    ack.status = "rejected";
    ack.error = error;
    return ack;
}

std::vector<contract::Warning> warnings_of(const contract::Envelope& envelope) {
    std::vector<contract::Warning> warnings;
    for (const std::string& pointer : envelope.unknown_members) {
        warnings.push_back({"VAL_UNKNOWN_FIELD", pointer, "this version does not know the member"});
    }
    return warnings;
}

}  // namespace

Executor::Executor(async::Loop& loop, store::Database& database, Journal& journal,
                   OutboxStore& outbox, const link::StudioClock& time, const Clock& clock,
                   Random& random, ExecutorPorts ports)
    : loop_(loop),
      database_(database),
      journal_(journal),
      outbox_(outbox),
      time_(time),
      clock_(clock),
      random_(random),
      ports_(std::move(ports)) {}

void Executor::resume_unfinished() {
    for (const JournalRow& row : journal_.unfinished()) {
        const auto command = read(row);
        if (!command) {
            contract::Progress lost;
            lost.state = "failed";
            lost.error =
                fail(ErrorCode::SYS_INTERNAL, "the journaled command can no longer be read");
            progress(row.message_id, std::move(lost));
        } else if (row.state == CommandState::deferred) {
            defer(row.message_id, command->envelope.not_before.value_or(WallTime{0}));
        } else {
            // What had begun before the restart goes on even if it has expired since.
            const bool begun = row.state == CommandState::running;
            enqueue(row.lane, row.message_id, begun ? std::nullopt : command->envelope.expires_at);
        }
    }
    schedule_turn();
}

std::optional<Command> Executor::read(const JournalRow& row) {
    auto envelope = contract::parse_envelope(row.payload);
    if (!envelope) return std::nullopt;
    auto parsed = contract::parse_body(*envelope);
    if (!parsed) return std::nullopt;
    return Command{std::move(*envelope), std::move(parsed->body)};
}

void Executor::accept(const contract::Envelope& envelope, const std::string& payload) {
    crash_point(CrashStep::appliance_before_journal);
    auto parsed = contract::parse_body(envelope);
    if (!parsed) return refuse(envelope, payload, parsed.error());
    std::vector<contract::Warning> warnings = warnings_of(envelope);
    std::move(parsed->warnings.begin(), parsed->warnings.end(), std::back_inserter(warnings));
    if (envelope.not_before && *envelope.not_before > time_.now()) {
        Decision later;
        later.ack.status = "accepted";
        later.ack.warnings = std::move(warnings);
        database_.transaction([&] { keep(envelope, payload, later, CommandState::deferred); });
        defer(envelope.message_id, *envelope.not_before);
    } else {
        decide(Command{envelope, std::move(parsed->body)}, payload, std::move(warnings));
    }
    crash_point(CrashStep::appliance_after_journal);
    schedule_turn();
}

// The command's stored effect, its journal row and its ACK become durable together or not at all.
void Executor::decide(const Command& command, const std::string& payload,
                      std::vector<contract::Warning> warnings) {
    const contract::Envelope& envelope = command.envelope;
    Decision decision;
    try {
        database_.transaction([&] {
            decision = handler_->decide(command);
            decision.ack.warnings.insert(decision.ack.warnings.end(), warnings.begin(),
                                         warnings.end());
            const bool open = decision.ack.status == "accepted";
            if (open) decision.ack.lane_position = lanes_.position(decision.lane);
            keep(envelope, payload, decision,
                 open ? CommandState::waiting : CommandState::finished);
        });
    } catch (const store::StorageFailure&) {
        outbox_.recount();
        throw;
    } catch (const std::exception& fault) {
        log::error("command {} could not be decided: {}", envelope.message_id, fault.what());
        outbox_.recount();
        return refuse(envelope, payload,
                      fail(ErrorCode::SYS_INTERNAL, "the appliance could not decide this command"));
    }
    if (decision.ack.status == "accepted") {
        enqueue(decision.lane, envelope.message_id, envelope.expires_at);
    } else if (decision.ack.status == "completed") {
        settled_.push_back(command);
    }
}

void Executor::refuse(const contract::Envelope& envelope, const std::string& payload,
                      const Error& error) {
    database_.transaction([&] {
        Decision decision;
        decision.ack = rejection(error);
        decision.ack.warnings = warnings_of(envelope);
        keep(envelope, payload, std::move(decision), CommandState::finished);
    });
    schedule_turn();
}

void Executor::keep(const contract::Envelope& envelope, const std::string& payload,
                    Decision decision, CommandState state) {
    JournalRow row;
    row.message_id = envelope.message_id;
    row.correlation_id = envelope.correlation_id;
    row.payload = payload;
    row.lane = decision.lane;
    row.ack_status = decision.ack.status;
    row.state = state;
    journal_.add(envelope, row, clock_.wall());
    put_ack(envelope, std::move(decision.ack));
}

void Executor::put_ack(const contract::Envelope& envelope, contract::Ack ack) {
    ack.message_id = envelope.message_id;
    OutboxRow row;
    row.message_id = make_uuid7(clock_, random_);
    row.correlation_id = envelope.correlation_id;
    row.type = contract::MessageType::ACK;
    row.body = contract::write_body(ack);
    outbox_.put(row, link::keep::answer, clock_.wall());
    answered_ = true;
}

void Executor::repeat(const contract::Envelope& envelope) {
    const auto row = journal_.find(envelope.message_id);
    if (!row) return;
    contract::Ack ack;
    ack.message_id = envelope.message_id;
    ack.status = "duplicate";
    ack.original_status = row->ack_status;
    ack.original_progress_state = row->progress_state;
    ports_.send_once(ack, envelope.correlation_id);
}

void Executor::defer(const std::string& message_id, WallTime not_before) {
    const std::int64_t wait = std::max<std::int64_t>(0, not_before.ms - time_.now().ms);
    deferred_[message_id] = loop_.after(wait, [this, message_id] {
        const async::Handle spent = std::move(deferred_[message_id]);
        deferred_.erase(message_id);
        try {
            decide_deferred(message_id);
        } catch (const store::StorageFailure& failure) {
            log::error("command {} waits for storage: {}", message_id, failure.what());
            outbox_.recount();
            defer(message_id, {time_.now().ms + storage_pause_ms});
        }
    });
}

void Executor::try_again(const std::string& message_id, std::function<void()> work) {
    deferred_[message_id] =
        loop_.after(storage_pause_ms, [this, message_id, work = std::move(work)] {
            const async::Handle spent = std::move(deferred_[message_id]);
            deferred_.erase(message_id);
            work();
        });
}

Decision Executor::ask(const Command& command) {
    try {
        return handler_->decide(command);
    } catch (const store::StorageFailure&) {
        throw;
    } catch (const std::exception& fault) {
        log::error("command {} could not be decided: {}", command.envelope.message_id,
                   fault.what());
        Decision decision;
        decision.ack =
            rejection(fail(ErrorCode::SYS_INTERNAL, "the appliance could not decide this command"));
        return decision;
    }
}

// The time of a journaled command has come: it is decided now, and what would have been its ACK is
// its terminal PROGRESS.
void Executor::decide_deferred(const std::string& message_id) {
    const auto row = journal_.find(message_id);
    if (!row || row->state != CommandState::deferred) return;
    const auto command = read(*row);
    if (!command) return;
    const contract::Envelope& envelope = command->envelope;
    if (envelope.expires_at && time_.now() >= *envelope.expires_at) return expire(message_id);
    Decision decision;
    database_.transaction([&] {
        decision = ask(*command);
        if (decision.ack.status == "accepted") {
            return journal_.move(message_id, CommandState::waiting, decision.lane);
        }
        contract::Progress end;
        end.state = decision.ack.status == "completed" ? "succeeded" : "failed";
        end.message_id = message_id;
        end.revision = row->progress_revision + 1;
        end.result = decision.ack.result;
        end.error = decision.ack.error;
        store_progress(*row, end, true);
    });
    if (decision.ack.status == "accepted") enqueue(decision.lane, message_id, envelope.expires_at);
    if (decision.ack.status == "completed") settled_.push_back(*command);
    schedule_turn();
}

void Executor::enqueue(const std::string& lane, const std::string& message_id,
                       std::optional<WallTime> expires_at) {
    constexpr WallTime never{INT64_MAX};
    lanes_.add(lane, {message_id, expires_at.value_or(never)});
}

void Executor::schedule_turn() {
    if (std::exchange(turn_scheduled_, true)) return;
    loop_.post([this, alive = std::weak_ptr<bool>(alive_)] {
        if (alive.expired()) return;
        turn_scheduled_ = false;
        turn();
    });
}

// In the contract's order: the answers leave, then the effects come.
void Executor::turn() {
    ports_.flush();
    if (std::exchange(answered_, false)) crash_point(CrashStep::appliance_after_ack);
    for (const Command& command : std::exchange(settled_, {})) {
        crash_point(CrashStep::appliance_before_effect);
        try {
            handler_->committed(command);
        } catch (const std::exception& fault) {
            log::error("command {}: {}", command.envelope.message_id, fault.what());
        }
        crash_point(CrashStep::appliance_after_effect);
    }
    while (const auto next = lanes_.begin()) begin(*next);
}

void Executor::begin(const link::Lanes::Waiting& waiting) {
    const std::string& id = waiting.message_id;
    try {
        const auto row = journal_.find(id);
        if (!row || row->state == CommandState::finished) return lanes_.release(id);
        if (row->state != CommandState::running && time_.now() >= waiting.expires_at)
            return expire(id);
        const auto command = read(*row);
        if (!command) return lanes_.release(id);
        if (row->state != CommandState::running)
            journal_.move(id, CommandState::running, row->lane);
        crash_point(CrashStep::appliance_before_effect);
        handler_->run(*command);
        crash_point(CrashStep::appliance_after_effect);
    } catch (const store::StorageFailure& failure) {
        log::error("command {} waits for storage: {}", id, failure.what());
        try_again(id, [this, waiting] { begin(waiting); });
    } catch (const std::exception& fault) {
        log::error("command {} failed while running: {}", id, fault.what());
        contract::Progress failed;
        failed.state = "failed";
        failed.error = fail(ErrorCode::SYS_INTERNAL, "the appliance could not run this command");
        progress(id, std::move(failed));
    }
}

void Executor::expire(const std::string& message_id) {
    contract::Progress expired;
    expired.state = "expired";
    expired.error =
        fail(ErrorCode::SEC_EXPIRED, "expires_at passed before the command could begin");
    progress(message_id, std::move(expired));
}

void Executor::progress(const std::string& message_id, contract::Progress progress) {
    try {
        const auto row = journal_.find(message_id);
        if (!row || row->state == CommandState::finished) return;
        progress.message_id = message_id;
        progress.revision = std::max(progress.revision, row->progress_revision + 1);
        const bool terminal = contract::is_terminal_progress(progress.state);
        store_progress(*row, progress, terminal);
        if (!terminal) ports_.send_once(progress, row->correlation_id);
    } catch (const store::StorageFailure& failure) {
        log::error("PROGRESS {} of {} waits for storage: {}", progress.state, message_id,
                   failure.what());
        outbox_.recount();
        if (!contract::is_terminal_progress(progress.state)) return;
        return try_again(message_id,
                         [this, message_id, progress] { this->progress(message_id, progress); });
    }
    if (link::frees_lane(progress.state)) lanes_.release(message_id);
    schedule_turn();
}

void Executor::store_progress(const JournalRow& row, const contract::Progress& progress,
                              bool terminal) {
    if (!terminal)
        return journal_.progress(row.message_id, progress.state, progress.revision, std::nullopt);
    crash_point(CrashStep::appliance_before_result);
    database_.transaction([&] {
        journal_.progress(row.message_id, progress.state, progress.revision, clock_.wall());
        OutboxRow out;
        out.message_id = make_uuid7(clock_, random_);
        out.correlation_id = row.correlation_id;
        out.type = contract::MessageType::PROGRESS;
        out.body = contract::write_body(progress);
        outbox_.put(out, link::keep::answer, clock_.wall());
    });
    crash_point(CrashStep::appliance_after_result);
}

}  // namespace vistter::appliance
