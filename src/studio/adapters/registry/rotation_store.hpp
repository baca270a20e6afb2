// Renewals of credentials on Studio's database.
#pragma once

#include <memory>

#include "store/database.hpp"
#include "studio/core/rotation.hpp"

namespace vistter::studio {

// `database` must outlive it.
std::unique_ptr<RotationStore> make_rotation_store(store::Database& database);

}  // namespace vistter::studio
