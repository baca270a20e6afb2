// The last words of the appliance's three kinds of process, for whoever exports diagnostics.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace vistter::appliance {

inline constexpr std::uint64_t tail_bytes = 256 * 1024;  // of each log
inline constexpr std::size_t most_logs = 20;

// (name, text): this process's newest lines, then the end of each log file in `run_dir`, whole
// lines, the newest at the end. A file that cannot be read is left out.
std::vector<std::pair<std::string, std::string>> log_tails(const std::filesystem::path& run_dir);

}  // namespace vistter::appliance
