// Pairing tokens, devices and their credentials on Studio's database.
#pragma once

#include <memory>

#include "store/database.hpp"
#include "studio/core/registry.hpp"

namespace vistter::studio {

// Both must outlive it.
std::unique_ptr<Registry> make_registry(store::Database& database, const Clock& clock);

}  // namespace vistter::studio
