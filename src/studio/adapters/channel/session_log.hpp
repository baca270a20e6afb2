// Every session of every appliance from WELCOME to its end, on Studio's database.
#pragma once

#include <string>
#include <vector>

#include "store/database.hpp"
#include "studio/core/channel.hpp"

namespace vistter::studio {

// Every call throws store::StorageFailure when the database cannot do it.
class SessionLog {
  public:
    explicit SessionLog(store::Database& database) : database_(database) {}

    void opened(const std::string& device_id, const SessionRecord& session);
    // `received_seq`: every message up to here was let in.
    void ended(const std::string& session_id, WallTime now, int close_code,
               const std::string& cause, std::int64_t received_seq);
    // What a Studio that was killed left open.
    void end_all(WallTime now, const std::string& cause);
    std::vector<SessionRecord> history(const std::string& device_id, int limit) const;
    // 0: unknown, or its end was not seen.
    std::int64_t received_seq(const std::string& device_id, const std::string& session_id) const;
    void prune(WallTime now, std::int64_t days);

  private:
    store::Database& database_;
};

}  // namespace vistter::studio
