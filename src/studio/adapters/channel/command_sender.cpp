#include "studio/adapters/channel/command_sender.hpp"

#include <algorithm>
#include <utility>

#include "base/crash_point.hpp"
#include "base/log.hpp"

namespace vistter::studio {

link::LedgerRow command_row(const contract::Envelope& envelope, WallTime now) {
    link::LedgerRow row;
    row.at = now;
    row.direction = "out";
    row.type = contract::to_string(envelope.type);
    row.message_id = envelope.message_id;
    row.content = envelope.body;
    return row;
}

void CommandSender::open() {
    open_ = true;
    for (const OpenCommand& command : parts_.tables.ledger.open_commands(device_id_))
        add(command.message_id, command.expires_at, false);
    pump();
}

void CommandSender::close() {
    open_ = false;
    retry_.reset();
}

bool CommandSender::at_leisure() const {
    return open_ && unsent_.empty() && courier_.in_flight() < in_flight_limit;
}

void CommandSender::add(const std::string& message_id, WallTime expires_at, bool recorded) {
    courier_.add(message_id, expires_at);
    unsent_.insert(message_id);
    if (recorded) recorded_.insert(message_id);
}

void CommandSender::prepare(contract::Envelope envelope) {
    std::string id = envelope.message_id;
    prepared_.insert_or_assign(std::move(id), std::move(envelope));
}

void CommandSender::settle(const std::string& message_id) {
    prepared_.erase(message_id);
    courier_.settle(message_id);
    unsent_.erase(message_id);
    recorded_.erase(message_id);
}

void CommandSender::again(const std::string& message_id, WallTime expires_at) {
    settle(message_id);
    add(message_id, expires_at, false);
    pump();
}

void CommandSender::pump() {
    if (!open_) return;
    std::vector<Turn> turns;
    for (std::string& id : courier_.due(parts_.clock.steady(), parts_.clock.wall())) {
        unsent_.erase(id);
        turns.push_back({std::move(id), {}});
    }
    if (!turns.empty() && record(turns)) {
        for (Turn& turn : turns) {
            if (!turn.sending) {
                settle(turn.id);
                continue;
            }
            send_(turn.sending->envelope);
            note(turn.sending->envelope);
            crash_point(CrashStep::studio_after_send);
        }
    }
    retry_.reset();
    if (!open_) return;  // a send that failed has ended the session
    if (const auto next = courier_.next()) {
        const std::int64_t wait_ns = std::max<std::int64_t>(0, next->ns - parts_.clock.steady().ns);
        retry_ = parts_.loop.after(wait_ns / 1'000'000 + 1, [this] { pump(); });
    }
}

// The attempts are durable before the messages leave: a command that may have been seen is never
// taken for an unsent one.
bool CommandSender::record(std::vector<Turn>& turns) {
    const WallTime now = parts_.clock.wall();
    Ledger& ledger = parts_.tables.ledger;
    const auto write = [&] {
        for (Turn& turn : turns) {
            if (auto known = prepared_.extract(turn.id)) {
                turn.sending = Ledger::Sending{std::move(known.mapped()), false};
                continue;
            }
            turn.sending = ledger.take_for_sending(turn.id, now, recorded_.count(turn.id) == 0);
            if (turn.sending && turn.sending->first)
                parts_.tables.chain.append(device_id_, command_row(turn.sending->envelope, now));
        }
    };
    try {
        const bool all_recorded = std::all_of(turns.begin(), turns.end(), [&](const Turn& turn) {
            return recorded_.count(turn.id) != 0;
        });
        if (all_recorded) {
            write();
        } else {
            parts_.database.transaction(write);
        }
    } catch (const store::StorageFailure& failure) {
        log::error("{}: commands wait for storage: {}", device_id_, failure.what());
        return false;
    }
    for (const Turn& turn : turns) recorded_.erase(turn.id);
    return true;
}

void CommandSender::note(const contract::Envelope& envelope) {
    TraceEntry entry;
    entry.at = envelope.timestamp;
    entry.direction = "out";
    entry.what = contract::to_string(envelope.type);
    entry.message_id = envelope.message_id;
    entry.correlation_id = envelope.correlation_id;
    entry.session_id = envelope.session_id;
    entry.seq = envelope.seq;
    entry.transport = transport_;
    parts_.group.add_note([&trace = parts_.tables.trace, device_id = device_id_, entry] {
        trace.add(device_id, entry.message_id, entry);
    });
}

}  // namespace vistter::studio
