// Studio's database schema: the numbered migrations of sql/studio, carried inside the program.
#pragma once

#include <vector>

#include "store/database.hpp"

namespace vistter::studio {

// In order of their numbers.
std::vector<store::Migration> schema();

}  // namespace vistter::studio
