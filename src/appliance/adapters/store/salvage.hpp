// Opening the appliance's database when it is damaged: the file is moved aside, a fresh one takes
// over every table that can still be read whole, and the show goes on. What is missing then comes
// again from Studio. The newest three damaged files are kept for whoever wants to look.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "store/database.hpp"

namespace vistter::appliance {

struct Salvaged {
    std::unique_ptr<store::Database> database;
    std::filesystem::path aside;    // the damaged file; empty: it was whole
    std::vector<std::string> lost;  // tables that could not be read
};

// Errors: as store::open_database() of a file that is not damaged.
Result<Salvaged> open_or_replace(const std::filesystem::path& path,
                                 const std::vector<store::Migration>& migrations,
                                 const Clock& clock);

}  // namespace vistter::appliance
