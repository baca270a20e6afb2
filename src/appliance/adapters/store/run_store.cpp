// Runs and streams in SQL.
#include "appliance/adapters/store/stores.hpp"

namespace vistter::appliance {
namespace {

// Columns of a run row, in the order read() expects.
#define VISTTER_RUN_COLUMNS                                                                  \
    "SELECT run_id, command_id, correlation_id, timeline_id, revision, state, start_frame, " \
    "first_run_frame, paused, "                                                              \
    "priority, planned_start_ms, known_run_frame, known_ms FROM run "

class SqlRunStore final : public RunStore {
  public:
    explicit SqlRunStore(store::Database& database) : db_(database) {}

    std::vector<StoredRun> live() override {
        auto rows = db_.prepare(VISTTER_RUN_COLUMNS
                                "WHERE state IN ('arming', 'playing', 'paused') ORDER BY made");
        return every(rows);
    }
    std::vector<StoredRun> newest(int limit) override {
        auto rows = db_.prepare(VISTTER_RUN_COLUMNS "ORDER BY made DESC LIMIT ?");
        rows.bind(std::int64_t{limit});
        return every(rows);
    }
    std::optional<StoredRun> find(const std::string& run_id) override {
        auto row = db_.prepare(VISTTER_RUN_COLUMNS "WHERE run_id = ?");
        row.bind(run_id);
        return first(row);
    }
    std::optional<StoredRun> find_by_command(const std::string& command_id) override {
        auto row = db_.prepare(VISTTER_RUN_COLUMNS "WHERE command_id = ?");
        row.bind(command_id);
        return first(row);
    }
    void put(const StoredRun& run) override {
        db_.prepare(
               "INSERT INTO run VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
               "(SELECT coalesce(max(made), 0) + 1 FROM run)) ON CONFLICT (run_id) DO UPDATE SET "
               "state = ?6, "
               "start_frame = ?7, first_run_frame = ?8, paused = ?9, planned_start_ms = ?11, "
               "known_run_frame = ?12, "
               "known_ms = ?13")
            .bind(run.run_id)
            .bind(run.command_id)
            .bind(run.correlation_id)
            .bind(run.timeline_id)
            .bind(run.revision)
            .bind(run.state)
            .bind(run.start_frame)
            .bind(run.first_run_frame)
            .bind(std::int64_t{run.paused})
            .bind(std::int64_t{run.priority})
            .bind(run.planned_start.ms)
            .bind(run.known_run_frame)
            .bind(run.known_at.ms)
            .run();
    }

  private:
    static StoredRun read(const store::Statement& row) {
        StoredRun run;
        run.run_id = row.text(0);
        run.command_id = row.text(1);
        run.correlation_id = row.text(2);
        run.timeline_id = row.text(3);
        run.revision = row.integer(4);
        run.state = row.text(5);
        run.start_frame = row.integer(6);
        run.first_run_frame = row.integer(7);
        run.paused = row.integer(8) != 0;
        run.priority = static_cast<int>(row.integer(9));
        run.planned_start.ms = row.integer(10);
        run.known_run_frame = row.integer(11);
        run.known_at.ms = row.integer(12);
        return run;
    }
    static std::vector<StoredRun> every(store::Statement& rows) {
        std::vector<StoredRun> out;
        while (rows.step()) out.push_back(read(rows));
        return out;
    }
    static std::optional<StoredRun> first(store::Statement& row) {
        if (!row.step()) return std::nullopt;
        return read(row);
    }
    store::Database& db_;
};

class SqlStreamStore final : public StreamStore {
  public:
    explicit SqlStreamStore(store::Database& database) : db_(database) {}

    std::vector<StoredStream> all() override {
        std::vector<StoredStream> out;
        auto rows = db_.prepare(
            "SELECT stream_id, profile_id, wanted, was_live, command_id, correlation_id FROM "
            "stream ORDER BY stream_id");
        while (rows.step()) out.push_back(read(rows));
        for (StoredStream& stream : out) add_destinations(stream);
        return out;
    }
    std::optional<StoredStream> find(const std::string& stream_id) override {
        auto row = db_.prepare(
            "SELECT stream_id, profile_id, wanted, was_live, command_id, correlation_id FROM "
            "stream WHERE stream_id = ?");
        row.bind(stream_id);
        if (!row.step()) return std::nullopt;
        StoredStream stream = read(row);
        add_destinations(stream);
        return stream;
    }
    void put(const StoredStream& stream) override {
        db_.transaction([&] {
            db_.prepare(
                   "INSERT INTO stream VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (stream_id) DO "
                   "UPDATE SET "
                   "profile_id = ?2, wanted = ?3, was_live = ?4, command_id = ?5, correlation_id = "
                   "?6")
                .bind(stream.stream_id)
                .bind(stream.profile_id)
                .bind(std::int64_t{stream.wanted})
                .bind(std::int64_t{stream.was_live})
                .bind(stream.command_id)
                .bind(stream.correlation_id)
                .run();
            db_.prepare("DELETE FROM stream_destination WHERE stream_id = ?")
                .bind(stream.stream_id)
                .run();
            std::int64_t position = 0;
            for (const std::string& id : stream.destination_ids)
                db_.prepare("INSERT INTO stream_destination VALUES (?, ?, ?)")
                    .bind(stream.stream_id)
                    .bind(position++)
                    .bind(id)
                    .run();
        });
    }

  private:
    static StoredStream read(const store::Statement& row) {
        return {row.text(0),         row.text(1), {},         row.integer(2) != 0,
                row.integer(3) != 0, row.text(4), row.text(5)};
    }
    void add_destinations(StoredStream& stream) {
        auto rows = db_.prepare(
            "SELECT destination_id FROM stream_destination WHERE stream_id = ? ORDER BY position");
        rows.bind(stream.stream_id);
        while (rows.step()) stream.destination_ids.push_back(rows.text(0));
    }
    store::Database& db_;
};

}  // namespace

std::unique_ptr<RunStore> make_run_store(store::Database& database) {
    return std::make_unique<SqlRunStore>(database);
}
std::unique_ptr<StreamStore> make_stream_store(store::Database& database) {
    return std::make_unique<SqlStreamStore>(database);
}

}  // namespace vistter::appliance
