// Reads from the end, and drops the line that was cut.
#include "appliance/app/log_tails.hpp"

#include <algorithm>
#include <fstream>

#include "base/log.hpp"

namespace vistter::appliance {
namespace {

std::string tail(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file) return {};
    const auto size = static_cast<std::uint64_t>(file.tellg());
    const std::uint64_t from = size > tail_bytes ? size - tail_bytes : 0;
    std::string text(size - from, '\0');
    file.seekg(static_cast<std::streamoff>(from));
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (from > 0) text.erase(0, text.find('\n') + 1);
    return text;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line;
    return text;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> log_tails(const std::filesystem::path& run_dir) {
    std::vector<std::pair<std::string, std::string>> out{{"control", joined(log::recent())}};
    std::vector<std::filesystem::path> files;
    std::error_code failed;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(run_dir, failed)) {
        if (entry.is_regular_file(failed) && entry.path().extension() == ".log")
            files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    if (files.size() > most_logs) files.resize(most_logs);
    for (const auto& path : files) out.emplace_back(path.stem().string(), tail(path));
    return out;
}

}  // namespace vistter::appliance
