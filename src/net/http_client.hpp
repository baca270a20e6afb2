// Blocking HTTP(S) requests (libcurl): for worker threads and the CLI, never for a loop's thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "net/http.hpp"
#include "net/tls.hpp"

namespace vistter::net {

struct FetchOptions {
    std::string method = "GET";
    std::string url;  // https, or http on loopback only
    Headers headers;
    std::string body;
    std::optional<ClientTls> tls;  // absent: http only
    std::int64_t deadline_ms = 15'000;
    std::size_t max_bytes = 4'194'304;
    // Where a connection may go (rulings 17), asked with the resolved address before connecting;
    // redirects are never followed. Absent: anywhere.
    std::function<bool(const std::string& host, const std::string& address)> allow;
};

struct Fetched {
    int status = 0;
    Headers headers;
    std::string body;
};

// Any HTTP status is a success here. Errors: SEC_PIN, AST_FETCH (names the failing step: DNS, TCP,
// TLS), SYS_TIMEOUT, VAL_TOO_BIG, SEC_UNAUTHORISED (address not allowed).
Result<Fetched> fetch(const FetchOptions& options);

struct Download {
    FetchOptions request;
    std::filesystem::path target;  // written beside, renamed when size and hash are right
    std::string sha256;            // hex
    std::int64_t size_bytes = 0;
    std::function<void(std::int64_t done)> progress;  // on the calling thread; may be empty
};

// Resumes by Range from what an earlier attempt left. Errors: AST_FETCH, AST_EXPIRED_URL (403,
// 410), AST_HASH, AST_TOO_BIG, LIM_STORAGE. On any error the target is as before.
Status download(const Download& what);

}  // namespace vistter::net
