// Files that survive a power cut: written beside, synced, renamed, directory synced
// (drills.md 7.9).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace vistter {

// Replaces `path` atomically: after a crash the old or the new content is there, whole. Mode e.g.
// 0600.
Status write_file(const std::filesystem::path& path, std::string_view content, unsigned mode);
// The whole file, or an error: RES_NOT_FOUND, VAL_TOO_BIG past `limit` bytes, SYS_STORAGE.
Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t limit);
// Makes `path` and its parents; the last one gets mode 0700 if it did not exist.
Status make_private_directory(const std::filesystem::path& path);
Status sync_directory(const std::filesystem::path& path);

}  // namespace vistter
