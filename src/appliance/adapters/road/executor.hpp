// Makes every command act exactly once: decides and journals it in one transaction, answers, then
// lets it run in its lane and keeps its PROGRESS (contract B.5; drills 7.2).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "appliance/adapters/road/journal.hpp"
#include "appliance/adapters/road/outbox_store.hpp"
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

class Executor {
  public:
    Executor(async::Loop& loop, store::Database& database, Journal& journal, OutboxStore& outbox,
             const link::StudioClock& time, const Clock& clock, Random& random,
             ExecutorPorts ports);

    void use(CommandHandler& handler) { handler_ = &handler; }
    // Takes up what a former process left. Call once, after use().
    void resume_unfinished();

    // A new command that passed the link; `payload` is the signed envelope. Throws
    // store::StorageFailure: then nothing was kept and nothing may be answered but "try again".
    void accept(const contract::Envelope& envelope, const std::string& payload);
    // Keeps a refusal and answers it, now and to every retry.
    void refuse(const contract::Envelope& envelope, const std::string& payload, const Error& error);
    // Answers a retry with the original outcome.
    void repeat(const contract::Envelope& envelope);
    // Terminal PROGRESS that cannot be stored now (disk full) is stored as soon as it can be.
    void progress(const std::string& message_id, contract::Progress progress);

  private:
    void keep(const contract::Envelope& envelope, const std::string& payload, Decision decision,
              link::CommandState state);
    void decide(const Command& command, const std::string& payload,
                std::vector<contract::Warning> warnings);
    void decide_deferred(const std::string& message_id);
    Decision ask(const Command& command);
    void enqueue(const std::string& lane, const std::string& message_id,
                 std::optional<WallTime> expires_at);
    void turn();
    void schedule_turn();
    void begin(const link::Lanes::Waiting& waiting);
    void store_progress(const JournalRow& row, const contract::Progress& progress, bool terminal);
    void try_again(const std::string& message_id, std::function<void()> work);
    void expire(const std::string& message_id);
    void defer(const std::string& message_id, WallTime not_before);
    void put_ack(const contract::Envelope& envelope, contract::Ack ack);
    std::optional<Command> read(const JournalRow& row);

    async::Loop& loop_;
    store::Database& database_;
    Journal& journal_;
    OutboxStore& outbox_;
    const link::StudioClock& time_;
    const Clock& clock_;
    Random& random_;
    ExecutorPorts ports_;
    CommandHandler* handler_ = nullptr;
    link::Lanes lanes_;
    std::vector<Command> settled_;                   // immediate commands whose committed() is due
    std::map<std::string, async::Handle> deferred_;  // by message_id: what waits for its time
    bool turn_scheduled_ = false;
    bool answered_ = false;  // an ACK was journaled since the last turn
    // Shared with posted turns, which may outlive the executor: it says whether it is still there.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace vistter::appliance
