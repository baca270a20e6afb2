// Inside net: one WebSocket over TLS after its transport is there; both ends use it. The only user
// of Beast's WebSocket.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "net/connection.hpp"
#include "net/server.hpp"
#include "net/tls_socket.hpp"

namespace vistter::net {

struct WebSocketRules {
    std::size_t max_message_bytes = 262'144;
    std::chrono::milliseconds ping{20'000};
    std::chrono::milliseconds handshake{10'000};
};

// Answers `upgrade`, which came over `socket`, on the server's WebSocket route.
void accept_websocket(const std::shared_ptr<ServerShared>& server,
                      std::unique_ptr<TlsSocket> socket, const Request& upgrade);

struct Upgrade {
    std::string authority;  // for the Host header
    std::string target;
    std::string subprotocol;
    WebSocketRules rules;
    // Exactly one of these, from the loop; then the events of the connection.
    std::function<void(std::shared_ptr<WebSocket>)> opened;  // shared: net/server.hpp
    std::function<void(Error)> failed;
    WebSocketEvents events;
};

// Asks the server at the other end of `socket`, already shaken hands, for a WebSocket. Dropping the
// connection ends it without further calls.
std::shared_ptr<Connection> connect_websocket(async::Loop& loop, std::unique_ptr<TlsSocket> socket,
                                              Upgrade upgrade);

}  // namespace vistter::net
