// A folder of built web pages as responses: types, caching, a strict content policy. The folder is
// read once, so no path in a request ever reaches the file system.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "net/http.hpp"

namespace vistter::net {

// The headers every page and every answer about pages carries: content policy, nosniff,
// no-referrer.
const std::vector<std::pair<std::string, std::string>>& page_headers();

// Immutable after loading; usable from any thread.
class StaticFiles {
  public:
    // Nothing but the regular files under `folder`, at most 64 MiB in all; links and names
    // beginning with '.' are left out. Errors: RES_NOT_FOUND without an index.html in it,
    // VAL_TOO_BIG, SYS_STORAGE.
    static Result<StaticFiles> load(const std::filesystem::path& folder);

    // The answer to GET or HEAD (405 otherwise). A path without a file and without a dot in its
    // last part gets index.html (the pages route themselves), any other one 404. Files under
    // /assets/ carry their hash in their name: they may be kept for ever; the others are
    // revalidated by ETag.
    Response serve(const Request& request) const;

  private:
    struct File {
        std::string type, etag, content;
    };
    const File* find(const std::string& path) const;

    std::map<std::string, File> files_;  // by path, e.g. "/assets/main-1a2b.js"
};

// A page that says in plain words that the web pages are not installed and how to build them.
Response pages_missing();

}  // namespace vistter::net
