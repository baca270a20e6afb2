#include "studio/adapters/channel/inbox.hpp"

#include <memory>
#include <utility>

#include "base/crash_point.hpp"

namespace vistter::studio {

using contract::MessageType;

namespace {

// What is remembered by its id: METRICS and reports of state only ever replace what was there.
bool remembered(MessageType type) {
    return type == MessageType::HELLO || type == MessageType::ACK ||
           type == MessageType::PROGRESS || type == MessageType::EVENT;
}

}  // namespace

bool Inbox::knows(const std::string& device_id, const std::string& message_id) const {
    return coming_.count(message_id) != 0 || tables_.ledger.was_let_in(device_id, message_id);
}

void Inbox::add(Arrived arrived, std::function<void(const LetIn&, bool)> then) {
    const bool once = remembered(arrived.envelope.type);
    if (once) coming_.insert(arrived.envelope.message_id);
    // Shared: the transaction fills in what the continuation reads, both live in the group.
    auto work = std::make_shared<std::pair<Arrived, LetIn>>(std::move(arrived), LetIn{});
    group_.add({[this, work](bool again) { work->second = take(work->first, !again); },
                [this, work, once, then = std::move(then)](bool durable) {
                    if (once) coming_.erase(work->first.envelope.message_id);
                    then(work->second, durable);
                    if (durable && !work->second.finished.empty()) finished_(work->second.finished);
                }});
}

LetIn Inbox::take(const Arrived& arrived, bool shown) {
    LetIn result;
    const contract::Envelope& envelope = arrived.envelope;
    const WallTime now = clock_.wall();
    crash_point(CrashStep::studio_before_inbox);
    if (remembered(envelope.type))
        tables_.ledger.let_in(envelope.device_id, envelope.message_id, now);
    if (!arrived.body) return result;
    if (const auto* ack = std::get_if<contract::Ack>(&*arrived.body)) {
        const auto effect = tables_.ledger.on_ack(envelope.device_id, *ack, envelope.body, now);
        note_step(arrived, ack->message_id, effect, ack->status);
        answer(arrived, ack->message_id, effect, result);
        // A cancellation that has ended: its target ends with it or goes on.
        if (effect.finished && effect.cancel) {
            const bool unknown = ack->error && ack->error->code == ErrorCode::STA_UNKNOWN_COMMAND;
            const auto target = tables_.ledger.cancel_ended(ack->message_id, unknown, now);
            if (target && target->finished) {
                result.finished.push_back(target->target);
                if (const auto record = tables_.ledger.find(target->target, now))
                    tables_.trace.decide(*record, "cancelled", now, "the appliance never had it");
            } else if (target) {
                result.resumed.push_back({target->target, target->expires_at});
            }
        }
    }
    if (const auto* progress = std::get_if<contract::Progress>(&*arrived.body)) {
        const auto effect =
            tables_.ledger.on_progress(envelope.device_id, *progress, envelope.body, now);
        if (effect.moved) note_step(arrived, progress->message_id, effect, progress->state);
        answer(arrived, progress->message_id, effect, result);
    }
    const auto* event = std::get_if<contract::Event>(&*arrived.body);
    if (event != nullptr && envelope.correlation_id != envelope.message_id)
        note_step(arrived, "", {}, event->event_type);
    if (shown) project(arrived);
    return result;
}

// Answers are rows of the chained ledger, exactly as the appliance signed them.
void Inbox::answer(const Arrived& arrived, const std::string& command, const AnswerEffect& effect,
                   LetIn& result) {
    const contract::Envelope& envelope = arrived.envelope;
    const auto* progress = std::get_if<contract::Progress>(&*arrived.body);
    if (progress == nullptr || contract::is_terminal_progress(progress->state)) {
        link::LedgerRow row;
        row.at = clock_.wall();
        row.direction = "in";
        row.type = contract::to_string(envelope.type);
        row.message_id = envelope.message_id;
        row.content = arrived.compact;
        tables_.chain.append(envelope.device_id, std::move(row));
    }
    if (effect.settled) result.settled = command;
    if (effect.finished) result.finished.push_back(command);
    const bool stray = effect.known && effect.correlation_id != envelope.correlation_id;
    if (effect.known && !stray) return;
    Orphan orphan;
    orphan.received_at = clock_.wall();
    orphan.device_id = envelope.device_id;
    orphan.message_id = envelope.message_id;
    orphan.type = contract::to_string(envelope.type);
    orphan.correlation_id = envelope.correlation_id;
    orphan.command_id = command;
    orphan.reason = stray ? "the correlation_id is not the command's"
                          : "this appliance was never given such a command";
    orphan.body = envelope.body;
    tables_.trace.add_orphan(orphan);
}

void Inbox::note_step(const Arrived& arrived, const std::string& command,
                      const AnswerEffect& effect, const std::string& state) {
    const contract::Envelope& envelope = arrived.envelope;
    TraceEntry entry;
    entry.at = clock_.wall();
    entry.direction = "in";
    entry.what = contract::to_string(envelope.type);
    entry.message_id = envelope.message_id;
    entry.correlation_id = effect.known ? effect.correlation_id : envelope.correlation_id;
    entry.session_id = envelope.session_id;
    entry.seq = envelope.seq;
    entry.transport = arrived.transport;
    entry.state = state;
    entry.body = envelope.body;
    tables_.trace.add(envelope.device_id, command, entry);
}

void Inbox::project(const Arrived& arrived) {
    const contract::Envelope& envelope = arrived.envelope;
    const contract::Body& body = *arrived.body;
    if (const auto* hello = std::get_if<contract::Hello>(&body))
        return projection_.on_hello(envelope, *hello);
    if (const auto* ack = std::get_if<contract::Ack>(&body))
        return projection_.on_ack(envelope, *ack);
    if (const auto* progress = std::get_if<contract::Progress>(&body))
        return projection_.on_progress(envelope, *progress);
    if (const auto* event = std::get_if<contract::Event>(&body))
        return projection_.on_event(envelope, *event);
    if (const auto* metrics = std::get_if<contract::Metrics>(&body))
        return projection_.on_metrics(envelope, *metrics);
    if (const auto* report = std::get_if<contract::StateReport>(&body))
        projection_.on_state_report(envelope, *report);
}

}  // namespace vistter::studio
