// Blocking HTTP(S) requests (libcurl): for worker threads and the CLI, never for a loop's thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/http.hpp"
#include "net/proxy.hpp"
#include "net/tls.hpp"

namespace vistter::net {

// How far a request came, for whoever has to say which step failed: microseconds since its start,
// 0 where it did not come. Through a proxy the first two are the proxy's.
struct Trace {
    std::int64_t resolved_us = 0, connected_us = 0, secured_us = 0, answered_us = 0;
    std::optional<WallTime> server_time;  // of the answer's Date header
};

struct FetchOptions {
    std::string method = "GET";
    std::string url;  // https, or http on loopback only
    Headers headers;
    std::string body;
    std::optional<ClientTls> tls;  // absent: http only
    // For https only, plain http goes direct. Nothing in the environment is asked.
    Proxy proxy;
    std::int64_t deadline_ms = 15'000;
    std::size_t max_bytes = 4'194'304;
    // Where a connection may go (rulings 17), asked with the resolved address before connecting;
    // redirects are never followed. Absent: anywhere. Through a proxy the name is resolved out
    // there, so only a host that is an address itself can be asked about.
    std::function<bool(const std::string& host, const std::string& address)> allow;
    Trace* trace = nullptr;  // filled in however the request ends; may be null
    // Ends the request within a second of being asked to, with AST_FETCH. Any thread may ask.
    std::stop_token stop = {};
};

struct Fetched {
    int status = 0;
    Headers headers;
    std::string body;
    Bytes tls_exporter;  // as in net::Request, of the connection that answered
};

// Any HTTP status is a success here. Errors: SEC_PIN, AST_FETCH (the message begins with the
// failing step: DNS, proxy, TCP, TLS, HTTP), SYS_TIMEOUT, VAL_TOO_BIG, SEC_UNAUTHORISED (address
// not allowed; "TLS: ..." the server does not take our certificate; "proxy: ..." it wants other
// credentials).
Result<Fetched> fetch(const FetchOptions& options);

// Requests one after another over one connection, for an exchange that is bound to it. One thread.
class Conversation {
  public:
    Conversation();
    ~Conversation();
    Conversation(Conversation&&) noexcept;
    Conversation& operator=(Conversation&&) noexcept;
    // As net::fetch(). The first request connects, with its tls and proxy; a later one that would
    // need another connection fails with AST_FETCH and is not sent.
    Result<Fetched> fetch(const FetchOptions& options);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

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
