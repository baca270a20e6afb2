// As SQLite lists them.
#include "appliance/adapters/store/tables.hpp"

namespace vistter::appliance {

std::vector<std::string> tables_of(store::Database& database) {
    auto row = database.prepare(
        "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND "
        "name <> 'schema_migrations'");
    std::vector<std::string> names;
    while (row.step()) names.push_back(row.text(0));
    return names;
}

}  // namespace vistter::appliance
