// The library folder: assets/<sha256>, documents/<name>, recordings/<name>; all 0600 below a 0700
// state folder.
#pragma once

#include <filesystem>
#include <memory>

#include "appliance/core/library_port.hpp"

namespace vistter::appliance {

// Makes the folders. SYS_STORAGE.
Result<std::unique_ptr<Library>> open_library(const std::filesystem::path& state);
std::filesystem::path asset_path(const std::string& assets_folder, const std::string& sha256);

}  // namespace vistter::appliance
