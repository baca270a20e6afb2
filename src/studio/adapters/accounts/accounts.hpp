// Organisations, users and sign-ins on Studio's database.
#pragma once

#include <memory>
#include <string>

#include "store/database.hpp"
#include "studio/core/accounts.hpp"

namespace vistter::studio {

// Makes the home organisation, `home`, where there is none, and gives it what no organisation has
// yet. `database` must outlive it. Storage failures are thrown.
std::unique_ptr<Accounts> make_accounts(store::Database& database, const std::string& home,
                                        WallTime now);

}  // namespace vistter::studio
