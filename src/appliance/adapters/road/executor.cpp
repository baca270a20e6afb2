#include "appliance/adapters/road/executor.hpp"

#include <algorithm>
#include <utility>

#include "base/crash_point.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "contract/object_writer.hpp"
#include "link/authority.hpp"

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

Executor::Executor(async::Loop& loop, RoadStore& store, const link::StudioClock& time,
                   const Clock& clock, Random& random, ExecutorPorts ports)
    : loop_(loop),
      store_(store),
      time_(time),
      clock_(clock),
      random_(random),
      ports_(std::move(ports)) {}

void Executor::resume_unfinished() {
    for (const JournalRow& row : store_.journal.unfinished()) {
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

void Executor::clear() {
    lanes_ = {};
    settled_.clear();
    cancelled_.clear();
    deferred_.clear();
}

void Executor::group(const std::function<void()>& work) {
    const link::Lanes lanes = lanes_;
    const std::size_t settled = settled_.size(), cancelled = cancelled_.size();
    const bool answered = std::exchange(answered_, false);
    try {
        store_.database.transaction(work);
    } catch (...) {
        lanes_ = lanes;
        settled_.erase(settled_.begin() + static_cast<std::ptrdiff_t>(settled), settled_.end());
        cancelled_.erase(cancelled_.begin() + static_cast<std::ptrdiff_t>(cancelled),
                         cancelled_.end());
        after_commit_.clear();
        answered_ = answered;
        store_.reload();
        throw;
    }
    for (const auto& action : std::exchange(after_commit_, {})) action();
    if (answered_) crash_point(CrashStep::appliance_after_journal);
    answered_ = answered_ || answered;
    schedule_turn();
}

void Executor::accept(const Arrived& arrived) {
    crash_point(CrashStep::appliance_before_journal);
    const contract::Envelope& envelope = arrived.envelope;
    auto parsed = contract::parse_body(envelope);
    if (!parsed) return refuse(arrived, parsed.error());
    std::vector<contract::Warning> warnings = warnings_of(envelope);
    std::move(parsed->warnings.begin(), parsed->warnings.end(), std::back_inserter(warnings));
    const bool now = !envelope.not_before || *envelope.not_before <= time_.now() ||
                     envelope.type == contract::MessageType::COMMAND_CANCEL;
    if (now)
        return decide(Command{envelope, std::move(parsed->body)}, arrived, std::move(warnings));
    Decision later;
    later.ack.status = "accepted";
    later.ack.warnings = std::move(warnings);
    keep(arrived, later, CommandState::deferred);
    after_commit_.push_back(
        [this, id = envelope.message_id, when = *envelope.not_before] { defer(id, when); });
}

// The command's stored effect, its journal row and its ACK become durable together or not at all.
void Executor::decide(const Command& command, const Arrived& arrived,
                      std::vector<contract::Warning> warnings) {
    const auto* wish = std::get_if<contract::CommandCancel>(&command.body);
    Decision decision = wish ? cancel(command, *wish) : handler_->decide(command);
    decision.ack.warnings.insert(decision.ack.warnings.end(), warnings.begin(), warnings.end());
    const bool open = decision.ack.status == "accepted";
    const bool settled = decision.ack.status == "completed" && !wish;
    if (open) {
        decision.ack.lane_position = lanes_.position(decision.lane);
        enqueue(decision.lane, command.envelope.message_id, command.envelope.expires_at);
    }
    keep(arrived, std::move(decision), open ? CommandState::waiting : CommandState::finished);
    if (settled) settled_.push_back(command);
}

// COMMAND_CANCEL: one answer, and the cancelled command's own end says `cancelled` (contract B.9).
Decision Executor::cancel(const Command& command, const contract::CommandCancel& wish) {
    Decision decision;
    const auto row = store_.journal.find(wish.message_id);
    const auto target = row ? read(*row) : std::nullopt;
    if (!row || !target) {
        decision.ack = rejection(
            fail(ErrorCode::STA_UNKNOWN_COMMAND, "no command of this id was accepted here"));
        return decision;
    }
    const auto& actor = command.envelope.actor;
    if (!actor || !link::may_order(actor->role, target->envelope.type)) {
        decision.ack = rejection(
            fail(ErrorCode::SEC_UNAUTHORISED, "who may not order a command may not cancel it"));
        return decision;
    }
    std::string state = row->progress_state.empty() ? row->ack_status : row->progress_state;
    if (row->state != CommandState::finished) {
        state = "cancelled";
        if (!wish.dry_run) {
            if (row->state == CommandState::running) cancelled_.push_back(*target);
            end_cancelled(*row, wish.reason);
        }
    }
    decision.ack.status = "completed";
    decision.ack.result.text = contract::ObjectWriter().text("state", state).str();
    return decision;
}

void Executor::end_cancelled(const JournalRow& row, const std::string& reason) {
    contract::Progress end;
    end.message_id = row.message_id;
    end.state = "cancelled";
    end.stage = reason;
    end.revision = row.progress_revision + 1;
    store_progress(row, end, true);
    lanes_.drop(row.message_id);
    after_commit_.push_back([this, id = row.message_id] { deferred_.erase(id); });
}

void Executor::refuse(const Arrived& arrived, const Error& error) {
    Decision decision;
    decision.ack = rejection(error);
    decision.ack.warnings = warnings_of(arrived.envelope);
    keep(arrived, std::move(decision), CommandState::finished);
}

void Executor::keep(const Arrived& arrived, Decision decision, CommandState state) {
    const contract::Envelope& envelope = arrived.envelope;
    JournalRow row;
    row.message_id = envelope.message_id;
    row.correlation_id = envelope.correlation_id;
    row.payload = arrived.payload;
    row.lane = decision.lane;
    row.ack_status = decision.ack.status;
    row.state = state;
    store_.journal.add(envelope, row, clock_.wall());
    store_.ledger.append(
        {"in", envelope.type, envelope.message_id, envelope.message_id, arrived.message},
        clock_.wall());
    decision.ack.message_id = envelope.message_id;
    OutboxRow out;
    out.correlation_id = envelope.correlation_id;
    out.type = contract::MessageType::ACK;
    out.body = contract::write_body(decision.ack);
    put_answer(envelope.message_id, std::move(out));
    answered_ = true;
}

// ACK or terminal PROGRESS of the command `subject`: into the outbox and into the ledger.
void Executor::put_answer(const std::string& subject, OutboxRow row) {
    row.message_id = make_uuid7(clock_, random_);
    store_.outbox.put(row, link::keep::answer, clock_.wall());
    store_.ledger.append({"out", row.type, row.message_id, subject, row.body}, clock_.wall());
}

void Executor::repeat(const contract::Envelope& envelope) {
    const auto row = store_.journal.find(envelope.message_id);
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
            store_.reload();
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
    const auto row = store_.journal.find(message_id);
    if (!row || row->state != CommandState::deferred) return;
    const auto command = read(*row);
    if (!command) return;
    const contract::Envelope& envelope = command->envelope;
    if (envelope.expires_at && time_.now() >= *envelope.expires_at) return expire(message_id);
    Decision decision;
    store_.database.transaction([&] {
        decision = ask(*command);
        if (decision.ack.status == "accepted") {
            return store_.journal.move(*row, CommandState::waiting, decision.lane);
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
    for (const Command& command : std::exchange(cancelled_, {}))
        tell(command, &CommandHandler::cancelled);
    for (const Command& command : std::exchange(settled_, {})) {
        crash_point(CrashStep::appliance_before_effect);
        tell(command, &CommandHandler::committed);
        crash_point(CrashStep::appliance_after_effect);
    }
    while (true) {
        std::vector<link::Lanes::Waiting> ready;
        while (auto next = lanes_.begin()) ready.push_back(std::move(*next));
        if (ready.empty()) return;
        begin(ready);
    }
}

void Executor::tell(const Command& command, void (CommandHandler::*what)(const Command&)) {
    try {
        (handler_->*what)(command);
    } catch (const std::exception& fault) {
        log::error("command {}: {}", command.envelope.message_id, fault.what());
    }
}

// Those of all lanes whose turn it is: noted as running in one transaction, then run.
void Executor::begin(const std::vector<link::Lanes::Waiting>& ready) {
    std::vector<Command> commands;
    try {
        store_.database.transaction([&] {
            for (const auto& waiting : ready) {
                if (auto command = ready_to_run(waiting)) commands.push_back(std::move(*command));
            }
        });
    } catch (const store::StorageFailure& failure) {
        log::error("{} commands wait for storage: {}", ready.size(), failure.what());
        store_.reload();
        return try_again(ready.front().message_id, [this, ready] { begin(ready); });
    }
    for (const Command& command : commands) run(command);
}

std::optional<Command> Executor::ready_to_run(const link::Lanes::Waiting& waiting) {
    const std::string& id = waiting.message_id;
    const auto row = store_.journal.find(id);
    auto command = row && row->state != CommandState::finished ? read(*row) : std::nullopt;
    if (!command) {
        lanes_.release(id);
        return std::nullopt;
    }
    if (row->state == CommandState::running) return command;
    if (time_.now() >= waiting.expires_at) {
        expire(id);
        return std::nullopt;
    }
    store_.journal.move(*row, CommandState::running, row->lane);
    return command;
}

void Executor::run(const Command& command) {
    const std::string& id = command.envelope.message_id;
    try {
        crash_point(CrashStep::appliance_before_effect);
        handler_->run(command);
        crash_point(CrashStep::appliance_after_effect);
    } catch (const store::StorageFailure& failure) {
        log::error("command {} waits for storage: {}", id, failure.what());
        try_again(id, [this, command] { run(command); });
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
        const auto row = store_.journal.find(message_id);
        if (!row || row->state == CommandState::finished) return;
        progress.message_id = message_id;
        progress.revision = std::max(progress.revision, row->progress_revision + 1);
        const bool terminal = contract::is_terminal_progress(progress.state);
        store_progress(*row, progress, terminal);
        if (!terminal) ports_.send_once(progress, row->correlation_id);
    } catch (const store::StorageFailure& failure) {
        log::error("PROGRESS {} of {} waits for storage: {}", progress.state, message_id,
                   failure.what());
        store_.reload();
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
        return store_.journal.progress(row, progress.state, progress.revision, std::nullopt);
    crash_point(CrashStep::appliance_before_result);
    store_.database.transaction([&] {
        store_.journal.progress(row, progress.state, progress.revision, clock_.wall());
        OutboxRow out;
        out.correlation_id = row.correlation_id;
        out.type = contract::MessageType::PROGRESS;
        out.body = contract::write_body(progress);
        put_answer(row.message_id, std::move(out));
    });
    crash_point(CrashStep::appliance_after_result);
}

}  // namespace vistter::appliance
