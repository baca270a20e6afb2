// Numbered, frozen migrations: each is applied once, in order, and its text may never change
// afterwards.
#include <fmt/format.h>

#include <map>

#include "crypto/digest.hpp"
#include "store/sqlite.hpp"

namespace vistter::store {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& reason) {
    throw StorageFailure(
        fail(ErrorCode::SYS_STORAGE, fmt::format("{}: {}", path.string(), reason)));
}

// Number -> SHA-256 of what was applied.
std::map<std::int64_t, std::string> applied_migrations(Database& database) {
    database.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations ("
        " number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL) STRICT");
    std::map<std::int64_t, std::string> applied;
    Statement rows = database.prepare("SELECT number, sha256 FROM schema_migrations");
    while (rows.step()) applied[rows.integer(0)] = rows.text(1);
    return applied;
}

void apply(Database& database, const Migration& migration, const std::string& hash) {
    database.transaction([&] {
        database.execute(migration.sql);
        database.prepare("INSERT INTO schema_migrations (number, name, sha256) VALUES (?, ?, ?)")
            .bind(migration.number)
            .bind(migration.name)
            .bind(hash)
            .run();
    });
}

}  // namespace

void migrate(Database& database, const std::filesystem::path& path,
             const std::vector<Migration>& migrations) {
    std::map<std::int64_t, std::string> applied = applied_migrations(database);
    int known = migrations.empty() ? 0 : migrations.back().number;
    int highest = applied.empty() ? 0 : static_cast<int>(applied.rbegin()->first);
    if (highest > known) {
        refuse(path, fmt::format(
                         "its schema {} is newer than this program's {}; install the newer program",
                         highest, known));
    }
    int previous = 0;
    for (const Migration& migration : migrations) {
        if (migration.number <= previous) refuse(path, "the program's migrations are out of order");
        previous = migration.number;
        std::string hash = crypto::sha256_hex(migration.sql);
        auto before = applied.find(migration.number);
        if (before == applied.end()) {
            if (migration.number < highest) {
                refuse(path, fmt::format("migration {} was skipped when {} was applied",
                                         migration.number, highest));
            }
            apply(database, migration, hash);
        } else if (before->second != hash) {
            refuse(path, fmt::format("migration {} ({}) has changed since it was applied",
                                     migration.number, migration.name));
        }
    }
}

}  // namespace vistter::store
