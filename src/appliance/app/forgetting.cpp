// The keys go first: whatever else is still there by then, nobody can speak as this device.
#include "appliance/app/forgetting.hpp"

#include <string>
#include <vector>

#include "appliance/adapters/secrets/secrets.hpp"
#include "appliance/adapters/store/stores.hpp"
#include "appliance/adapters/store/tables.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "store/database.hpp"

namespace vistter::appliance {
namespace {

namespace fs = std::filesystem;

fs::path promise_file(const fs::path& state) {
    return state / "unpairing";
}

// What belongs to the place and not to a pairing: the local account.
bool stays(const std::string& table) {
    return table == "local_account" || table == "local_operator" || table == "local_session";
}

// The rows, and the pages they were on.
void clear(store::Database& database) {
    database.execute("PRAGMA foreign_keys = OFF; PRAGMA secure_delete = ON");
    const auto tables = tables_of(database);
    database.transaction([&] {
        for (const std::string& table : tables) {
            if (!stays(table)) database.execute("DELETE FROM \"" + table + "\"");
        }
    });
    database.execute("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
}

Status clear_database(const fs::path& file) {
    std::error_code failed;
    if (!fs::exists(file, failed)) return ok();
    try {
        const auto database = store::open_database(file, appliance_migrations());
        if (!database) return database.error();
        clear(**database);
        return ok();
    } catch (const store::StorageFailure& failure) {
        return failure.error();
    }
}

// Damaged databases that were moved aside hold the same things.
std::vector<fs::path> set_aside(const fs::path& state) {
    std::vector<fs::path> files;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(state, failed)) {
        const std::string name = entry.path().filename();
        const bool in_use =
            name == "appliance.db" || name == "appliance.db-wal" || name == "appliance.db-shm";
        if (name.starts_with("appliance.db") && !in_use) files.push_back(entry.path());
    }
    return files;
}

Status remove_tree(const fs::path& path) {
    std::error_code failed;
    fs::remove_all(path, failed);
    if (!failed) return ok();
    return fail(ErrorCode::SYS_STORAGE, "Cannot delete " + path.string() + ": " + failed.message());
}

}  // namespace

Status promise_to_forget(const fs::path& state) {
    return write_file(promise_file(state), "", 0600);
}

Status forget_if_promised(const fs::path& state, IdentityStore& identities) {
    std::error_code failed;
    if (!fs::exists(promise_file(state), failed)) return ok();
    if (const Status gone = identities.remove(); !gone) return gone;
    if (const Status clean = clear_database(state / "appliance.db"); !clean) return clean;
    std::vector<fs::path> rest = set_aside(state);
    for (const char* folder : {"library", "recordings"}) rest.push_back(state / folder);
    rest.push_back(secrets_key_file(state));
    for (const fs::path& path : rest) {
        if (const Status gone = remove_tree(path); !gone) return gone;
    }
    fs::remove(promise_file(state), failed);
    if (failed) return fail(ErrorCode::SYS_STORAGE, "Cannot end unpairing: " + failed.message());
    log::info("Unpaired: everything of the former Studio is deleted");
    return ok();
}

}  // namespace vistter::appliance
