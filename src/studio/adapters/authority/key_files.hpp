// Small secret files of the state folder: read, or made once and written atomically with mode 0600.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "crypto/keys.hpp"

namespace vistter::studio {

// The content of a file of at most 64 KiB, or nothing when it is missing, unreadable or empty.
std::optional<std::string> read_if_there(const std::filesystem::path& path);
// Errors: SYS_STORAGE naming the file.
Status keep_file(const std::filesystem::path& path, std::string_view content);
struct KeyFile {
    std::string text;
    crypto::PrivateKey key;
};
// Errors: RES_NOT_FOUND, CFG_INVALID (not a P-256 key in PEM), SYS_STORAGE.
Result<KeyFile> read_key(const std::filesystem::path& path);
// 32 random bytes, stored as hex. Errors: CFG_INVALID, SYS_STORAGE.
Result<Bytes> open_secret(const std::filesystem::path& path, Random& random);

}  // namespace vistter::studio
