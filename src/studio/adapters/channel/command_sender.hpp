// Sends the commands of one session: in order of acceptance, again until answered, each attempt
// durable before the message leaves. When is decided by link/courier.hpp.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "link/courier.hpp"
#include "studio/adapters/channel/session_parts.hpp"

namespace vistter::studio {

class CommandSender {
  public:
    static constexpr std::size_t in_flight_limit = 32;

    // `send` stamps, signs and sends an envelope; what it was sent as stands in it afterwards.
    CommandSender(SessionParts& parts, std::string device_id, std::string transport,
                  std::function<void(contract::Envelope&)> send)
        : parts_(parts),
          device_id_(std::move(device_id)),
          transport_(std::move(transport)),
          send_(std::move(send)),
          courier_(in_flight_limit, parts.options.pace) {}

    // Everything that is unfinished in the ledger.
    void open();
    void close();
    // A command submitted now would leave now.
    bool at_leisure() const;
    // `recorded`: its first attempt was recorded when it was submitted.
    void add(const std::string& message_id, WallTime expires_at, bool recorded);
    // Of a command just added: what the ledger says of it, which need not be read again.
    void prepare(contract::Envelope envelope);
    // Answered, cancelled or finished: it is not sent any more.
    void settle(const std::string& message_id);
    // Now instead of at its next turn.
    void again(const std::string& message_id, WallTime expires_at);
    void pump();

  private:
    struct Turn {
        std::string id;
        std::optional<Ledger::Sending> sending;
    };
    bool record(std::vector<Turn>& turns);
    void note(const contract::Envelope& envelope);

    SessionParts& parts_;
    std::string device_id_, transport_;
    std::function<void(contract::Envelope&)> send_;
    link::Courier courier_;
    std::set<std::string> unsent_;    // in the courier, never sent in this session
    std::set<std::string> recorded_;  // of these the first attempt is in the ledger already
    std::map<std::string, contract::Envelope> prepared_;  // of these the whole message is known
    async::Handle retry_;
    bool open_ = false;
};

// The row of Studio's chained ledger for a command that is sent for the first time.
link::LedgerRow command_row(const contract::Envelope& envelope, WallTime now);

}  // namespace vistter::studio
