// Makes every command act exactly once: decides and journals it in one transaction, answers, then
// lets it run in its lane and keeps its PROGRESS (contract B.5; drills 7.2).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "appliance/adapters/road/road_store.hpp"
#include "appliance/core/command_handler.hpp"
#include "async/loop.hpp"
#include "base/random.hpp"
#include "link/lanes.hpp"
#include "link/studio_clock.hpp"

namespace vistter::appliance {

// What the executor needs of the road around it.
struct ExecutorPorts {
    std::function<void()> flush;  // the outbox may have grown: send what can be sent
    // Sends once if a session is open; otherwise it is gone.
    std::function<void(const contract::Body& body, const std::string& correlation_id)> send_once;
};

// A command as it came.
struct Arrived {
    contract::Envelope envelope;
    std::string payload;  // the signed envelope
    std::string message;  // the compact JWS around it
};

class Executor {
  public:
    Executor(async::Loop& loop, RoadStore& store, const link::StudioClock& time, const Clock& clock,
             Random& random, ExecutorPorts ports);

    void use(CommandHandler& handler) { handler_ = &handler; }
    // Takes up what a former process left. Call once, after use().
    void resume_unfinished();
    // Drops what waits: another pairing.
    void clear();

    // Everything that accept() and refuse() keep inside `work` becomes durable together, and is
    // answered after that. When `work` or the commit throws, nothing of it has happened.
    void group(const std::function<void()>& work);
    // Inside group(): a new command that passed the link. Throws what the handler throws, and
    // store::StorageFailure.
    void accept(const Arrived& arrived);
    // Inside group(): keeps a refusal and answers it, now and to every retry.
    void refuse(const Arrived& arrived, const Error& error);
    // Answers a retry with the original outcome.
    void repeat(const contract::Envelope& envelope);
    // Terminal PROGRESS that cannot be stored now (disk full) is stored as soon as it can be.
    void progress(const std::string& message_id, contract::Progress progress);

  private:
    void keep(const Arrived& arrived, Decision decision, link::CommandState state);
    void decide(const Command& command, const Arrived& arrived,
                std::vector<contract::Warning> warnings);
    Decision cancel(const Command& command, const contract::CommandCancel& wish);
    void end_cancelled(const JournalRow& row, const std::string& reason);
    void decide_deferred(const std::string& message_id);
    Decision ask(const Command& command);
    void enqueue(const std::string& lane, const std::string& message_id,
                 std::optional<WallTime> expires_at);
    void turn();
    void schedule_turn();
    void tell(const Command& command, void (CommandHandler::*what)(const Command&));
    void begin(const std::vector<link::Lanes::Waiting>& ready);
    std::optional<Command> ready_to_run(const link::Lanes::Waiting& waiting);
    void run(const Command& command);
    void store_progress(const JournalRow& row, const contract::Progress& progress, bool terminal);
    void put_answer(const std::string& subject, OutboxRow row);
    void try_again(const std::string& message_id, std::function<void()> work);
    void expire(const std::string& message_id);
    void defer(const std::string& message_id, WallTime not_before);
    std::optional<Command> read(const JournalRow& row);

    async::Loop& loop_;
    RoadStore& store_;
    const link::StudioClock& time_;
    const Clock& clock_;
    Random& random_;
    ExecutorPorts ports_;
    CommandHandler* handler_ = nullptr;
    link::Lanes lanes_;
    std::vector<Command> settled_;    // immediate commands whose committed() is due
    std::vector<Command> cancelled_;  // commands that had begun and whose cancelled() is due
    std::vector<std::function<void()>> after_commit_;  // of the group under way
    std::map<std::string, async::Handle> deferred_;    // by message_id: what waits for its time
    bool turn_scheduled_ = false;
    bool answered_ = false;  // an ACK was journaled since the last turn
    // Shared with posted turns, which may outlive the executor: it says whether it is still there.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace vistter::appliance
