// Inside net: name, TCP, a proxy's tunnel if there is one, TLS with pins. Every client that keeps a
// connection begins with it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "async/loop.hpp"
#include "base/result.hpp"
#include "net/proxy.hpp"
#include "net/tls_socket.hpp"
#include "net/url.hpp"

namespace vistter::net {

struct TlsTarget {
    Url url;
    ClientTls tls;
    Proxy proxy;
};

// A connection that has shaken hands.
struct TlsConnection {
    std::unique_ptr<ServerVerifier> verifier;  // before the socket, whose context knows it
    std::unique_ptr<TlsSocket> socket;
};

struct TlsDialEvents {
    // Exactly one of these, from the loop.
    std::function<void(TlsConnection)> connected;
    // SEC_PIN, SEC_UNAUTHORISED (the server does not take our certificate, or the proxy wants other
    // credentials), AST_FETCH naming the step (DNS, proxy, TCP, TLS), CFG_INVALID.
    std::function<void(Error)> failed;
};

// One attempt without a deadline of its own. On the loop's thread.
class TlsDial {
  public:
    virtual ~TlsDial() = default;
    // Where it is now: "DNS", "proxy", "TCP", "TLS".
    virtual const char* step() const = 0;
};

// Destroying the attempt calls nobody any more.
std::unique_ptr<TlsDial> dial_tls(async::Loop& loop, TlsTarget target, TlsDialEvents events);

}  // namespace vistter::net
