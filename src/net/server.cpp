// Listening, accepting within the connection limit, and ending everything with the server.
#include "net/server.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <fmt/format.h>

#include "base/log.hpp"
#include "net/connection.hpp"
#include "net/tls_context.hpp"
#include "net/transport.hpp"

namespace vistter::net {
namespace asio = boost::asio;
using boost::system::error_code;
using Acceptor = asio::ip::tcp::acceptor;

namespace {

constexpr std::int64_t accept_pause_ms = 100;

// The acceptor's part that pending accepts may outlive the Server with. Shared: the server and the
// pending accept.
struct Listening : std::enable_shared_from_this<Listening> {
    Listening(std::shared_ptr<ServerShared> server, Acceptor acceptor)
        : shared(std::move(server)), acceptor(std::move(acceptor)) {}

    void accept() {
        acceptor.async_accept([self = shared_from_this()](error_code failed, TcpSocket socket) {
            self->on_accepted(failed, std::move(socket));
        });
    }
    void on_accepted(error_code failed, TcpSocket socket) {
        if (!acceptor.is_open()) return;
        if (failed) {
            // Out of descriptors, most likely: trying again at once would spin.
            log::warning("a connection could not be accepted: {}", failed.message());
            pause = shared->loop.after(accept_pause_ms, [this] { accept(); });
            return;
        }
        if (shared->open.size() < shared->options.max_connections) serve(std::move(socket));
        accept();  // beyond the limit the socket just goes: the peer sees it closed
    }
    void serve(TcpSocket socket) {
        if (context)
            serve_http(shared, make_tls_transport(std::move(socket), context.get()));
        else
            serve_http(shared, make_plain_transport(std::move(socket)));
    }

    std::shared_ptr<ServerShared> shared;
    Acceptor acceptor;
    OwnedContext context;
    async::Handle pause;
};

class AsioServer final : public Server {
  public:
    explicit AsioServer(std::shared_ptr<Listening> listening) : listening_(std::move(listening)) {}
    ~AsioServer() override {
        error_code ignored;  // it was open until now
        listening_->acceptor.close(ignored);
        listening_->pause.reset();
        auto open = std::exchange(listening_->shared->open, {});
        for (auto& [key, connection] : open) connection->drop();
    }
    std::uint16_t port() const override {
        error_code ignored;  // it is open as long as the server lives
        return listening_->acceptor.local_endpoint(ignored).port();
    }
    Status set_identity(const TlsIdentity& identity) override {
        return change([&](ServerTls& tls) { tls.identity = identity; });
    }
    Status set_client_roots(const std::string& client_root_pem) override {
        return change([&](ServerTls& tls) { tls.client_root_pem = client_root_pem; });
    }

  private:
    Status change(const std::function<void(ServerTls&)>& work) {
        ServerOptions& options = listening_->shared->options;
        if (!options.tls)
            return fail(ErrorCode::CFG_INVALID, "a server without TLS takes no certificate");
        ServerTls tls = *options.tls;
        work(tls);
        Result<OwnedContext> context = make_server_context(tls);
        if (!context) return context.error();
        options.tls = std::move(tls);
        listening_->context = std::move(*context);
        return ok();
    }

    std::shared_ptr<Listening> listening_;  // shared: the pending accept
};

Error listen_error(const ServerOptions& options, error_code failed) {
    if (failed == asio::error::address_in_use) {
        return fail(ErrorCode::SYS_PORT_IN_USE,
                    fmt::format("port {} on {} is already taken; stop the program that uses it or "
                                "choose another port",
                                options.port, options.address));
    }
    return fail(ErrorCode::CFG_INVALID,
                fmt::format("cannot listen on {} port {}: {}", options.address, options.port,
                            failed.message()));
}

Result<Acceptor> open_acceptor(async::Loop& loop, const ServerOptions& options) {
    error_code failed;
    std::string text = options.address == "localhost" ? "127.0.0.1" : options.address;
    asio::ip::address address = asio::ip::make_address(text, failed);
    if (failed) {
        return fail(ErrorCode::CFG_INVALID,
                    fmt::format("\"{}\" is not an address to listen on", options.address));
    }
    asio::ip::tcp::endpoint endpoint(address, options.port);
    Acceptor acceptor(loop.native());
    acceptor.open(endpoint.protocol(), failed);
    if (!failed) acceptor.set_option(asio::socket_base::reuse_address(true), failed);
    if (!failed) acceptor.bind(endpoint, failed);
    if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
    if (failed) return listen_error(options, failed);
    return acceptor;
}

}  // namespace

Result<std::unique_ptr<Server>> listen(async::Loop& loop, ServerOptions options, Handler handler) {
    if (options.websocket && !options.tls) {
        return fail(ErrorCode::CFG_INVALID, "a WebSocket is served over TLS only");
    }
    OwnedContext context;
    if (options.tls) {
        Result<OwnedContext> made = make_server_context(*options.tls);
        if (!made) return made.error();
        context = std::move(*made);
    }
    Result<Acceptor> acceptor = open_acceptor(loop, options);
    if (!acceptor) return acceptor.error();
    auto shared = std::make_shared<ServerShared>(  // shared: net/connection.hpp
        ServerShared{.loop = loop,
                     .options = std::move(options),
                     .handler = std::move(handler),
                     .open = {}});
    auto listening = std::make_shared<Listening>(std::move(shared),
                                                 std::move(*acceptor));  // shared: see Listening
    listening->context = std::move(context);
    listening->accept();
    return std::unique_ptr<Server>(std::make_unique<AsioServer>(std::move(listening)));
}

}  // namespace vistter::net
