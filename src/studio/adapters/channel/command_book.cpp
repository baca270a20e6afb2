#include "studio/adapters/channel/command_book.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/crash_point.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "contract/json_text.hpp"
#include "link/authority.hpp"

namespace vistter::studio {
namespace {

constexpr std::int64_t minute_ms = 60'000, day_ms = 86'400'000;

// How long a command may wait for its appliance when nobody said otherwise (contract B.2).
std::int64_t default_life_ms(const NewCommand& command) {
    using contract::MessageType;
    switch (command.type) {
        case MessageType::DEVICE_CONFIG:
        case MessageType::CREDENTIAL_REFRESH:
            return 7 * day_ms;
        case MessageType::TIMELINE_LOAD:
        case MessageType::COMMAND_CANCEL:
            return day_ms;
        case MessageType::CAMERA_ACTION: {
            const auto action = contract::text_at_pointer(command.body, "/action");
            return action && action->starts_with("\"ptz_") ? minute_ms : day_ms;
        }
        default:
            return minute_ms;
    }
}

contract::Envelope envelope_of(const NewCommand& command, const std::string& id, WallTime expires) {
    contract::Envelope envelope;
    envelope.type = command.type;
    envelope.message_id = id;
    envelope.correlation_id = command.correlation_id.empty() ? id : command.correlation_id;
    envelope.body = command.body;
    envelope.actor = command.actor;
    envelope.ocl_version = command.ocl_version;
    envelope.expires_at = expires;
    envelope.not_before = command.not_before;
    envelope.requires_features = command.requires_features;
    return envelope;
}

}  // namespace

Result<std::string> CommandBook::submit(const NewCommand& command) {
    const auto device = parts_.directory.device(command.device_id);
    if (!device) return fail(ErrorCode::RES_NOT_FOUND, "no appliance " + command.device_id);
    if (device->revoked) return fail(ErrorCode::SEC_REVOKED, "the appliance's pairing was revoked");
    crash_point(CrashStep::studio_before_accept);
    try {
        if (!parts_.tables.ledger.has_room(command.device_id, parts_.options.queue_limit)) {
            return fail(ErrorCode::LIM_QUEUE_FULL,
                        "too many unfinished commands wait for this appliance");
        }
        return accept(command);
    } catch (const store::StorageFailure& failure) {
        return failure.error();
    }
}

// When the appliance is there and nothing waits before it, the first attempt becomes durable with
// the command itself: one fsync before the message leaves, not two.
Result<std::string> CommandBook::accept(const NewCommand& command) {
    const WallTime now = parts_.clock.wall();
    const WallTime expires =
        command.expires_at.value_or(WallTime{now.ms + default_life_ms(command)});
    const std::string id = make_uuid7(parts_.clock, parts_.random);
    const CommandSender* sender = sender_(command.device_id);
    const bool at_once = sender != nullptr && sender->at_leisure();
    contract::Envelope envelope = envelope_of(command, id, expires);
    CommandRecord record;
    record.message_id = id;
    record.device_id = command.device_id;
    record.correlation_id = envelope.correlation_id;
    parts_.database.transaction([&] {
        parts_.tables.ledger.add(command, id, now, expires, at_once);
        parts_.tables.trace.decide(record, "accepted", now);
        if (at_once) parts_.tables.chain.append(command.device_id, command_row(envelope, now));
    });
    crash_point(CrashStep::studio_after_accept);
    later(command.device_id,
          [this, envelope = std::move(envelope), at_once, device_id = command.device_id,
           rollbacks = parts_.database.rollbacks()](CommandSender* session) {
              if (session != nullptr) {
                  session->add(envelope.message_id, *envelope.expires_at, at_once);
                  // Unless the transaction around this one was undone: then nobody has ordered it.
                  if (at_once && rollbacks == parts_.database.rollbacks())
                      session->prepare(envelope);
                  session->pump();
              }
              parts_.projection.changed(device_id);
          });
    return id;
}

Result<Cancellation> CommandBook::cancel(const std::string& message_id,
                                         const contract::Actor& actor, const std::string& reason) {
    const WallTime now = parts_.clock.wall();
    const auto record = parts_.tables.ledger.find(message_id, now);
    if (!record) return fail(ErrorCode::RES_NOT_FOUND, "no command " + message_id);
    const auto type = contract::message_type_from(record->type);
    if (!type || !link::may_order(actor.role, *type)) {
        return fail(ErrorCode::SEC_UNAUTHORISED,
                    "role " + actor.role + " may not order " + record->type + ", nor cancel it");
    }
    if (record->terminal) return Cancellation{true, record->state, ""};
    if (!record->cancelled_by.empty())
        return Cancellation{false, record->state, record->cancelled_by};
    if (*type == contract::MessageType::COMMAND_CANCEL)
        return fail(ErrorCode::STA_TRANSITION, "a cancellation cannot be cancelled");
    try {
        return record->state == "queued" ? cancel_here(*record, actor, reason)
                                         : ask_to_cancel(*record, actor, reason);
    } catch (const store::StorageFailure& failure) {
        return failure.error();
    }
}

Result<Cancellation> CommandBook::cancel_here(const CommandRecord& record,
                                              const contract::Actor& actor,
                                              const std::string& reason) {
    const WallTime now = parts_.clock.wall();
    parts_.database.transaction([&] {
        (void)parts_.tables.ledger.cancel_unsent(record.message_id, now);
        parts_.tables.trace.decide(record, "cancelled", now, actor.id + ": " + reason);
    });
    later(record.device_id,
          [this, id = record.message_id, device_id = record.device_id](CommandSender* session) {
              if (session != nullptr) session->settle(id);
              finished({id});
              parts_.projection.changed(device_id);
          });
    return Cancellation{true, "cancelled", ""};
}

Result<Cancellation> CommandBook::ask_to_cancel(const CommandRecord& record,
                                                const contract::Actor& actor,
                                                const std::string& reason) {
    const WallTime now = parts_.clock.wall();
    contract::CommandCancel body;
    body.message_id = record.message_id;
    body.reason = reason;
    NewCommand order;
    order.device_id = record.device_id;
    order.type = contract::MessageType::COMMAND_CANCEL;
    order.body = contract::write_body(body);
    order.correlation_id = record.correlation_id;
    order.actor = actor;
    // As long as its target may still run, and long enough for an appliance that is away.
    order.expires_at = std::max(record.expires_at, WallTime{now.ms + day_ms});
    Result<std::string> id = std::string();
    parts_.database.transaction([&] {
        id = submit(order);
        if (!id) return;
        parts_.tables.ledger.cancel_asked(record.message_id, *id);
        parts_.tables.trace.decide(record, "cancel_asked", now, actor.id + ": " + reason);
    });
    if (!id) return id.error();
    later(record.device_id, [target = record.message_id](CommandSender* session) {
        if (session != nullptr) session->settle(target);
    });
    return Cancellation{false, record.state, *id};
}

Status CommandBook::resend(const std::string& message_id) {
    const WallTime now = parts_.clock.wall();
    const auto record = parts_.tables.ledger.find(message_id, now);
    if (!record) return fail(ErrorCode::RES_NOT_FOUND, "no command " + message_id);
    if (record->terminal)
        return fail(ErrorCode::STA_TRANSITION, "the command has ended: " + record->state);
    if (!record->cancelled_by.empty())
        return fail(ErrorCode::STA_TRANSITION, "the command is being cancelled");
    try {
        parts_.database.transaction([&] { parts_.tables.trace.decide(*record, "resent", now); });
    } catch (const store::StorageFailure& failure) {
        return failure.error();
    }
    later(record->device_id,
          [id = record->message_id, expires = record->expires_at](CommandSender* session) {
              if (session != nullptr) session->again(id, expires);
          });
    return ok();
}

std::vector<TraceEntry> CommandBook::trace(const std::string& message_id) const {
    const auto record = parts_.tables.ledger.find(message_id, parts_.clock.wall());
    if (!record) return {};
    return parts_.tables.trace.flow(record->device_id, record->correlation_id);
}

void CommandBook::expire() {
    const WallTime now = parts_.clock.wall();
    std::vector<std::string> ended;
    std::vector<CommandRecord> records;
    try {
        parts_.database.transaction([&] {
            ended = parts_.tables.ledger.expire_queued(now);
            for (const std::string& id : ended) {
                auto record = parts_.tables.ledger.find(id, now);
                if (!record) continue;
                parts_.tables.trace.decide(*record, "expired", now);
                // What an expired cancellation held back goes on with the next session.
                (void)parts_.tables.ledger.cancel_ended(id, false, now);
                records.push_back(std::move(*record));
            }
        });
    } catch (const store::StorageFailure& failure) {
        return log::error("the ledger cannot be written: {}", failure.what());
    }
    for (const CommandRecord& record : records) {
        if (CommandSender* session = sender_(record.device_id)) session->settle(record.message_id);
        parts_.projection.changed(record.device_id);
    }
    finished(ended);
}

void CommandBook::finished(const std::vector<std::string>& message_ids) {
    if (listeners_.empty()) return;
    for (const std::string& id : message_ids) {
        try {
            const auto record = parts_.tables.ledger.find(id, parts_.clock.wall());
            if (!record || !record->terminal) continue;
            for (const auto& listener : listeners_) listener(*record);
        } catch (const std::exception& fault) {
            log::error("nobody could be told that {} has ended: {}", id, fault.what());
        }
    }
}

void CommandBook::later(const std::string& device_id, std::function<void(CommandSender*)> work) {
    parts_.loop.post(
        [this, device_id, work = std::move(work), alive = std::weak_ptr<bool>(alive_)] {
            if (!alive.expired()) work(sender_(device_id));
        });
}

}  // namespace vistter::studio
