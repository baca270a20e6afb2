// API keys on Studio's database.
#pragma once

#include <memory>

#include "store/database.hpp"
#include "studio/core/api_keys.hpp"

namespace vistter::studio {

std::unique_ptr<ApiKeys> make_api_keys(store::Database& database);

}  // namespace vistter::studio
