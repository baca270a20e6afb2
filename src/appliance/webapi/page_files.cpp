// Nothing outside the folder is ever read: every part of the path must be a plain name.
#include "appliance/webapi/page_files.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>

#include "base/file.hpp"

namespace vistter::appliance {
namespace {

constexpr std::uint64_t file_limit = 8 * 1024 * 1024;
constexpr const char* policy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' "
    "data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
constexpr const char* no_page =
    "<!doctype html><title>Vistter appliance</title><p>The page has not been built. The API is at "
    "/local/v1.</p>";

bool is_plain_name(const std::string& part) {
    if (part.empty() || part.front() == '.') return false;
    return std::all_of(part.begin(), part.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
    });
}

// The file a path names, or nothing if a part of it is not a plain name.
std::optional<std::filesystem::path> file_of(const std::filesystem::path& folder,
                                             const std::string& path) {
    std::filesystem::path out = folder;
    std::size_t at = 1;
    while (at < path.size()) {
        const auto slash = std::min(path.find('/', at), path.size());
        const std::string part = path.substr(at, slash - at);
        if (!is_plain_name(part)) return std::nullopt;
        out /= part;
        at = slash + 1;
    }
    return out;
}

std::string type_of(const std::filesystem::path& file) {
    static const std::map<std::string, std::string> types{{".html", "text/html; charset=utf-8"},
                                                          {".js", "text/javascript"},
                                                          {".css", "text/css"},
                                                          {".svg", "image/svg+xml"},
                                                          {".png", "image/png"},
                                                          {".json", "application/json"},
                                                          {".woff2", "font/woff2"},
                                                          {".ico", "image/x-icon"},
                                                          {".txt", "text/plain; charset=utf-8"}};
    const auto found = types.find(file.extension().string());
    return found == types.end() ? "application/octet-stream" : found->second;
}

net::Response page_response(std::string body, const std::string& type, bool immutable) {
    net::Response response;
    response.headers = {
        {"Content-Type", type},
        {"Content-Security-Policy", policy},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Cache-Control", immutable ? "public, max-age=31536000, immutable" : "no-cache"}};
    response.body = std::move(body);
    return response;
}

}  // namespace

net::Response PageFiles::answer(const net::Request& request) const {
    const auto file = file_of(folder_, request.path);
    if (file && request.path != "/") {
        if (auto content = read_file(*file, file_limit))
            return page_response(*std::move(content), type_of(*file),
                                 request.path.starts_with("/assets/"));
    }
    const bool asks_file = !file || file->has_extension();
    if (asks_file && request.path != "/") {
        net::Response response =
            page_response("There is no such file.\n", "text/plain; charset=utf-8", false);
        response.status = 404;
        return response;
    }
    auto index = read_file(folder_ / "index.html", file_limit);
    return page_response(index ? *std::move(index) : std::string(no_page),
                         "text/html; charset=utf-8", false);
}

}  // namespace vistter::appliance
