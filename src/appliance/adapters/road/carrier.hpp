// What carries signed messages between the appliance and Studio: wss or MQTT over TLS, the same to
// everything above (contract B.1). It may lose, repeat, delay and reorder; link/ sees to the rest.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "appliance/core/identity.hpp"
#include "async/loop.hpp"
#include "base/random.hpp"
#include "contract/envelope.hpp"
#include "net/proxy.hpp"
#include "net/tls.hpp"

namespace vistter::appliance {

class Carrier {
  public:
    virtual ~Carrier() = default;
    // Queues one message; false when too much waits (the carrier then closes).
    virtual bool send(contract::MessageType type, std::string message) = 0;
    // Ends the connection; `code` and `reason` as the wss close frame says them (MQTT: DISCONNECT).
    virtual void close(int code, std::string_view reason) = 0;
};

struct CarrierEvents {
    // Shared: the driver and the read loop below it both hold it.
    std::function<void(std::shared_ptr<Carrier>)> opened;
    // As net::DialEvents::failed: SEC_PIN, SEC_UNAUTHORISED (the proxy or the broker refuses us),
    // AST_FETCH, SYS_TIMEOUT.
    std::function<void(Error)> failed;
    // `redelivered`: the transport itself says that it may have delivered this before (MQTT DUP).
    std::function<void(std::string message, bool redelivered)> message;
    // Exactly once after opened; link/close_code.hpp, 1006 when the transport just ended.
    std::function<void(int code, std::string reason)> closed;
};

struct CarrierOptions {
    ChannelAddress address;
    std::string tenant, device_id;
    net::ClientTls tls;
    net::Proxy proxy;  // empty url: none
    std::int64_t ping_ms = 9'000;
    // MQTT: the pre-signed GOODBYE "lost" the broker publishes when the connection breaks; empty:
    // none.
    std::string will;
};

// Starts opening; destroying the handle drops the attempt or the connection without further calls.
[[nodiscard]] async::Handle open_carrier(async::Loop& loop, Random& random, CarrierOptions options,
                                         CarrierEvents events);

}  // namespace vistter::appliance
