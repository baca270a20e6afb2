// Inside net: the one TLS stream type that servers and clients share (pulls in Asio).
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "net/tls_context.hpp"

namespace vistter::net {

using TcpSocket = boost::asio::ip::tcp::socket;
using TlsSocket = boost::asio::ssl::stream<TcpSocket>;

// A TLS stream over `socket`, not yet shaken hands; it keeps what it needs of `context`.
std::unique_ptr<TlsSocket> make_tls_socket(TcpSocket socket, SSL_CTX* context);

}  // namespace vistter::net
