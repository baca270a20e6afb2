// Inside net: one libcurl transfer whose body goes to a sink.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "net/http_client.hpp"

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

// Status and headers; the body went to `sink`. Errors as fetch().
Result<Fetched> run_request(const FetchOptions& options, Sink& sink, Pace pace);

}  // namespace vistter::net
