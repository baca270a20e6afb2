// Inside net: one accepted connection, plain or TLS, as bytes with callbacks. On the loop's thread
// only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "net/tls_socket.hpp"

namespace vistter::net {

// At most one read and one write at a time; the transport, its buffers and its callbacks' owner
// must live until the callback. Every callback comes from the loop, never from inside the call, and
// always comes, also after close().
class Transport {
  public:
    virtual ~Transport() = default;
    virtual void handshake(std::function<void(bool good)> done) = 0;
    // `got`: bytes put into `data`; 0 when the peer has ended or the connection broke.
    virtual void read(char* data, std::size_t size, std::function<void(std::size_t got)> done) = 0;
    // Writes all of `bytes`.
    virtual void write(std::string_view bytes, std::function<void(bool good)> done) = 0;
    // Tells the peer that no more comes; reading goes on.
    virtual void end_sending() = 0;
    // Ends both directions at once.
    virtual void close() = 0;

    virtual std::string remote_address() const = 0;
    virtual bool secure() const = 0;
    virtual Bytes client_certificate() const = 0;
    virtual Bytes tls_exporter() const = 0;  // net/http.hpp; empty when plain
    // Gives the TLS stream away; nothing may be called on the transport afterwards. Null when it is
    // plain.
    virtual std::unique_ptr<TlsSocket> release() = 0;
};

std::unique_ptr<Transport> make_plain_transport(TcpSocket socket);
std::unique_ptr<Transport> make_tls_transport(TcpSocket socket, SSL_CTX* context);

}  // namespace vistter::net
