// HTTP as the project sees it: plain requests and responses, no library type.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace vistter::net {

// Header names are lower case. A header that came twice is joined with ", ".
using Headers = std::map<std::string, std::string>;

struct Request {
    std::string method;  // upper case
    std::string path;    // decoded, without the query, always starting with '/'
    std::string query;   // raw, without '?'
    Headers headers;
    std::string body;
    std::string remote_address;
    Bytes client_certificate;  // DER of the verified client certificate; empty without mutual TLS
    bool secure = false;       // came over TLS

    std::string header(std::string_view name) const;              // "" if absent
    std::optional<std::string> query_value(std::string_view name) const;  // percent-decoded
    std::optional<std::string> cookie(std::string_view name) const;
};

struct Response {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;  // in order; Content-Length is added
    std::string body;
};

// A response body that goes on (server-sent events, MJPEG). Lives until the peer leaves or close().
// Use on the loop's thread.
class Stream {
  public:
    virtual ~Stream() = default;
    // Queues a chunk; false when the peer is gone or more than 1 MiB waits (the caller drops the chunk).
    virtual bool send(std::string chunk) = 0;
    virtual void close() = 0;
    virtual void on_closed(std::function<void()> closed) = 0;
};

// Answers one request exactly once: with a whole response or by opening a stream. It may be kept and used later on the
// loop's thread; dropped unused it answers 500.
class Responder {
  public:
    virtual ~Responder() = default;
    virtual void respond(Response response) = 0;
    virtual std::shared_ptr<Stream> stream(Response head) = 0;  // shared: peer and producer both end it
};

using Handler = std::function<void(const Request&, std::unique_ptr<Responder>)>;

}  // namespace vistter::net
