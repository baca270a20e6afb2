// Inside net: libcurl transfers whose bodies go to a sink.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/http_client.hpp"
#include "net/tls_context.hpp"

namespace vistter::net {

class Sink {
  public:
    virtual ~Sink() = default;
    // A piece of the body, after the status and all headers of `head` are known. An error ends the
    // transfer with it.
    virtual Status take(const Fetched& head, std::string_view bytes) = 0;
};

enum class Pace {
    whole,   // the deadline is for everything
    steady,  // the deadline is for connecting, and for any stretch slower than 1 KiB/s
};

// What requests of one conversation share: libcurl's handle and its connection. One thread.
class CurlSession {
  public:
    // `one_connection`: requests after the first go over the first one's connection or fail.
    explicit CurlSession(bool one_connection);
    // Status and headers; the body went to `sink`. Errors as fetch().
    Result<Fetched> run(const FetchOptions& options, Sink& sink, Pace pace);

  private:
    struct FreeHandle {
        void operator()(void* handle) const;
    };
    std::unique_ptr<ServerVerifier> verifier_;  // before the handle, whose connection uses it
    std::unique_ptr<void, FreeHandle> handle_;
    bool one_connection_;
    std::string peer_;  // whom the connection leads to, once there was one
};

// One request over its own connection.
Result<Fetched> run_request(const FetchOptions& options, Sink& sink, Pace pace);

}  // namespace vistter::net
