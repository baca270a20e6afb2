#include "appliance/adapters/store/salvage.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "appliance/adapters/store/tables.hpp"
#include "base/log.hpp"

namespace vistter::appliance {
namespace {

constexpr std::size_t damaged_kept = 3;

// When a file was moved aside, by its name; nothing: it is none of those.
std::optional<std::int64_t> moved_at(const std::string& name, const std::string& prefix) {
    if (!name.starts_with(prefix)) return std::nullopt;
    std::int64_t at = 0;
    const char* end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data() + prefix.size(), end, at);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return at;
}

// A disk that keeps damaging the database must not be filled with what it damaged.
void forget_older(const std::filesystem::path& path) {
    const std::string prefix = path.filename().string() + ".damaged-";
    std::vector<std::int64_t> times;
    std::error_code failure;  // whoever cannot look removes nothing
    for (const auto& entry : std::filesystem::directory_iterator(path.parent_path(), failure)) {
        if (const auto at = moved_at(entry.path().filename().string(), prefix))
            times.push_back(*at);
    }
    std::ranges::sort(times, std::greater());
    for (std::size_t n = damaged_kept; n < times.size(); ++n) {
        const auto old = path.parent_path() / (prefix + std::to_string(times[n]));
        for (const char* part : {"", "-wal", "-shm"})
            std::filesystem::remove(old.string() + part, failure);
    }
}

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
        forget_older(path);
    }
    // Opened anew: nothing of the damaged file stays attached.
    auto database = store::open_database(path, migrations);
    if (!database) return database.error();
    salvaged.database = *std::move(database);
    return salvaged;
}

}  // namespace vistter::appliance
