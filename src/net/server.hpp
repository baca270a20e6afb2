// An HTTP/1.1 and WebSocket server on one port. Limits stand here: header 16 KiB, body and message
// sizes, read and idle deadlines, connection count. Everything is called on the loop's thread. What
// cannot be read never reaches a handler: 400, 408, 413, 431, 501, 505 are answered here as problem
// documents (RFC 9457).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "async/loop.hpp"
#include "base/result.hpp"
#include "net/http.hpp"
#include "net/tls.hpp"

namespace vistter::net {

// One open WebSocket, either end. send() and close() after the close are ignored.
class WebSocket {
  public:
    virtual ~WebSocket() = default;
    // Queues one text message; false when more than 4 MiB wait (the connection is then closed with
    // 1008).
    virtual bool send(std::string message) = 0;
    virtual void close(int code, std::string_view reason) = 0;
};

struct WebSocketEvents {
    std::function<void(std::string message)> message;  // one whole text message
    std::function<void(int code, std::string reason)>
        closed;  // exactly once; 1006 when the transport just ended
};

struct WebSocketRoute {
    std::string path;         // exact, e.g. "/v1/channel"
    std::string subprotocol;  // required from the client, e.g. "vistter.v1.jws"
    std::size_t max_message_bytes = 262'144;
    // A new connection. Returns the events to call from then on. `socket` is shared: both the
    // server's own read loop and the session above it keep it alive.
    std::function<WebSocketEvents(const Request& upgrade, std::shared_ptr<WebSocket> socket)>
        opened;
};

struct ServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  // 0: a free one
    std::optional<ServerTls> tls;
    std::size_t max_body_bytes = 1'048'576;
    std::size_t max_connections = 1'024;
    std::chrono::milliseconds header_deadline{10'000};
    std::chrono::milliseconds idle_deadline{60'000};
    std::chrono::milliseconds handler_deadline{60'000};  // then the server answers 504 itself
    std::chrono::milliseconds websocket_ping{20'000};    // two missed pongs close
    std::optional<WebSocketRoute> websocket;             // needs `tls`
};

// Destroying it drops every connection at once; no handler, stream or WebSocket event is called
// after that.
class Server {
  public:
    virtual ~Server() = default;
    virtual std::uint16_t port() const = 0;
    // Replaces the TLS identity for new connections.
    virtual Status set_identity(const TlsIdentity& identity) = 0;
    // Replaces the roots that client certificates of new connections must come from.
    virtual Status set_client_roots(const std::string& client_root_pem) = 0;
};

// Listens at once. Errors: SYS_PORT_IN_USE with the port and the next step, CFG_INVALID for bad TLS
// material.
Result<std::unique_ptr<Server>> listen(async::Loop& loop, ServerOptions options, Handler handler);

}  // namespace vistter::net
