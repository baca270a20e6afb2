// The one-time code that lets the first person in (rulings 15): a 0600 file in the state folder.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/random.hpp"
#include "base/result.hpp"
#include "studio/core/setup_code.hpp"

namespace vistter::studio {

// Reads the code, or makes one; with `users_exist` there is none and a left-over file is removed.
// Errors: SYS_STORAGE.
Result<std::unique_ptr<SetupCode>> open_setup_code(const std::filesystem::path& state,
                                                   bool users_exist, Random& random);

}  // namespace vistter::studio
