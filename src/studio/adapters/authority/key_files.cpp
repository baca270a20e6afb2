// Reading and making key files.
#include "studio/adapters/authority/key_files.hpp"

#include <fmt/format.h>

#include "base/file.hpp"

namespace vistter::studio {
namespace {

constexpr std::uint64_t file_limit = 65'536;
constexpr std::size_t secret_bytes = 32;

// A file that exists but is not what it should be is never overwritten: it may be the only copy of
// a key.
Error damaged(const std::filesystem::path& path, std::string_view wanted) {
    return fail(ErrorCode::CFG_INVALID,
                fmt::format("{} is not {}; restore it from a backup", path.string(), wanted));
}

}  // namespace

std::optional<std::string> read_if_there(const std::filesystem::path& path) {
    auto content = read_file(path, file_limit);
    if (!content || content->empty()) return std::nullopt;
    return std::move(*content);
}

Status keep_file(const std::filesystem::path& path, std::string_view content) {
    return write_file(path, content, 0600);
}

Result<KeyFile> read_key(const std::filesystem::path& path) {
    auto text = read_file(path, file_limit);
    if (!text) return text.error();
    const auto block = text->find("-----BEGIN");
    auto key = crypto::PrivateKey::from_pem(
        std::string_view(*text).substr(block == std::string::npos ? 0 : block));
    if (!key) return damaged(path, "a P-256 private key");
    return KeyFile{std::move(*text), std::move(*key)};
}

Result<Bytes> open_secret(const std::filesystem::path& path, Random& random) {
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) {
        const auto hex = read_file(path, file_limit);
        if (!hex) return hex.error();
        auto bytes = from_hex(*hex);
        if (!bytes || bytes->size() != secret_bytes)
            return damaged(path, "a secret of 64 hex digits");
        return std::move(*bytes);
    }
    Bytes bytes(secret_bytes);
    random.fill(bytes);
    if (auto kept = keep_file(path, to_hex(bytes)); !kept) return kept.error();
    return bytes;
}

}  // namespace vistter::studio
