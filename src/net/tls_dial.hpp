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

// What a client holds of its way to an open connection, its own handshake after TLS included.
struct Opening {
    Url url = {};
    std::unique_ptr<TlsDial> dial = {};
    async::Handle deadline = {};  // over all of it; the client ends it once the connection is open
    const char* last_step = "";   // the client's own, after TLS
    const char* step() const { return dial ? dial->step() : last_step; }
    void end() {
        dial.reset();
        deadline.reset();
    }
};
struct OpeningPlan {
    std::string url;
    std::string scheme;  // any other is refused as insecure
    bool path = true;    // whether there may be one
    ClientTls tls;
    Proxy proxy;
    std::int64_t deadline_ms = 10'000;
};
// Begins; errors as dial_tls(), CFG_INVALID for the address, SYS_TIMEOUT naming the step. What the
// events hold must hold `opening`.
void begin_opening(async::Loop& loop, Opening& opening, OpeningPlan plan, TlsDialEvents events);

}  // namespace vistter::net
