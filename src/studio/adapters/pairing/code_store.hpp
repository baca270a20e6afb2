// Pairing codes in Studio's database.
#pragma once

#include <memory>

#include "base/random.hpp"
#include "store/database.hpp"
#include "studio/core/pairing_code.hpp"

namespace vistter::studio {

// `database` and `random` must outlive it.
std::unique_ptr<CodeStore> make_code_store(store::Database& database, Random& random);

}  // namespace vistter::studio
