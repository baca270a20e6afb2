// Studio's ledger of commands and its inbox on SQLite. The life of a command is link/delivery.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "link/delivery.hpp"
#include "store/database.hpp"
#include "studio/core/channel.hpp"

namespace vistter::studio {

// A command that still wants an answer.
struct OpenCommand {
    std::string message_id;
    WallTime expires_at;
};

// What an answer did to the command it names.
struct AnswerEffect {
    bool known = false;          // the device has such a command
    bool settled = false;        // it needs no further sending
    bool finished = false;       // by this answer
    bool moved = false;          // its state is another one now
    bool cancel = false;         // it is a COMMAND_CANCEL
    std::string correlation_id;  // the command's
};

// Every call throws store::StorageFailure when the database cannot do it.
class Ledger {
  public:
    explicit Ledger(store::Database& database) : database_(database) {}

    // `sent`: it leaves at once, the first attempt is recorded with it.
    void add(const NewCommand& command, const std::string& message_id, WallTime now,
             WallTime expires_at, bool sent);
    // Whether the device has fewer than `limit` unfinished commands.
    bool has_room(const std::string& device_id, std::int64_t limit);
    // `now` says what is stalled.
    std::optional<CommandRecord> find(const std::string& message_id, WallTime now) const;
    std::vector<CommandRecord> list(const std::string& device_id, int limit,
                                    WallTime now) const;  // newest first

    // Not finished and not being cancelled, in order of acceptance: what a new session sends, and
    // asks after when it was accepted before.
    std::vector<OpenCommand> open_commands(const std::string& device_id) const;
    struct Sending {
        contract::Envelope envelope;
        bool first = false;  // it was never sent before
    };
    // The command as a message about to be sent; `record`: counts the attempt. Nothing: finished,
    // unknown, being cancelled, or expired before it was ever sent (expire_queued() ends it).
    std::optional<Sending> take_for_sending(const std::string& message_id, WallTime now,
                                            bool record);
    // Never-sent commands that have just expired.
    std::vector<std::string> expire_queued(WallTime now);

    AnswerEffect on_ack(const std::string& device_id, const contract::Ack& ack,
                        const std::string& body, WallTime now);
    AnswerEffect on_progress(const std::string& device_id, const contract::Progress& progress,
                             const std::string& body, WallTime now);

    // Ends it here and now, if it was never sent; false: it was.
    bool cancel_unsent(const std::string& message_id, WallTime now);
    void cancel_asked(const std::string& message_id, const std::string& cancel_id);
    // The COMMAND_CANCEL `cancel_id` has ended. Its target ends too when the appliance never heard
    // of it; otherwise it goes on. What the target is and which of the two happened.
    struct Cancelled {
        std::string target;
        WallTime expires_at;
        bool finished = false;
    };
    std::optional<Cancelled> cancel_ended(const std::string& cancel_id, bool unknown_there,
                                          WallTime now);

    bool was_let_in(const std::string& device_id, const std::string& message_id) const;
    void let_in(const std::string& device_id, const std::string& message_id, WallTime now);
    void prune(WallTime now, std::int64_t inbox_days);

  private:
    struct Position {
        link::DeliveryPhase phase{};
        std::string state, correlation_id;
        std::int64_t revision = 0;
        bool is_cancel = false;
    };
    std::optional<Position> position_of(const std::string& device_id,
                                        const std::string& message_id) const;
    void move(const std::string& message_id, link::DeliveryPhase phase, const std::string& state,
              WallTime now);
    void answer(const std::string& message_id, link::DeliveryPhase phase, const std::string& state,
                const std::string& body, WallTime now);
    const std::string& newest_let_in(const std::string& device_id) const;
    void promise(const std::string& message_id, WallTime by);
    void keep_progress(const contract::Progress& progress, const std::string& body);

    store::Database& database_;
    // By device: how many more commands surely fit before they must be counted again.
    std::unordered_map<std::string, std::int64_t> room_;
    // By device: no id above this one was let in. Ids rise with time (UUIDv7), so that a new report
    // is usually told from a known one without asking the database.
    mutable std::unordered_map<std::string, std::string> newest_;
};

}  // namespace vistter::studio
