// Files of the library; an asset is what its name says, because it only gets there after its hash
// was checked.
#include "appliance/adapters/library/library.hpp"

#include <sys/statvfs.h>

#include "base/file.hpp"
#include "crypto/digest.hpp"

namespace vistter::appliance {
namespace {

class FileLibrary final : public Library {
  public:
    explicit FileLibrary(std::filesystem::path root) : root_(std::move(root)) {}

    std::string sha256_hex(const std::string& text) override { return crypto::sha256_hex(text); }

    bool has_asset(const std::string& sha256, std::int64_t size_bytes) override {
        std::error_code failed;
        const auto size = std::filesystem::file_size(assets() / sha256, failed);
        return !failed && static_cast<std::int64_t>(size) == size_bytes;
    }
    bool has_asset(const std::string& sha256) override {
        std::error_code failed;
        return std::filesystem::is_regular_file(assets() / sha256, failed);
    }
    std::string assets_folder() override { return assets().string(); }

    Result<std::string> keep_document(const std::string& name, const std::string& text) override {
        const std::string path = document_path(name);
        if (const auto held = read_file(path, text.size()); held && *held == text) return path;
        if (const Status kept = write_file(path, text, 0600); !kept) return kept.error();
        return path;
    }
    std::string document_path(const std::string& name) override {
        return (root_ / "library/documents" / name).string();
    }

    std::int64_t free_bytes() override {
        struct statvfs disk {};
        if (::statvfs(root_.c_str(), &disk) != 0) return 0;
        return static_cast<std::int64_t>(disk.f_bavail) * static_cast<std::int64_t>(disk.f_frsize);
    }
    std::string recording_path(const std::string& name) override {
        return (root_ / "recordings" / name).string();
    }

  private:
    std::filesystem::path assets() const { return root_ / "library/assets"; }
    std::filesystem::path root_;
};

}  // namespace

Result<std::unique_ptr<Library>> open_library(const std::filesystem::path& state) {
    for (const char* folder : {"library", "library/assets", "library/documents", "recordings"}) {
        if (const Status made = make_private_directory(state / folder); !made) return made.error();
    }
    return std::unique_ptr<Library>(
        std::make_unique<FileLibrary>(std::filesystem::absolute(state)));
}

std::filesystem::path asset_path(const std::string& assets_folder, const std::string& sha256) {
    return std::filesystem::path(assets_folder) / sha256;
}

}  // namespace vistter::appliance
