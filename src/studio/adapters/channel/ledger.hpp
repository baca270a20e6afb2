// Studio's ledger of commands and its inbox on SQLite. The life of a command is link/delivery.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "link/delivery.hpp"
#include "store/database.hpp"
#include "studio/core/channel.hpp"

namespace vistter::studio {

// A command that still wants an answer.
struct OpenCommand {
    std::string message_id;
    WallTime expires_at;
};

// Every call throws store::StorageFailure when the database cannot do it.
class Ledger {
  public:
    explicit Ledger(store::Database& database) : database_(database) {}

    std::string add(const NewCommand& command, WallTime now, WallTime expires_at,
                    std::string message_id);
    std::int64_t unfinished(const std::string& device_id) const;
    std::optional<CommandRecord> find(const std::string& message_id) const;
    std::vector<CommandRecord> list(const std::string& device_id, int limit) const;  // newest first

    // Queued or sent, in order of acceptance.
    std::vector<OpenCommand> unanswered(const std::string& device_id) const;
    // The command as a message about to be sent; counts the attempt. Nothing: finished, unknown, or
    // expired before it was ever sent (it is finished then).
    std::optional<contract::Envelope> take_for_sending(const std::string& message_id, WallTime now);
    // Devices of which a never-sent command has just expired.
    std::vector<std::string> expire_queued(WallTime now);

    // True: the command needs no further sending.
    bool on_ack(const std::string& device_id, const contract::Ack& ack, const std::string& body);
    bool on_progress(const std::string& device_id, const contract::Progress& progress,
                     const std::string& body);

    bool was_let_in(const std::string& device_id, const std::string& message_id) const;
    void let_in(const std::string& device_id, const std::string& message_id, WallTime now);
    void prune(WallTime now, std::int64_t inbox_days);

  private:
    struct Position;
    std::optional<Position> position_of(const std::string& device_id,
                                        const std::string& message_id) const;
    void move(const std::string& message_id, link::DeliveryPhase phase, const std::string& state);

    store::Database& database_;
};

}  // namespace vistter::studio
