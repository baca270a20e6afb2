// Inside store only: one SQLite connection with its cache of idle statements.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.hpp"

namespace vistter::store {

class Connection {
  public:
    // Throws StorageFailure.
    explicit Connection(const std::filesystem::path& path);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    sqlite3* native() const { return handle_; }
    // An idle statement of that text, or a new one. Give it back with keep().
    sqlite3_stmt* take(std::string_view sql);
    void keep(sqlite3_stmt* statement);
    void execute(const std::string& script);
    bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
    // Throws what `result`, just returned by SQLite, means.
    [[noreturn]] void raise(int result, std::string_view step) const;

  private:
    std::filesystem::path path_;
    sqlite3* handle_ = nullptr;
    std::map<std::string, std::vector<sqlite3_stmt*>, std::less<>> idle_;
    std::size_t idle_count_ = 0;
};

struct Statement::State {
    Connection* connection = nullptr;
    sqlite3_stmt* statement = nullptr;
    int next_parameter = 1;

    void check_bound(int result);
    ~State() {
        if (connection != nullptr) connection->keep(statement);
    }
};

// Brings the schema up to `migrations` (store/database.hpp). Throws StorageFailure.
void migrate(Database& database, const std::filesystem::path& path,
             const std::vector<Migration>& migrations);

}  // namespace vistter::store
