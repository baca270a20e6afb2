#include "appliance/adapters/store/salvage.hpp"

#include <system_error>

#include "base/log.hpp"

namespace vistter::appliance {
namespace {

Status move_aside(const std::filesystem::path& path, const std::filesystem::path& aside) {
    for (const char* part : {"", "-wal", "-shm"}) {
        std::error_code failure;
        const auto from = path.string() + part;
        if (!std::filesystem::exists(from, failure)) continue;
        std::filesystem::rename(from, aside.string() + part, failure);
        if (failure)
            return fail(ErrorCode::SYS_STORAGE,
                        from + " is damaged and cannot be moved aside: " + failure.message());
    }
    return ok();
}

std::vector<std::string> tables_of(store::Database& database) {
    auto statement = database.prepare(
        "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND "
        "name <> 'schema_migrations'");
    std::vector<std::string> names;
    while (statement.step()) names.push_back(statement.text(0));
    return names;
}

// Only between files of the same schema.
bool same_schema(store::Database& database) {
    auto differing = database.prepare(
        "SELECT 1 FROM main.schema_migrations m LEFT JOIN damaged.schema_migrations d ON d.number "
        "= m.number AND d.sha256 = m.sha256 WHERE d.number IS NULL");
    return !differing.step();
}

std::vector<std::string> copy_tables(store::Database& database) {
    std::vector<std::string> lost;
    database.execute("PRAGMA foreign_keys=OFF");
    for (const std::string& table : tables_of(database)) {
        try {
            database.transaction([&] {
                database.execute("DELETE FROM main." + table);
                database.execute("INSERT INTO main." + table + " SELECT * FROM damaged." + table);
            });
        } catch (const store::StorageFailure& failure) {
            log::error("table {} is lost: {}", table, failure.what());
            lost.push_back(table);
        }
    }
    database.execute("PRAGMA foreign_keys=ON");
    return lost;
}

std::vector<std::string> take_over(store::Database& database, const std::filesystem::path& from) {
    try {
        auto attach = database.prepare("ATTACH DATABASE ? AS damaged");
        attach.bind(from.string()).run();
        if (!same_schema(database)) return tables_of(database);
        return copy_tables(database);
    } catch (const store::StorageFailure& failure) {
        log::error("nothing of {} can be read: {}", from.string(), failure.what());
        return tables_of(database);
    }
}

}  // namespace

Result<Salvaged> open_or_replace(const std::filesystem::path& path,
                                 const std::vector<store::Migration>& migrations,
                                 const Clock& clock) {
    Salvaged salvaged;
    if (store::is_damaged(path)) {
        salvaged.aside = path.string() + ".damaged-" + std::to_string(clock.wall().ms);
        log::error("{} is damaged; it is kept as {}", path.string(), salvaged.aside.string());
        if (const Status moved = move_aside(path, salvaged.aside); !moved) return moved.error();
        auto fresh = store::open_database(path, migrations);
        if (!fresh) return fresh.error();
        salvaged.lost = take_over(**fresh, salvaged.aside);
    }
    // Opened anew: nothing of the damaged file stays attached.
    auto database = store::open_database(path, migrations);
    if (!database) return database.error();
    salvaged.database = *std::move(database);
    return salvaged;
}

}  // namespace vistter::appliance
