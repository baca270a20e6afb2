// The day of METRICS in SQL.
#include "appliance/adapters/store/stores.hpp"

namespace vistter::appliance {
namespace {

class SqlMetricsHistory final : public MetricsHistory {
  public:
    explicit SqlMetricsHistory(store::Database& database) : db_(database) {}

    void add(WallTime at, int window_s, const std::string& body, bool told) override {
        db_.prepare("INSERT INTO metrics_history (at_ms, window_s, body, told) VALUES (?, ?, ?, ?)")
            .bind(at.ms)
            .bind(std::int64_t{window_s})
            .bind(body)
            .bind(std::int64_t{told})
            .run();
        db_.prepare(
               "DELETE FROM metrics_history WHERE at_ms < ?1 OR n <= (SELECT max(n) FROM "
               "metrics_history) - ?2")
            .bind(at.ms - metrics_kept_ms)
            .bind(static_cast<std::int64_t>(most_metrics_samples))
            .run();
    }

    std::vector<MetricsSample> between(WallTime from, WallTime to, int limit) override {
        auto rows = db_.prepare(
            "SELECT n, at_ms, window_s, body FROM metrics_history WHERE at_ms >= ? AND "
            "at_ms < ? ORDER BY at_ms, n LIMIT ?");
        rows.bind(from.ms).bind(to.ms).bind(std::int64_t{limit});
        return every(rows);
    }

    std::vector<MetricsSample> untold(int limit) override {
        auto rows = db_.prepare(
            "SELECT n, at_ms, window_s, body FROM metrics_history WHERE told = 0 ORDER BY n LIMIT "
            "?");
        rows.bind(std::int64_t{limit});
        return every(rows);
    }

    void mark_told(std::int64_t up_to_n) override {
        db_.prepare("UPDATE metrics_history SET told = 1 WHERE told = 0 AND n <= ?")
            .bind(up_to_n)
            .run();
    }

  private:
    static std::vector<MetricsSample> every(store::Statement& rows) {
        std::vector<MetricsSample> out;
        while (rows.step())
            out.push_back({rows.integer(0), WallTime{rows.integer(1)},
                           static_cast<int>(rows.integer(2)), std::string(rows.text(3))});
        return out;
    }

    store::Database& db_;
};

}  // namespace

std::unique_ptr<MetricsHistory> make_metrics_history(store::Database& database) {
    return std::make_unique<SqlMetricsHistory>(database);
}

}  // namespace vistter::appliance
