// What happened to every command, step by step, and the answers nobody asked for, on Studio's
// database.
#pragma once

#include <string>
#include <vector>

#include "store/database.hpp"
#include "studio/core/channel.hpp"

namespace vistter::studio {

// Every call throws store::StorageFailure when the database cannot do it.
class TraceStore {
  public:
    explicit TraceStore(store::Database& database) : database_(database) {}

    // `command_id`: of the command the step belongs to; empty for an EVENT of its flow.
    void add(const std::string& device_id, const std::string& command_id, const TraceEntry& entry);
    // A step of Studio's own: accepted, cancel_asked, cancelled, expired, resent.
    void decide(const CommandRecord& command, const std::string& what, WallTime now,
                const std::string& why = {});
    // Of one flow of one device, oldest first.
    std::vector<TraceEntry> flow(const std::string& device_id,
                                 const std::string& correlation_id) const;

    // At most 1,000 are kept a device.
    void add_orphan(const Orphan& orphan);
    std::vector<Orphan> orphans(const std::string& device_id, int limit) const;

    void prune(WallTime now, std::int64_t days);

  private:
    store::Database& database_;
};

}  // namespace vistter::studio
