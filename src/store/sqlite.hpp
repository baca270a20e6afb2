// Inside store only: one SQLite connection with its cache of idle statements.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
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

    using Idle = std::vector<sqlite3_stmt*>;  // statements of one text that nobody uses
    struct Taken {
        sqlite3_stmt* statement;
        Idle* home;
    };

    sqlite3* native() const { return handle_; }
    // An idle statement of that text, or a new one. Give it back with keep().
    Taken take(std::string_view sql);
    void keep(const Taken& taken);
    void execute(const std::string& script);
    // One of the words that begin and end a transaction.
    void run(std::string_view word);
    bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
    // Throws what `result`, just returned by SQLite, means.
    [[noreturn]] void raise(int result, std::string_view step) const;

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };

    std::filesystem::path path_;
    sqlite3* handle_ = nullptr;
    std::unordered_map<std::string, Idle, Hash, std::equal_to<>> idle_;  // by text
    std::size_t idle_count_ = 0;
};

struct Statement::State {
    Connection* connection = nullptr;
    Connection::Idle* home = nullptr;
    sqlite3_stmt* statement = nullptr;
    int next_parameter = 1;

    void check_bound(int result);
    ~State() {
        if (connection != nullptr) connection->keep({statement, home});
    }
};

// Brings the schema up to `migrations` (store/database.hpp). Throws StorageFailure.
void migrate(Database& database, const std::filesystem::path& path,
             const std::vector<Migration>& migrations);

}  // namespace vistter::store
