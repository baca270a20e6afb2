// Inside net: the one TLS stream type that servers and clients share (pulls in Asio).
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "net/tls_context.hpp"

namespace vistter::net {

using TcpSocket = boost::asio::ip::tcp::socket;
using TlsSocket = boost::asio::ssl::stream<TcpSocket>;

// refuses_our_certificate() for Asio's errors. Under TLS 1.3 it comes with the first read after the
// handshake.
inline bool is_certificate_alert(const boost::system::error_code& failed) {
    return failed.category() == boost::asio::error::get_ssl_category() &&
           refuses_our_certificate(static_cast<unsigned long>(failed.value()));
}

// A TLS stream over `socket`, not yet shaken hands; it keeps what it needs of `context`.
std::unique_ptr<TlsSocket> make_tls_socket(TcpSocket socket, SSL_CTX* context);

}  // namespace vistter::net
