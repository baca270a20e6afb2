// The kit: a WebSocket server and a broker behind one face, messages nobody verifies.
#include "carrier/carrier_kit.hpp"

#include "base/ids.hpp"
#include "crypto/jws.hpp"

namespace vistter::carrier {
namespace {

// A WebSocket as the channel wraps it.
class SocketPipe final : public studio::Pipe {
  public:
    explicit SocketPipe(std::shared_ptr<net::WebSocket> socket) : socket_(std::move(socket)) {}
    bool send(MessageType, std::string message) override {
        return socket_->send(std::move(message));
    }
    void close(int code, std::string_view reason) override { socket_->close(code, reason); }
    std::string_view transport() const override { return "wss"; }

  private:
    std::shared_ptr<net::WebSocket> socket_;
};

class WssEnd final : public StudioEnd {
  public:
    explicit WssEnd(const net::Authority& authority) {
        net::ServerOptions options;
        options.tls = net::ServerTls{authority.server(), authority.root_pem()};
        options.websocket = net::WebSocketRoute{
            .path = "/v1/channel",
            .subprotocol = "vistter.v1.jws",
            .max_message_bytes = contract::max_message_bytes,
            .opened = [this](const net::Request& upgrade, std::shared_ptr<net::WebSocket> socket) {
                const auto own = crypto::Certificate::from_der(upgrade.client_certificate);
                auto events = accept(device_id, own->thumbprint(),
                                     std::make_shared<SocketPipe>(std::move(socket)));
                return net::WebSocketEvents{events.message, events.closed};
            }};
        thread.run([&] {
            server_ = net::listen(thread.loop, options, [](const net::Request&, auto responder) {
                          responder->respond({.status = 404, .headers = {}, .body = {}});
                      }).value();
        });
    }
    ~WssEnd() override { die(); }
    appliance::ChannelAddress address() const override {
        return {"wss", "wss://127.0.0.1:" + std::to_string(port()) + "/v1/channel"};
    }
    std::uint16_t port() const override { return server_->port(); }
    void die() override {
        thread.run([this] { server_.reset(); });
    }

  private:
    std::unique_ptr<net::Server> server_;
};

}  // namespace

std::unique_ptr<StudioEnd> make_studio(const std::string& transport,
                                       const net::Authority& authority) {
    if (transport == "wss") return std::make_unique<WssEnd>(authority);
    return std::make_unique<BrokerEnd>(authority);
}

BrokerEnd::BrokerEnd(const net::Authority& authority)
    : broker(authority.server(), authority.root_pem()), authority_(authority) {
    start_client();
}

BrokerEnd::~BrokerEnd() {
    stop_client();
}

void BrokerEnd::stop_client() {
    thread.run([this] { client_.reset(); });
}

void BrokerEnd::start_client(const net::Proxy& proxy) {
    studio::BrokerOptions options;
    options.url = broker.url();
    options.proxy = proxy;
    options.tls = authority_.client();
    options.tls.identity = authority_.device_valid("spiffe://vistter/studio", net::valid_now());
    options.ping_ms = 100;
    options.retry_base_ms = 10;
    options.retry_cap_ms = 50;
    thread.run([&] {
        client_ = studio::open_broker(thread.loop, machine_random(), devices_, options,
                                      [this](const std::string& device, const std::string& print,
                                             std::shared_ptr<studio::Pipe> pipe) {
                                          return accept(device, print, std::move(pipe));
                                      });
    });
    EXPECT_TRUE(becomes([](const auto& status) { return status.connected; }));
}

bool BrokerEnd::becomes(const std::function<bool(const studio::BrokerStatus&)>& so) {
    Arrivals<bool> seen;
    async::Handle look = thread.run([&] {
        return thread.loop.every(2, [&] {
            if (so(client_->status())) seen.add(true);
        });
    });
    const bool became = seen.next().has_value();
    thread.run([&] { look.reset(); });
    return became;
}

studio::BrokerStatus BrokerEnd::status() {
    return thread.run([this] { return client_->status(); });
}

DeviceEnd::DeviceEnd(const net::Authority& authority, appliance::ChannelAddress address,
                     const std::string& id) {
    options.address = std::move(address);
    options.tenant = tenant;
    options.device_id = id;
    options.tls = authority.client();
    options.tls.identity = authority.device(id);
}

void DeviceEnd::open() {
    thread_.run([this] {
        handle_ = appliance::open_carrier(
            thread_.loop, machine_random(), options,
            {.opened =
                 [this](std::shared_ptr<appliance::Carrier> carrier) {
                     outcomes_.add({std::move(carrier), {}});
                 },
             .failed =
                 [this](const Error& error) {
                     outcomes_.add({nullptr, describe(error)});
                 },
             .message = [this](std::string message, bool) { messages.add(std::move(message)); },
             .closed =
                 [this](int code, std::string reason) {
                     closed.add({code, std::move(reason)});
                 }});
    });
}

std::string DeviceEnd::outcome() {
    auto outcome = outcomes_.next();
    if (!outcome) return "nothing happened";
    carrier_ = std::move(outcome->carrier);
    return carrier_ ? "open" : outcome->failure;
}

bool DeviceEnd::send(MessageType type, std::string message) {
    return thread_.run([&] { return carrier_->send(type, std::move(message)); });
}

void DeviceEnd::say_hello(const std::string& connection) {
    EXPECT_TRUE(send(MessageType::HELLO, hello_of(connection)));
}

void DeviceEnd::close(int code, const std::string& reason) {
    thread_.run([&] { carrier_->close(code, reason); });
}

void DeviceEnd::drop() {
    thread_.run([this] {
        handle_.reset();
        carrier_.reset();
    });
}

std::string message_of(MessageType type, const std::string& body, const std::string& session) {
    static const crypto::PrivateKey key = crypto::PrivateKey::generate();
    contract::Envelope envelope;
    envelope.message_id = make_uuid7(machine_clock(), machine_random());
    envelope.correlation_id = envelope.message_id;
    envelope.timestamp = machine_clock().wall();
    envelope.device_id = device_id;
    envelope.type = type;
    envelope.session_id = session;
    envelope.seq = 1;
    envelope.nonce = "k3Zc1mQh0b2yV7dQe9uJ5w";
    if (contract::is_command(type)) {
        envelope.expires_at = WallTime{envelope.timestamp.ms + 60'000};
        envelope.actor = contract::Actor{"user", "usr_1", "producer"};
    }
    envelope.body = body;
    return crypto::sign_jws(key, std::string(device_id) + "#1", crypto::message_typ,
                            contract::write_envelope(envelope));
}

std::string hello_of(const std::string& connection) {
    return message_of(MessageType::HELLO, R"({"connection_id":")" + connection + "\"}", "");
}

std::string will_of(const std::string& connection) {
    return message_of(
        MessageType::GOODBYE,
        R"({"reason":"lost","resume_after_s":0,"connection_id":")" + connection + "\"}", "");
}

}  // namespace vistter::carrier
