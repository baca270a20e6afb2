// One WebSocket that Studio itself terminates: a message is a text frame.
#include <utility>

#include "appliance/adapters/road/carrier_kinds.hpp"
#include "net/websocket_client.hpp"

namespace vistter::appliance {
namespace {

class WssCarrier final : public Carrier {
  public:
    explicit WssCarrier(std::shared_ptr<net::WebSocket> socket) : socket_(std::move(socket)) {}
    bool send(contract::MessageType, std::string message) override {
        return socket_->send(std::move(message));
    }
    void close(int code, std::string_view reason) override { socket_->close(code, reason); }

  private:
    std::shared_ptr<net::WebSocket> socket_;  // shared: net/server.hpp
};

}  // namespace

async::Handle open_wss(async::Loop& loop, CarrierOptions options, CarrierEvents events) {
    net::DialOptions dial;
    dial.url = std::move(options.address.url);
    dial.subprotocol = "vistter.v1.jws";
    dial.tls = std::move(options.tls);
    dial.proxy = std::move(options.proxy);
    dial.max_message_bytes = contract::max_message_bytes;
    dial.ping_ms = options.ping_ms;
    net::DialEvents from;
    from.opened = [opened = std::move(events.opened)](std::shared_ptr<net::WebSocket> socket) {
        opened(std::make_shared<WssCarrier>(std::move(socket)));
    };
    from.failed = std::move(events.failed);
    from.socket = {[message = std::move(events.message)](std::string text) {
                       message(std::move(text), false);
                   },
                   std::move(events.closed)};
    return net::dial(loop, std::move(dial), std::move(from));
}

}  // namespace vistter::appliance
