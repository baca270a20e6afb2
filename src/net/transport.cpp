// Plain and TLS connections behind one face.
#include "net/transport.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/write.hpp>

namespace vistter::net {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

std::string address_of(const TcpSocket& socket) {
    error_code failed;
    auto endpoint = socket.remote_endpoint(failed);
    return failed ? std::string() : endpoint.address().to_string();
}

void close_socket(TcpSocket& socket) {
    error_code ignored;  // there is nobody left to tell
    socket.close(ignored);
}

// Small writes are whole answers or messages; both directions notice a peer that vanished.
void prepare(TcpSocket& socket) {
    error_code ignored;  // the connection works without either
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
}

class PlainTransport final : public Transport {
  public:
    explicit PlainTransport(TcpSocket socket) : socket_(std::move(socket)) { prepare(socket_); }

    void handshake(std::function<void(bool)> done) override {
        asio::post(socket_.get_executor(), [done = std::move(done)] { done(true); });
    }
    void read(char* data, std::size_t size, std::function<void(std::size_t)> done) override {
        socket_.async_read_some(asio::buffer(data, size),
                                [done = std::move(done)](error_code failed, std::size_t got) {
                                    done(failed ? 0 : got);
                                });
    }
    void write(std::string_view bytes, std::function<void(bool)> done) override {
        asio::async_write(
            socket_, asio::buffer(bytes.data(), bytes.size()),
            [done = std::move(done)](error_code failed, std::size_t) { done(!failed); });
    }
    void end_sending() override {
        error_code ignored;  // the peer may already be gone
        socket_.shutdown(TcpSocket::shutdown_send, ignored);
    }
    void close() override { close_socket(socket_); }
    std::string remote_address() const override { return address_of(socket_); }
    bool secure() const override { return false; }
    Bytes client_certificate() const override { return {}; }
    Bytes tls_exporter() const override { return {}; }
    std::unique_ptr<TlsSocket> release() override { return nullptr; }

  private:
    TcpSocket socket_;
};

class TlsTransport final : public Transport {
  public:
    TlsTransport(TcpSocket socket, SSL_CTX* context) {
        prepare(socket);
        stream_ = make_tls_socket(std::move(socket), context);
    }

    void handshake(std::function<void(bool)> done) override {
        stream_->async_handshake(asio::ssl::stream_base::server,
                                 [done = std::move(done)](error_code failed) { done(!failed); });
    }
    void read(char* data, std::size_t size, std::function<void(std::size_t)> done) override {
        stream_->async_read_some(asio::buffer(data, size),
                                 [done = std::move(done)](error_code failed, std::size_t got) {
                                     done(failed ? 0 : got);
                                 });
    }
    void write(std::string_view bytes, std::function<void(bool)> done) override {
        asio::async_write(
            *stream_, asio::buffer(bytes.data(), bytes.size()),
            [done = std::move(done)](error_code failed, std::size_t) { done(!failed); });
    }
    // Every answer tells its own length, so a TLS peer needs no closing record; the socket's end is
    // enough.
    void end_sending() override {}
    void close() override { close_socket(stream_->next_layer()); }
    std::string remote_address() const override { return address_of(stream_->next_layer()); }
    bool secure() const override { return true; }
    Bytes client_certificate() const override { return peer_certificate(stream_->native_handle()); }
    Bytes tls_exporter() const override { return exported_secret(stream_->native_handle()); }
    std::unique_ptr<TlsSocket> release() override { return std::move(stream_); }

  private:
    std::unique_ptr<TlsSocket> stream_;
};

}  // namespace

std::unique_ptr<TlsSocket> make_tls_socket(TcpSocket socket, SSL_CTX* context) {
    // Asio's context is a passing owner: the stream's SSL object takes its own reference.
    SSL_CTX_up_ref(context);
    asio::ssl::context passing(context);
    return std::make_unique<TlsSocket>(std::move(socket), passing);
}

std::unique_ptr<Transport> make_plain_transport(TcpSocket socket) {
    return std::make_unique<PlainTransport>(std::move(socket));
}

std::unique_ptr<Transport> make_tls_transport(TcpSocket socket, SSL_CTX* context) {
    return std::make_unique<TlsTransport>(std::move(socket), context);
}

}  // namespace vistter::net
