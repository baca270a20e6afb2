// Tables audit and answered_requests.
#include "studio/adapters/records/records.hpp"

namespace vistter::studio {
namespace {

constexpr std::int64_t audit_rows_kept = 100'000;

class SqlRecords final : public Records {
  public:
    explicit SqlRecords(store::Database& database) : database_(database) {}

    void write(const AuditRow& row) override {
        database_.transaction([&] {
            database_
                .prepare(
                    "INSERT INTO audit (at_ms, actor, action, target, outcome, tenant) VALUES (?, "
                    "?, ?, ?, ?, ?)")
                .bind(row.at.ms)
                .bind(row.actor)
                .bind(row.action)
                .bind(row.target)
                .bind(row.outcome)
                .bind(row.tenant)
                .run();
            database_.prepare("DELETE FROM audit WHERE n <= (SELECT max(n) FROM audit) - ?")
                .bind(audit_rows_kept)
                .run();
        });
    }

    std::optional<Answer> find(const std::string& user_id, const std::string& key,
                               WallTime now) const override {
        auto row = database_.prepare(
            "SELECT request_hash, status, location, body FROM answered_requests WHERE user_id = "
            "? AND idempotency_key = ? AND answered_ms > ?");
        row.bind(user_id).bind(key).bind(now.ms - answer_kept_ms);
        if (!row.step()) return std::nullopt;
        return Answer{row.text(0), static_cast<int>(row.integer(1)), row.text(2), row.text(3)};
    }

    void remember(const std::string& user_id, const std::string& key, const Answer& answer,
                  WallTime now) override {
        database_.transaction([&] {
            database_.prepare("DELETE FROM answered_requests WHERE answered_ms <= ?")
                .bind(now.ms - answer_kept_ms)
                .run();
            database_
                .prepare(
                    "INSERT INTO answered_requests (user_id, idempotency_key, request_hash, "
                    "status, location, body, answered_ms) VALUES (?, ?, ?, ?, ?, ?, ?)")
                .bind(user_id)
                .bind(key)
                .bind(answer.request_hash)
                .bind(std::int64_t{answer.status})
                .bind(answer.location)
                .bind(answer.body)
                .bind(now.ms)
                .run();
        });
    }

    void atomically(const std::function<void()>& work) override { database_.transaction(work); }

  private:
    store::Database& database_;
};

}  // namespace

std::unique_ptr<Records> make_records(store::Database& database) {
    return std::make_unique<SqlRecords>(database);
}

}  // namespace vistter::studio
