// WebSocket frames, as a peer that may say anything sends them after its upgrade: through the real
// listener, TLS and Beast's reader, on loopback. An input that starts with one byte below 128 is
// cut there, so that frames also arrive in pieces.
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <memory>
#include <mutex>

#include "base/random.hpp"
#include "crypto/certificate.hpp"
#include "fuzz/target.hpp"
#include "fuzz/targets/fixed_key.hpp"
#include "net/server.hpp"
#include "sim/fleet/loop_thread.hpp"

namespace vistter::fuzz {
namespace {

constexpr std::size_t largest_message = 4'096;

// What became of one connection.
struct Seen {
    std::vector<std::string> messages;
    std::promise<int> closed;
    int closings = 0;
};

// One listener for the whole process; a connection at a time.
class Listener {
  public:
    Listener() {
        SeededRandom random(1);
        const WallTime now = machine_clock().wall();
        const crypto::Validity validity{{now.ms - 86'400'000}, {now.ms + 86'400'000}};
        const auto root = crypto::make_root(fixed_key(), "Root", validity, random);
        const auto leaf = crypto::issue_server(fixed_key(), root, fixed_key().public_key(),
                                               {"127.0.0.1"}, validity, random);
        net::ServerOptions options;
        options.tls = net::ServerTls{{leaf.to_pem() + root.to_pem(), fixed_key().to_pem()}, ""};
        net::WebSocketRoute route{"/v1/channel", "vistter.v1.jws", largest_message, {}};
        route.opened = [this](const net::Request&, std::shared_ptr<net::WebSocket> socket) {
            socket->send("welcome");
            socket_ = std::move(socket);
            net::WebSocketEvents events;
            events.message = [seen = seen_](std::string message) {
                seen->messages.push_back(std::move(message));
            };
            events.closed = [seen = seen_](int code, const std::string&) {
                if (++seen->closings == 1) seen->closed.set_value(code);
            };
            return events;
        };
        options.websocket = std::move(route);
        server_ = thread_.run([&] {
            auto made = net::listen(thread_.loop, options,
                                    [](const net::Request&, std::unique_ptr<net::Responder> to) {
                                        to->respond({404, {}, {}});
                                    });
            must(made.ok(), "the listener listens");
            return std::move(*made);
        });
    }
    ~Listener() {
        thread_.run([this] { server_.reset(); });
    }
    // shared: the connection's events hold it as well.
    std::shared_ptr<Seen> expect() {
        auto seen = std::make_shared<Seen>();
        thread_.run([&] { seen_ = seen; });
        return seen;
    }
    // Everything that was posted before is done.
    void settle() {
        thread_.run([this] { socket_.reset(); });
    }
    std::uint16_t port() const { return server_->port(); }

