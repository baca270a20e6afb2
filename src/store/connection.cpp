// Opening one SQLite connection with the durability the journals need, and what SQLite's result
// codes mean to us.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/file.hpp"
#include "store/sqlite.hpp"
#include "store/wal_file.hpp"

namespace vistter::store {
namespace {

constexpr std::size_t idle_limit = 256;
constexpr int busy_timeout_ms = 5'000;

// SQLite would create the file readable by others; its -wal and -shm files take over the mode set
// here.
void create_private_file(const std::filesystem::path& path) {
    int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        if (errno == EEXIST) return;
        ErrorCode code =
            errno == ENOSPC || errno == EDQUOT ? ErrorCode::LIM_STORAGE : ErrorCode::SYS_STORAGE;
        throw StorageFailure(
            fail(code, fmt::format("cannot create {}: {}", path.string(), std::strerror(errno))));
    }
    ::close(fd);
    Status synced = sync_directory(path.parent_path().empty() ? "." : path.parent_path());
    if (!synced) throw StorageFailure(synced.error());
}

constexpr const char* settings =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA foreign_keys=ON;"
    "PRAGMA trusted_schema=OFF;";

}  // namespace

StorageFailure::StorageFailure(Error error) : error_(std::move(error)), text_(describe(error_)) {}

Connection::Connection(const std::filesystem::path& path) : path_(path) {
    create_private_file(path);
    int result = sqlite3_open_v2(path.c_str(), &handle_,
                                 SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, gathering_vfs());
    try {
        if (result != SQLITE_OK) raise(result, "open");
        sqlite3_extended_result_codes(handle_, 1);
        sqlite3_busy_timeout(handle_, busy_timeout_ms);
        execute(settings);
    } catch (...) {
        sqlite3_close(handle_);
        throw;
    }
}

Connection::~Connection() {
    for (auto& [sql, statements] : idle_) {
        for (sqlite3_stmt* statement : statements) sqlite3_finalize(statement);
    }
    sqlite3_close(handle_);
}

Connection::Taken Connection::take(std::string_view sql) {
    auto found = idle_.find(sql);
    if (found == idle_.end()) found = idle_.emplace(sql, Idle{}).first;
    Idle& idle = found->second;
    if (!idle.empty()) {
        sqlite3_stmt* statement = idle.back();
        idle.pop_back();
        --idle_count_;
        return {statement, &idle};
    }
    sqlite3_stmt* statement = nullptr;
    int result = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                    SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (result != SQLITE_OK) raise(result, "prepare");
    if (statement == nullptr)
        throw StorageFailure(fail(ErrorCode::SYS_STORAGE, "an empty SQL statement"));
    return {statement, &idle};
}

void Connection::keep(const Taken& taken) {
    sqlite3_reset(taken.statement);
    sqlite3_clear_bindings(taken.statement);
    if (idle_count_ >= idle_limit) {
        sqlite3_finalize(taken.statement);
        return;
    }
    taken.home->push_back(taken.statement);
    ++idle_count_;
}

void Connection::run(std::string_view word) {
    const Taken taken = take(word);
    const int result = sqlite3_step(taken.statement);
    keep(taken);
    if (result != SQLITE_DONE) raise(result, word);
}

void Connection::execute(const std::string& script) {
    int result = sqlite3_exec(handle_, script.c_str(), nullptr, nullptr, nullptr);
    if (result != SQLITE_OK) raise(result, "execute");
}

void Connection::raise(int result, std::string_view step) const {
    bool full = (result & 0xff) == SQLITE_FULL;
    const char* reason = handle_ == nullptr ? sqlite3_errstr(result) : sqlite3_errmsg(handle_);
    throw StorageFailure(fail(full ? ErrorCode::LIM_STORAGE : ErrorCode::SYS_STORAGE,
                              fmt::format("{}: cannot {}: {}{}", path_.string(), step, reason,
                                          full ? "; free some space and try again" : "")));
}

}  // namespace vistter::store
