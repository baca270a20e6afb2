// Assets as files named by their SHA-256, their rows and the timelines on Studio's database.
#pragma once

#include <filesystem>
#include <memory>

#include "store/database.hpp"
#include "studio/core/library.hpp"

namespace vistter::studio {

// `folder` exists. `database` must outlive the library.
std::unique_ptr<Library> make_library(store::Database& database, std::filesystem::path folder);

}  // namespace vistter::studio
