// Loading a web build into memory and answering from there.
#include "net/static_files.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.hpp"
#include "crypto/digest.hpp"
#include "net/response_head.hpp"
#include "net/url.hpp"

namespace vistter::net {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t total_limit = 64ull << 20;

struct Type {
    std::string_view ending, name;
};
constexpr Type types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".ico", "image/x-icon"},
    {".webp", "image/webp"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
    {".yaml", "application/yaml"},
};

std::string type_of(const fs::path& path) {
    std::string ending = lower(path.extension().string());
    auto found = std::ranges::find(types, ending, &Type::ending);
    return std::string(found == std::end(types) ? "application/octet-stream" : found->name);
}

// Every regular file below `folder`, hidden ones and links left out.
std::vector<fs::path> files_below(const fs::path& folder, std::error_code& failed) {
    std::vector<fs::path> files;
    auto entry = fs::recursive_directory_iterator(folder, failed);
    for (; !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed)) {
        bool hidden = entry->path().filename().string().starts_with('.');
        if (hidden || entry->is_symlink()) {
            entry.disable_recursion_pending();
        } else if (entry->is_regular_file()) {
            files.push_back(entry->path());
        }
    }
    return files;
}

bool names_a_file(std::string_view path) {
    return path.substr(path.rfind('/') + 1).find('.') != std::string_view::npos;
}

Response page(int status, std::string type) {
    Response response;
    response.status = status;
    response.headers = page_headers();
    response.headers.emplace_back("Content-Type", std::move(type));
    return response;
}

}  // namespace

const std::vector<std::pair<std::string, std::string>>& page_headers() {
    static const std::vector<std::pair<std::string, std::string>> headers = {
        {"Content-Security-Policy",
         "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; "
         "connect-src 'self'; "
         "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
    };
    return headers;
}

Result<StaticFiles> StaticFiles::load(const fs::path& folder) {
    std::error_code failed;
    std::vector<fs::path> paths = files_below(folder, failed);
    StaticFiles made;
    std::uint64_t left = total_limit;
    for (const fs::path& path : paths) {
        Result<std::string> content = read_file(path, left);
        if (!content) return content.error();
        left -= content->size();
        std::string etag = fmt::format("\"{}\"", crypto::sha256_hex(*content).substr(0, 32));
        made.files_["/" + path.lexically_relative(folder).generic_string()] =
            File{.type = type_of(path), .etag = std::move(etag), .content = std::move(*content)};
    }
    if (failed || !made.files_.contains("/index.html")) {
        return fail(ErrorCode::RES_NOT_FOUND,
                    fmt::format("no web pages in {}: there is no index.html", folder.string()));
    }
    return made;
}

const StaticFiles::File* StaticFiles::find(const std::string& path) const {
    auto found = files_.find(path.ends_with('/') ? path + "index.html" : path);
    if (found == files_.end() && !names_a_file(path) && !path.starts_with("/assets/")) {
        found = files_.find("/index.html");
    }
    return found == files_.end() ? nullptr : &found->second;
}

Response StaticFiles::serve(const Request& request) const {
    if (request.method != "GET" && request.method != "HEAD") {
        Response refused = problem_response(405, "API_NOT_FOUND", "pages are only read");
        refused.headers.emplace_back("Allow", "GET, HEAD");
        return refused;
    }
    const File* file = find(request.path);
    if (file == nullptr)
        return problem_response(404, "API_NOT_FOUND", "there is nothing at this path");
    bool hashed = request.path.starts_with("/assets/");
    bool known = has_element(request.header("if-none-match"), file->etag);
    Response response = page(known ? 304 : 200, file->type);
    response.headers.emplace_back("ETag", file->etag);
    response.headers.emplace_back("Cache-Control",
                                  hashed ? "public, max-age=31536000, immutable" : "no-cache");
    if (!known) response.body = file->content;
    return response;
}

Response pages_missing() {
    Response response = page(503, "text/html; charset=utf-8");
    response.headers.emplace_back("Cache-Control", "no-store");
    response.body =
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Vistter</title>"
        "<h1>The web pages are not built</h1><p>The service itself is running. Build the pages "
        "with scripts/demo or "
        "scripts/test, or name their folder with --web, and start it again.</p></html>";
    return response;
}

}  // namespace vistter::net
