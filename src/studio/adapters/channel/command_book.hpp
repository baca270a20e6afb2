// What is done with commands besides sending them: accepting, cancelling, sending again, expiring,
// following them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "studio/adapters/channel/channel.hpp"
#include "studio/adapters/channel/command_sender.hpp"
#include "studio/adapters/channel/road_tables.hpp"

namespace vistter::studio {

struct BookParts {
    async::Loop& loop;
    store::Database& database;
    RoadTables& tables;
    const DeviceDirectory& directory;
    Projection& projection;
    const Clock& clock;
    Random& random;
    const ChannelOptions& options;
};

// As CommandLedger in studio/core/channel.hpp says.
class CommandBook {
  public:
    // `sender`: of the device's live session; null without one.
    CommandBook(BookParts parts, std::function<CommandSender*(const std::string&)> sender)
        : parts_(parts), sender_(std::move(sender)) {}

    Result<std::string> submit(const NewCommand& command);
    Result<Cancellation> cancel(const std::string& message_id, const contract::Actor& actor,
                                const std::string& reason);
    Status resend(const std::string& message_id);
    std::vector<TraceEntry> trace(const std::string& message_id) const;
    void expire();

    void on_finished(std::function<void(const CommandRecord&)> listener) {
        listeners_.push_back(std::move(listener));
    }
    // After the commit that finished them.
    void finished(const std::vector<std::string>& message_ids);

  private:
    Result<std::string> accept(const NewCommand& command);
    Result<Cancellation> cancel_here(const CommandRecord& record, const contract::Actor& actor,
                                     const std::string& reason);
    Result<Cancellation> ask_to_cancel(const CommandRecord& record, const contract::Actor& actor,
                                       const std::string& reason);
    // After the caller's own transaction, should there be one: what is not durable yet must not
    // leave.
    void later(const std::string& device_id, std::function<void(CommandSender*)> work);

    BookParts parts_;
    std::function<CommandSender*(const std::string&)> sender_;
    std::vector<std::function<void(const CommandRecord&)>> listeners_;
    // Shared with posted work, which may outlive the book.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace vistter::studio
