// One MQTT 3.1.1 connection over mutual TLS with pins: clean session, QoS 0 and 1, nothing
// retained. A PUBACK only says that the broker has a packet; whoever needs to know that a message
// arrived has to be told so by its receiver. Reconnecting is the caller's decision.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/loop.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/mqtt_codec.hpp"
#include "net/proxy.hpp"
#include "net/tls.hpp"

namespace vistter::net {

struct MqttOptions {
    std::string url;  // mqtts://host:port; anything else is refused as insecure
    ClientTls tls;
    Proxy proxy;
    // Random and new for every connection: a second connection of one id ends the first.
    std::string client_id;
    MqttWill will;
    std::vector<MqttFilter> filters;  // at least one
    std::size_t max_payload_bytes = 262'144;
    std::size_t max_queued_bytes = 4u << 20;
    std::int64_t deadline_ms = 10'000;
    std::int64_t ping_ms = 20'000;  // two missed answers close with 4408
};

// An open connection. publish() and close() after the close are ignored.
class MqttConnection {
  public:
    virtual ~MqttConnection() = default;
    // Queues one message; false when max_queued_bytes wait (the connection is then closed with
    // 1008).
    virtual bool publish(std::string_view topic, std::string_view payload, int qos) = 0;
    // Sends what is queued and DISCONNECT, so that the broker drops the will.
    virtual void close(int code, std::string_view reason) = 0;
    // When the broker's certificate ends.
    virtual std::optional<WallTime> certificate_ends() const = 0;
};

struct MqttEvents {
    // All filters are granted. Shared: the owner and the read loop below it both hold it.
    std::function<void(std::shared_ptr<MqttConnection>)> opened;
    // It could not be opened: SEC_PIN, SEC_UNAUTHORISED (our certificate, a filter, or the proxy's
    // credentials are refused), AST_FETCH (the message begins with the step: DNS, proxy, TCP, TLS,
    // MQTT), SYS_TIMEOUT, CFG_INVALID.
    std::function<void(Error)> failed;
    std::function<void(MqttPublish)> message;
    // Exactly once after opened: our own close()'s code, 1002 (the broker breaks the protocol),
    // 1006 (the transport just ended), 1008, 4408, 4413.
    std::function<void(int code, std::string reason)> closed;
};

// Starts connecting; destroying the handle drops the attempt or the connection without further
// calls, and without DISCONNECT.
[[nodiscard]] async::Handle dial_mqtt(async::Loop& loop, MqttOptions options, MqttEvents events);

}  // namespace vistter::net
