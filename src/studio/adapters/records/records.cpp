// Tables audit and answered_requests.
#include "studio/adapters/records/records.hpp"

#include <limits>

namespace vistter::studio {
namespace {

constexpr const char* select_audit =
    "SELECT a.n, a.at_ms, a.actor, a.action, a.target, a.outcome, a.tenant, a.correlation_id, "
    "coalesce(u.username, k.name, '') FROM audit a LEFT JOIN users u ON u.user_id = a.actor "
    "LEFT JOIN api_keys k ON k.key_id = a.actor WHERE a.tenant IN (?1, ?2) AND a.n < ?3 "
    "AND (?4 = '' OR a.actor = ?4) "
    "AND (?5 = '' OR a.action = ?5 OR substr(a.action, 1, length(?5) + 1) = ?5 || '.') "
    "AND (?6 = '' OR a.target = ?6) AND (?7 = '' OR a.outcome = ?7) "
    "AND a.at_ms BETWEEN ?8 AND ?9 ORDER BY a.n DESC LIMIT ?10";

class SqlRecords final : public Records {
  public:
    explicit SqlRecords(store::Database& database) : database_(database) {
        auto row = database_.prepare("SELECT count(*) FROM audit WHERE tenant = ''");
        if (row.step()) nobodys_rows_ = row.integer(0);
    }

    void write(const AuditRow& row) override {
        database_.transaction([&] {
            database_
                .prepare(
                    "INSERT INTO audit (at_ms, actor, action, target, outcome, tenant, "
                    "correlation_id) VALUES (?, ?, ?, ?, ?, ?, ?)")
                .bind(row.at.ms)
                .bind(row.actor)
                .bind(row.action)
                .bind(row.target)
                .bind(row.outcome)
                .bind(row.tenant)
                .bind(row.correlation_id)
                .run();
            forget_oldest(row);
        });
    }

    std::vector<AuditEntry> read(const AuditQuery& query) const override {
        constexpr std::int64_t end_of_time = std::numeric_limits<std::int64_t>::max();
        auto row = database_.prepare(select_audit);
        row.bind(query.tenant)
            .bind(query.with_nobodys ? std::string() : query.tenant)
            .bind(query.before_n > 0 ? query.before_n : end_of_time)
            .bind(query.actor)
            .bind(query.action)
            .bind(query.target)
            .bind(query.outcome)
            .bind(query.from ? query.from->ms : 0)
            .bind(query.to ? query.to->ms : end_of_time)
            .bind(std::int64_t{query.limit});
        std::vector<AuditEntry> entries;
        while (row.step()) {
            entries.push_back({row.integer(0),
                               {WallTime{row.integer(1)}, row.text(2), row.text(3), row.text(4),
                                row.text(5), row.text(6), row.text(7)},
                               row.text(8)});
        }
        return entries;
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
    // At most one row goes as one comes: of an organisation by age, of nobody's by number.
    void forget_oldest(const AuditRow& newest) {
        const bool nobodys = newest.tenant.empty();
        if (nobodys && ++nobodys_rows_ <= nobodys_audit_rows) return;
        database_
            .prepare(
                "DELETE FROM audit WHERE n = (SELECT min(n) FROM audit WHERE tenant = ?) AND "
                "at_ms <= ?")
            .bind(newest.tenant)
            .bind(nobodys ? newest.at.ms : newest.at.ms - audit_kept_ms)
            .run();
        if (nobodys) nobodys_rows_ -= database_.changes();
    }

    store::Database& database_;
    std::int64_t nobodys_rows_ = 0;
};

}  // namespace

std::unique_ptr<Records> make_records(store::Database& database) {
    return std::make_unique<SqlRecords>(database);
}

}  // namespace vistter::studio
