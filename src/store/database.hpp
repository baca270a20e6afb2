// A thin SQL handle on SQLite: WAL, synchronous=FULL (an acknowledged row survives a power cut;
// drills.md section 6), foreign keys on. One connection a thread; not thread-safe.
#pragma once

#include <concepts>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace vistter::store {

class Connection;
class Database;

// A prepared statement, ready to bind from 1 and to step. Obtained from Database::prepare, which
// must outlive it; prepared statements are cached by their text. A storage failure throws
// StorageFailure (caught at one boundary). After run(), or after step() answered false, it is ready
// to be bound from 1 and run again.
class Statement {
  public:
    Statement& bind(std::int64_t value);
    template <std::integral T>  // without it, bind(0) could also mean a null pointer
    Statement& bind(T value) {
        return bind(static_cast<std::int64_t>(value));
    }
    Statement& bind(std::string_view value);
    Statement& bind(const char* value) { return bind(std::string_view(value)); }
    Statement& bind(const std::string& value) { return bind(std::string_view(value)); }
    Statement& bind(const std::optional<std::string>& value);
    Statement& bind(const std::optional<std::int64_t>& value);
    Statement& bind_null();
    Statement& bind_real(double value);
    bool step();  // true: a row is there
    void run();   // to the end, no row expected
    // Columns count from 0; a null reads as 0 or "".
    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string text(int column) const;
    bool is_null(int column) const;
    std::optional<std::int64_t> optional_integer(int column) const;
    std::optional<std::string> optional_text(int column) const;
    ~Statement();
    Statement(Statement&&) noexcept;

  private:
    friend class Database;
    struct State;
    explicit Statement(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// Disk full, I/O error, corruption, a broken constraint: what a caller cannot mend on the spot.
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
    // Runs `work` in one IMMEDIATE transaction: committed (durable) when it returns, rolled back
    // when it throws. A call inside a transaction joins the outer one; when an inner call throws,
    // the outer one can only be rolled back, even if its own work swallows the exception.
    virtual void transaction(const std::function<void()>& work) = 0;
    virtual std::int64_t changes() const = 0;  // rows the last INSERT, UPDATE or DELETE touched
    virtual std::int64_t last_insert_id() const = 0;  // rowid of the last INSERT
    // How many transactions did not come about: what was remembered of rows before that may be
    // wrong.
    virtual std::int64_t rollbacks() const = 0;

  protected:
    static Statement statement_on(Connection& connection, std::string_view sql);
};

// A numbered, frozen change of the schema. `sql` is the text of sql/<product>/NNNN_name.sql.
struct Migration {
    int number;
    std::string_view name;
    std::string_view sql;
};

// Opens or creates (mode 0600), checks integrity quickly, applies the migrations that are missing,
// each in its own transaction. `migrations` are in ascending order. Each applied one is remembered
// with the SHA-256 of its text. Errors: SYS_STORAGE with the path for a file that is damaged, newer
// than the program, or made by a migration whose text has changed since; LIM_STORAGE when there is
// no room.
Result<std::unique_ptr<Database>> open_database(const std::filesystem::path& path,
                                                const std::vector<Migration>& migrations);

// Whether the file is there and SQLite cannot read it as a whole: no database, or one with damaged
// pages. False also when the disk does not let it be looked at.
bool is_damaged(const std::filesystem::path& path);

}  // namespace vistter::store
