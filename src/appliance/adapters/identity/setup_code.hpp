// The one-time setup code: a 0600 file in the state folder, made at the first start, gone once used
// (rulings 15).
#pragma once

#include <filesystem>
#include <memory>

#include "appliance/core/local_ports.hpp"
#include "base/random.hpp"

namespace vistter::appliance {

// Makes the code's file if `needed` and none is there; removes a stale one if not needed.
Result<std::unique_ptr<SetupCode>> open_setup_code(const std::filesystem::path& state, bool needed,
                                                   Random& random);
std::filesystem::path setup_code_file(const std::filesystem::path& state);

}  // namespace vistter::appliance
