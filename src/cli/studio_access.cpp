// Reads what the environment or the options name.
#include "cli/studio_access.hpp"

#include <cctype>
#include <cstdlib>

#include "base/file.hpp"

namespace vistter::cli {
namespace {

std::string value_or_environment(const std::string& given, const char* variable) {
    if (!given.empty()) return given;
    const char* value = std::getenv(variable);
    return value == nullptr ? std::string() : value;
}

std::string trimmed(std::string text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
    return text;
}

}  // namespace

void add_studio_options(CLI::App& verb, StudioOptions& options) {
    verb.add_option("--studio", options.url, "Studio's address")->capture_default_str();
    verb.add_option("--token-file", options.token_file,
                    "File with a sign-in token or an API key (default: VISTTER_TOKEN_FILE)");
    verb.add_option("--root", options.root_file,
                    "Studio's root certificate (default: VISTTER_STUDIO_ROOT)");
}

Result<RestClient> open_studio(const StudioOptions& options) {
    const std::string root_file = value_or_environment(options.root_file, "VISTTER_STUDIO_ROOT");
    if (root_file.empty()) {
        return fail(ErrorCode::CFG_INVALID,
                    "name Studio's root certificate with --root FILE or VISTTER_STUDIO_ROOT");
    }
    const auto root = read_file(root_file, 65'536);
    if (!root) return root.error();
    const std::string token_file = value_or_environment(options.token_file, "VISTTER_TOKEN_FILE");
    if (token_file.empty()) {
        return fail(ErrorCode::API_UNAUTHENTICATED,
                    "name a file with a sign-in token or an API key: --token-file or "
                    "VISTTER_TOKEN_FILE");
    }
    auto token = read_file(token_file, 4'096);
    if (!token) return token.error();
    RestClient client(options.url, *root);
    client.set_token(trimmed(std::move(*token)));
    return client;
}

}  // namespace vistter::cli
