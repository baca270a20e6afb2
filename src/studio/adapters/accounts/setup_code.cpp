// The file setup-code.
#include "studio/adapters/accounts/setup_code.hpp"

#include <cctype>
#include <memory>
#include <utility>

#include "base/file.hpp"
#include "crypto/digest.hpp"
#include "crypto/password.hpp"

namespace vistter::studio {
namespace {

std::string symbols_of(std::string_view text) {
    std::string symbols;
    for (const char symbol : text) {
        if (symbol == '-' || std::isspace(static_cast<unsigned char>(symbol))) continue;
        symbols.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(symbol))));
    }
    return symbols;
}

class FileSetupCode final : public SetupCode {
  public:
    FileSetupCode(std::filesystem::path file, std::optional<std::string> code)
        : file_(std::move(file)), code_(std::move(code)) {}

    std::optional<std::string> current() const override { return code_; }
    bool matches(const std::string& text) const override {
        if (!code_) return false;
        const std::string given = symbols_of(text);
        const std::string wanted = symbols_of(*code_);
        return crypto::equal_constant_time(as_bytes(given), as_bytes(wanted));
    }
    void consume() override {
        code_.reset();
        std::error_code ignored;  // a left-over file is removed at the next start; it opens nothing
        std::filesystem::remove(file_, ignored);
    }

  private:
    std::filesystem::path file_;
    std::optional<std::string> code_;
};

}  // namespace

Result<std::unique_ptr<SetupCode>> open_setup_code(const std::filesystem::path& state,
                                                   bool users_exist, Random& random) {
    const std::filesystem::path file = state / "setup-code";
    if (users_exist) {
        std::error_code ignored;
        std::filesystem::remove(file, ignored);
        return std::unique_ptr<SetupCode>(std::make_unique<FileSetupCode>(file, std::nullopt));
    }
    std::string code;
    if (auto kept = read_file(file, 64); kept && !symbols_of(*kept).empty()) {
        code = *kept;
        while (!code.empty() && std::isspace(static_cast<unsigned char>(code.back())))
            code.pop_back();
    } else {
        code = crypto::make_setup_code(random);
        if (auto written = write_file(file, code + "\n", 0600); !written) return written.error();
    }
    return std::unique_ptr<SetupCode>(std::make_unique<FileSetupCode>(file, std::move(code)));
}

}  // namespace vistter::studio
