// The code's file.
#include "appliance/adapters/identity/setup_code.hpp"

#include <algorithm>
#include <cctype>

#include "base/file.hpp"
#include "crypto/digest.hpp"
#include "crypto/password.hpp"

namespace vistter::appliance {
namespace {

// As typed: case, dashes and blanks do not matter.
std::string plain(const std::string& code) {
    std::string out;
    for (const char c : code) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0)
            out.push_back(static_cast<char>(std::toupper(c)));
    }
    return out;
}

class FileSetupCode final : public SetupCode {
  public:
    explicit FileSetupCode(std::filesystem::path file) : file_(std::move(file)) {}
    bool matches(const std::string& typed) override {
        const auto code = read_file(file_, 256);
        if (!code || plain(*code).empty()) return false;
        return crypto::equal_constant_time(crypto::sha256(as_bytes(plain(*code))),
                                           crypto::sha256(as_bytes(plain(typed))));
    }
    Status consume() override {
        std::error_code failed;
        std::filesystem::remove(file_, failed);
        if (failed)
            return fail(ErrorCode::SYS_STORAGE,
                        "The setup code's file could not be removed: " + failed.message());
        return ok();
    }

  private:
    std::filesystem::path file_;
};

}  // namespace

std::filesystem::path setup_code_file(const std::filesystem::path& state) {
    return state / "setup-code";
}

Result<std::unique_ptr<SetupCode>> open_setup_code(const std::filesystem::path& state, bool needed,
                                                   Random& random) {
    const auto file = setup_code_file(state);
    std::error_code failed;
    if (!needed) std::filesystem::remove(file, failed);
    if (needed && !std::filesystem::exists(file, failed)) {
        if (const Status kept = write_file(file, crypto::make_setup_code(random) + "\n", 0600);
            !kept)
            return kept.error();
    }
    return std::unique_ptr<SetupCode>(std::make_unique<FileSetupCode>(file));
}

}  // namespace vistter::appliance
