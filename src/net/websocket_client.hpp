// Dials one wss connection with mutual TLS and pins. Reconnecting is the caller's decision.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "async/loop.hpp"
#include "base/result.hpp"
#include "net/proxy.hpp"
#include "net/server.hpp"
#include "net/tls.hpp"

namespace vistter::net {

struct DialOptions {
    std::string url;  // wss://host:port/path; anything else is refused as insecure
    std::string subprotocol;
    ClientTls tls;
    Proxy proxy;
    std::size_t max_message_bytes = 262'144;
    std::int64_t deadline_ms = 10'000;
    std::int64_t ping_ms = 20'000;  // two missed pongs close with 4408
};

struct DialEvents {
    std::function<void(std::shared_ptr<WebSocket>)> opened;  // shared: net/server.hpp
    // The dial failed: SEC_PIN (certificate), SEC_UNAUTHORISED ("TLS: ..." the server does not take
    // ours; "proxy: ..." it wants other credentials),
    // AST_FETCH (DNS, proxy, TCP, TLS, handshake: the message begins with the step), SYS_TIMEOUT,
    // CFG_INVALID.
    std::function<void(Error)> failed;
    WebSocketEvents socket;
};

// Starts dialling; destroying the handle drops the attempt or the connection without further calls.
[[nodiscard]] async::Handle dial(async::Loop& loop, DialOptions options, DialEvents events);

}  // namespace vistter::net
