// What Studio remembers of acts: the audit trail, answers to repeated requests, and the transaction
// around several changes (implemented in adapters/records).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace vistter::studio {

struct AuditRow {
    WallTime at;
    std::string actor;                // user_id, or "device:<serial>" before it has an identity
    std::string action;               // e.g. "pairing.redeem"
    std::string target;               // id of what was acted on; never a secret
    std::string outcome;              // "ok" or an error code
    std::string tenant = {};          // whose trail it is in; empty: nobody's but Studio's own
    std::string correlation_id = {};  // of the request, where one caused it
};

inline constexpr std::int64_t audit_kept_ms = 400LL * 86'400'000;
// Rows of nobody's (failed guesses, mostly): a flood of them displaces its like and nothing else.
inline constexpr int nobodys_audit_rows = 100'000;

// A row as it is read.
struct AuditEntry {
    std::int64_t n = 0;  // rises
    AuditRow row;
    std::string actor_name;  // of a person or a key that still exists; else empty
};

// Which rows; what is empty does not narrow.
struct AuditQuery {
    std::string tenant;
    bool with_nobodys = false;  // also what is in nobody's trail
    std::string actor, target, outcome;
    std::string action;  // itself and what is below it: "command" is also "command.cancel"
    std::optional<WallTime> from, to;  // both included
    std::int64_t before_n = 0;         // 0: from the newest
    int limit = 50;
};

// A trail that only grows: nothing in it can be changed, and an organisation's rows go only with
// age. Loop's thread only. Storage failures are thrown.
class AuditLog {
  public:
    virtual ~AuditLog() = default;
    virtual void write(const AuditRow& row) = 0;
    virtual std::vector<AuditEntry> read(const AuditQuery& query) const = 0;  // newest first
};

// Several changes, all or none, durable when it returns. Throwing inside undoes them.
class UnitOfWork {
  public:
    virtual ~UnitOfWork() = default;
    virtual void atomically(const std::function<void()>& work) = 0;
};

inline constexpr std::int64_t answer_kept_ms = 86'400'000;

// The answer a request with an Idempotency-Key got (contract F.1).
struct Answer {
    std::string request_hash;  // over method, path and body
    int status = 0;
    std::string location;
    std::string body;
};

class AnsweredRequests {
  public:
    virtual ~AnsweredRequests() = default;
    virtual std::optional<Answer> find(const std::string& user_id, const std::string& key,
                                       WallTime now) const = 0;
    // Also forgets answers older than answer_kept_ms.
    virtual void remember(const std::string& user_id, const std::string& key, const Answer& answer,
                          WallTime now) = 0;
};

enum class Repeat { first, same, different };
// What a request with a known key is: the first of its kind, the same again, or another one under
// the same key.
Repeat judge_repeat(const std::optional<Answer>& known, const std::string& request_hash);

}  // namespace vistter::studio
