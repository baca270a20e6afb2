// Pairing tokens and devices on Studio's database.
#pragma once

#include <memory>

#include "store/database.hpp"
#include "studio/core/registry.hpp"

namespace vistter::studio {

// `database` must outlive it.
std::unique_ptr<Registry> make_registry(store::Database& database);

}  // namespace vistter::studio
