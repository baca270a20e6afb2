// Users and sign-ins on Studio's database.
#pragma once

#include <memory>

#include "store/database.hpp"
#include "studio/core/accounts.hpp"

namespace vistter::studio {

// `database` must outlive it.
std::unique_ptr<Accounts> make_accounts(store::Database& database);

}  // namespace vistter::studio
