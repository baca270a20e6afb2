// A thin SQL handle on SQLite: WAL, synchronous=FULL (an acknowledged row survives a power cut; drills.md section 6),
// foreign keys on. One connection a thread; not thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace vistter::store {

class Database;

// A prepared statement, ready to bind from 1 and to step. Obtained from Database::prepare and valid while it lives;
// prepared statements are cached by their text. A storage failure throws StorageFailure (caught at one boundary a request).
class Statement {
  public:
    Statement& bind(std::int64_t value);
    Statement& bind(std::string_view value);
    Statement& bind(const char* value) { return bind(std::string_view(value)); }
    Statement& bind(const std::string& value) { return bind(std::string_view(value)); }
    Statement& bind(const std::optional<std::string>& value);
    Statement& bind(const std::optional<std::int64_t>& value);
    Statement& bind_null();
    bool step();  // true: a row is there
    void run();   // to the end, no row expected
    std::int64_t integer(int column) const;
    std::string text(int column) const;
    bool is_null(int column) const;
    ~Statement();
    Statement(Statement&&) noexcept;

  private:
    friend class Database;
    struct State;
    explicit Statement(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// Disk full, I/O error, corruption: what a caller cannot mend on the spot.
class StorageFailure : public std::exception {
  public:
    explicit StorageFailure(Error error);
    const char* what() const noexcept override { return text_.c_str(); }
    const Error& error() const { return error_; }  // LIM_STORAGE or SYS_STORAGE

  private:
    Error error_;
    std::string text_;
};

class Database {
  public:
    virtual ~Database() = default;
    virtual Statement prepare(std::string_view sql) = 0;
    virtual void execute(std::string_view script) = 0;
    // Runs `work` in one IMMEDIATE transaction: committed (durable) when it returns, rolled back when it throws. A call
    // inside a transaction joins the outer one.
    virtual void transaction(const std::function<void()>& work) = 0;
    virtual std::int64_t changes() const = 0;
};

// A numbered, frozen change of the schema. `sql` is the text of sql/<product>/NNNN_name.sql.
struct Migration {
    int number;
    std::string_view name;
    std::string_view sql;
};

// Opens or creates, checks integrity quickly, applies the migrations that are missing, each in its own transaction.
// Errors: SYS_STORAGE with the path; a database newer than the program is refused.
Result<std::unique_ptr<Database>> open_database(const std::filesystem::path& path,
                                                const std::vector<Migration>& migrations);

}  // namespace vistter::store
