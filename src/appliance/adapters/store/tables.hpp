// The tables of the appliance's database.
#pragma once

#include <string>
#include <vector>

#include "store/database.hpp"

namespace vistter::appliance {

// Every table that holds something of ours: all but SQLite's own and the list of migrations.
std::vector<std::string> tables_of(store::Database& database);

}  // namespace vistter::appliance
