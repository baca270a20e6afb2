// Transactions over one connection, and opening a database that can be trusted.
#include "store/database.hpp"

#include <fmt/format.h>

#include "store/sqlite.hpp"

namespace vistter::store {
namespace {

class SqliteDatabase final : public Database {
  public:
    explicit SqliteDatabase(const std::filesystem::path& path) : connection_(path) {}

    Statement prepare(std::string_view sql) override { return statement_on(connection_, sql); }
    void execute(std::string_view script) override { connection_.execute(std::string(script)); }
    void transaction(const std::function<void()>& work) override;
    std::int64_t changes() const override { return sqlite3_changes64(connection_.native()); }
    std::int64_t last_insert_id() const override {
        return sqlite3_last_insert_rowid(connection_.native());
    }

    std::int64_t rollbacks() const override { return rollbacks_; }

  private:
    void join(const std::function<void()>& work);
    void roll_back() noexcept;

    Connection connection_;
    std::int64_t rollbacks_ = 0;
    bool doomed_ = false;  // an inner part of the open transaction threw
};

void SqliteDatabase::transaction(const std::function<void()>& work) {
    if (connection_.in_transaction()) {
        join(work);
        return;
    }
    connection_.run("BEGIN IMMEDIATE");
    doomed_ = false;
    try {
        work();
        if (doomed_)
            throw StorageFailure(
                fail(ErrorCode::SYS_STORAGE, "a part of the transaction had failed"));
        connection_.run("COMMIT");
    } catch (...) {
        roll_back();
        throw;
    }
}

void SqliteDatabase::join(const std::function<void()>& work) {
    try {
        work();
    } catch (...) {
        doomed_ = true;
        throw;
    }
}

void SqliteDatabase::roll_back() noexcept {
    ++rollbacks_;
    // SQLite has already rolled back by itself after some failures, a full disk among them.
    if (connection_.in_transaction())
        sqlite3_exec(connection_.native(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void check_integrity(Database& database, const std::filesystem::path& path) {
    Statement check = database.prepare("PRAGMA quick_check(1)");
    std::string verdict = check.step() ? check.text(0) : "no answer";
    if (verdict == "ok") return;
    throw StorageFailure(
        fail(ErrorCode::SYS_STORAGE,
             fmt::format("{} is damaged: {}; restore it from a backup", path.string(), verdict)));
}

}  // namespace

Statement Database::statement_on(Connection& connection, std::string_view sql) {
    auto state = std::make_unique<Statement::State>();
    const Connection::Taken taken = connection.take(sql);
    state->statement = taken.statement;
    state->home = taken.home;
    state->connection = &connection;
    return Statement(std::move(state));
}

Result<std::unique_ptr<Database>> open_database(const std::filesystem::path& path,
                                                const std::vector<Migration>& migrations) {
    try {
        std::unique_ptr<Database> database = std::make_unique<SqliteDatabase>(path);
        check_integrity(*database, path);
        migrate(*database, path, migrations);
        return database;
    } catch (const StorageFailure& failure) {
        return failure.error();
    }
}

bool is_damaged(const std::filesystem::path& path) {
    std::error_code failure;
    if (!std::filesystem::exists(path, failure)) return false;
    sqlite3* handle = nullptr;
    sqlite3_stmt* check = nullptr;
    int result = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE, nullptr);
    if (result == SQLITE_OK)
        result = sqlite3_prepare_v2(handle, "PRAGMA quick_check(1)", -1, &check, nullptr);
    if (result == SQLITE_OK) result = sqlite3_step(check);
    bool whole = true;
    if (result == SQLITE_ROW) {
        const auto* verdict = reinterpret_cast<const char*>(sqlite3_column_text(check, 0));
        whole = verdict != nullptr && std::string_view(verdict) == "ok";
    }
    sqlite3_finalize(check);
    sqlite3_close(handle);
    const int kind = result & 0xff;
    return !whole || kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB;
}

}  // namespace vistter::store