  private:
    sim::LoopThread thread_;
    std::unique_ptr<net::Server> server_;
    std::shared_ptr<Seen> seen_;              // shared: expect()
    std::shared_ptr<net::WebSocket> socket_;  // shared: net/server.hpp
};

// A client that knows TLS and nothing else; it resumes its session, because handshakes are dear.
class Client {
  public:
    explicit Client(std::uint16_t port) : ssl_(::SSL_new(context())) {
        fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        must(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0,
             "the listener goes on listening");
        ::SSL_set_fd(ssl_, fd_);
        if (session() != nullptr) ::SSL_set_session(ssl_, session().get());
        must(::SSL_connect(ssl_) == 1, "the listener goes on shaking hands");
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() {
        ::SSL_free(ssl_);
        ::close(fd_);
    }
    void write(std::string_view bytes) {
        if (!bytes.empty()) (void)::SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
    }
    // Until the server's answer to the upgrade is whole.
    std::string read_head() {
        std::string head;
        char piece[512];
        while (head.find("\r\n\r\n") == head.npos) {
            const int got = ::SSL_read(ssl_, piece, sizeof piece);
            if (got <= 0) break;
            head.append(piece, static_cast<std::size_t>(got));
        }
        session().reset(::SSL_get1_session(ssl_));
        return head;
    }
    void end() {
        (void)::SSL_shutdown(ssl_);
        (void)::shutdown(fd_, SHUT_WR);
    }

  private:
    struct FreeContext {
        void operator()(SSL_CTX* context) const { ::SSL_CTX_free(context); }
    };
    struct FreeSession {
        void operator()(SSL_SESSION* session) const { ::SSL_SESSION_free(session); }
    };
    static SSL_CTX* context() {
        static const std::unique_ptr<SSL_CTX, FreeContext> made(
            ::SSL_CTX_new(::TLS_client_method()));
        return made.get();
    }
    static std::unique_ptr<SSL_SESSION, FreeSession>& session() {
        static std::unique_ptr<SSL_SESSION, FreeSession> kept;
        return kept;
    }
    SSL* ssl_;
    int fd_ = -1;
};

constexpr std::string_view upgrade =
    "GET /v1/channel HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Protocol: vistter.v1.jws\r\n\r\n";

// RFC 3629, without overlong forms and surrogates.
bool is_utf8(std::string_view text) {
    constexpr std::uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<std::uint8_t>(text[i++]);
        if (lead < 0x80) continue;
        const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
        if (lead < 0xc2 || lead > 0xf4 || text.size() - i < static_cast<std::size_t>(more))
            return false;
        std::uint32_t point = lead & (0x3fU >> static_cast<unsigned>(more));
        for (int left = more; left > 0; --left) {
            const auto next = static_cast<std::uint8_t>(text[i++]);
            if ((next & 0xc0U) != 0x80) return false;
            point = point << 6U | (next & 0x3fU);
        }
        if (point < smallest[more] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
            return false;
    }
    return true;
}

// A masked frame as RFC 6455 wants it from a client.
std::string frame(unsigned first, std::string_view payload) {
    const char mask[] = {'\x11', '\x22', '\x33', '\x44'};
    std::string bytes(1, static_cast<char>(first));
    if (payload.size() < 126) {
        bytes += static_cast<char>(0x80U | payload.size());
    } else {
        bytes += static_cast<char>(0xfe);
        bytes += static_cast<char>(payload.size() >> 8U);
        bytes += static_cast<char>(payload.size() & 0xffU);
    }
    bytes.append(mask, 4);
    for (std::size_t i = 0; i < payload.size(); ++i)
        bytes += static_cast<char>(payload[i] ^ mask[i % 4]);
    return bytes;
}

}  // namespace

void websocket(std::string_view input) {
    static Listener listener;
    const auto seen = listener.expect();
    auto closed = seen->closed.get_future();
    {
        Client client(listener.port());
        client.write(upgrade);
        must(client.read_head().starts_with("HTTP/1.1 101"), "a good upgrade is taken");
        const std::size_t cut =
            input.empty() ? 0 : std::min<std::size_t>(input.size(), std::uint8_t(input[0]) & 0x7fU);
        client.write(input.substr(0, cut));
        client.write(input.substr(cut));
        client.end();
        must(closed.wait_for(std::chrono::seconds(5)) == std::future_status::ready,
             "a connection whose peer has gone ends");
    }
    listener.settle();
    must(seen->closings == 1, "a connection ends once");
    for (const std::string& message : seen->messages) {
        must(message.size() <= largest_message, "a message is within bounds");
        must(is_utf8(message), "a text message is text");
    }
}

std::vector<std::string> websocket_examples() {
    const std::string text = frame(0x81, "eyJhbGciOiJFUzI1NiJ9.e30.c2ln");
    return {text,
            text + frame(0x89, "ping") + frame(0x8a, "pong") + text,
            frame(0x01, "in two ") + frame(0x89, "") + frame(0x80, "pieces"),
            frame(0x81, "gr\xc3\xbc\xc3\x9f") + frame(0x81, std::string("\xff\xfe")),
            frame(0x88, std::string("\x03\xe8", 2) + "bye") + text,
            frame(0x82, "binary"),
            frame(0x81, std::string(5'000, 'x')),
            frame(0xc1, "compressed"),
            frame(0x83, "reserved"),
            "\x81\x05hello",                                              // not masked
            std::string("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff", 10),  // 2^63 bytes
            std::string("\x81\xfe\x01", 3)};                              // broken off
}

}  // namespace vistter::fuzz
