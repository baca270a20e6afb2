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

// Header names are lower case. A header that came twice is joined with ", " (cookies with "; ").
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
    // 32 bytes only the two ends of this TLS connection know (RFC 8446 7.5, RFC 5705; label
    // "EXPORTER-vistter-pairing", no context): what is mixed with them cannot be relayed to another
    // connection. Empty over plain HTTP.
    Bytes tls_exporter;

    std::string header(std::string_view name) const;                      // "" if absent
    std::optional<std::string> query_value(std::string_view name) const;  // percent-decoded
    std::optional<std::string> cookie(std::string_view name) const;
};

// A response with the header "Accept-Ranges: bytes" is cut to the request's Range by the server.
struct Response {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;  // in order; Content-Length is added
    std::string body;
};

// A 200 with the whole body turned into the 206 or 416 that the request's single byte range asks
// for (RFC 9110 section 14); unchanged without one.
Response apply_range(const Request& request, Response response);

// A response body that goes on (server-sent events, MJPEG). Lives until the peer leaves or close().
// Use on the loop's thread.
class Stream {
  public:
    virtual ~Stream() = default;
    // Queues a chunk; false when the peer is gone or more than 1 MiB waits (the caller drops the
    // chunk).
    virtual bool send(std::string chunk) = 0;
    virtual void close() = 0;
    // `closed` is called once when the peer leaves, not after close(). Dropping the last pointer to
    // a stream ends it too.
    virtual void on_closed(std::function<void()> closed) = 0;
    // Bytes queued and not yet taken by the peer's connection: a producer of pictures skips one
    // while this is large.
    virtual std::size_t waiting() const { return 0; }
};

// Answers one request exactly once: with a whole response or by opening a stream. It may be kept
// and used later on the loop's thread; dropped unused it answers 500.
class Responder {
  public:
    virtual ~Responder() = default;
    virtual void respond(Response response) = 0;
    // Shared: peer and producer both end it. The status line and headers of `head` are sent, not
    // its body.
    virtual std::shared_ptr<Stream> stream(Response head) = 0;
};

using Handler = std::function<void(const Request&, std::unique_ptr<Responder>)>;

}  // namespace vistter::net
