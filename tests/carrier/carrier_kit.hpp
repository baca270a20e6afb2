// Both ends of a transport as a test sees them: the appliance's carriers and Studio's pipes, over
// wss or over a real MQTT broker.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "appliance/adapters/road/carrier.hpp"
#include "kit/broker.hpp"
#include "net/net_kit.hpp"
#include "studio/adapters/channel/broker.hpp"

namespace vistter::carrier {

using contract::MessageType;
using net::Arrivals;
using net::LoopThread;

inline constexpr const char* tenant = "sandbox";
inline constexpr const char* device_id = net::test_device;
inline constexpr const char* other_device = "dev_01J9Z6V7Q8M4K2R5T3W1X0YDEF";

struct Closed {
    int code = 0;
    std::string reason;
};

// A connection as Studio sees it.
struct Arrived {
    std::string device_id, thumbprint;
    std::shared_ptr<studio::Pipe> pipe;
};

// Two devices of one tenant.
class Devices final : public studio::DeviceDirectory {
  public:
    std::optional<studio::DeviceTrust> device(const std::string& id) const override {
        if (id != device_id && id != other_device) return std::nullopt;
        studio::DeviceTrust trust;
        trust.device_id = id;
        trust.tenant = tenant;
        return trust;
    }
    void proven(const std::string&, const std::string&, const std::string&) override {}
};

// Studio's end, which takes every connection and keeps what happens to it.
class StudioEnd {
  public:
    virtual ~StudioEnd() = default;
    // Where appliances connect to, as in ChannelAddress.
    virtual appliance::ChannelAddress address() const = 0;
    virtual std::uint16_t port() const = 0;
    // Everything ends without a word.
    virtual void die() = 0;
    LoopThread thread;
    Arrivals<Arrived> arrived;
    Arrivals<std::string> messages;
    Arrivals<Closed> closed;

  protected:
    studio::PipeEvents accept(const std::string& device, const std::string& thumbprint,
                              std::shared_ptr<studio::Pipe> pipe) {
        arrived.add({device, thumbprint, std::move(pipe)});
        return {[this](std::string message) { messages.add(std::move(message)); },
                [this](int code, std::string reason) {
                    closed.add({code, std::move(reason)});
                }};
    }
};

std::unique_ptr<StudioEnd> make_studio(const std::string& transport,
                                       const net::Authority& authority);

// Studio's end behind a broker that the test holds in its hands.
class BrokerEnd final : public StudioEnd {
  public:
    explicit BrokerEnd(const net::Authority& authority);
    ~BrokerEnd() override;
    appliance::ChannelAddress address() const override { return {"mqtts", broker.url()}; }
    std::uint16_t port() const override { return broker.port(); }
    void die() override { broker.kill(); }
    // Studio's client goes, the broker stays; then a new one that knows nothing.
    void stop_client();
    void start_client(const net::Proxy& proxy = {});
    studio::BrokerStatus status();
    // Waits until it is so; false when it does not become so in time.
    bool becomes(const std::function<bool(const studio::BrokerStatus&)>& so);

    kit::Broker broker;

  private:
    const net::Authority& authority_;
    Devices devices_;
    std::unique_ptr<studio::Broker> client_;
};

// An appliance's end.
class DeviceEnd {
  public:
    DeviceEnd(const net::Authority& authority, appliance::ChannelAddress address,
              const std::string& id = device_id);
    ~DeviceEnd() { drop(); }
    // The options may be changed before.
    void open();
    // Waits: "open", or how it failed.
    std::string outcome();
    bool send(MessageType type, std::string message);
    // HELLO with a connection id of its own.
    void say_hello(const std::string& connection);
    void close(int code, const std::string& reason);
    // The connection ends without a word.
    void drop();

    appliance::CarrierOptions options;
    Arrivals<std::string> messages;
    Arrivals<Closed> closed;

  private:
    struct Outcome {
        std::shared_ptr<appliance::Carrier> carrier;
        std::string failure;
    };
    LoopThread thread_;
    Arrivals<Outcome> outcomes_;
    std::shared_ptr<appliance::Carrier> carrier_;  // shared: appliance/adapters/road/carrier.hpp
    async::Handle handle_;
};

// A message as far as carriers look at one: compact JWS over an envelope, by a key nobody asks for.
std::string message_of(MessageType type, const std::string& body = "{}",
                       const std::string& session = "ses_01JD9V3T5C0Q8M7W2N4K6R1YZX");
std::string hello_of(const std::string& connection);
std::string will_of(const std::string& connection);
inline constexpr const char* connection_a = "01932f6c-7a10-7c3e-9b51-0f2a6d8e4c11";
inline constexpr const char* connection_b = "01932f6c-7a10-7c3e-9b51-0f2a6d8e4c22";

}  // namespace vistter::carrier
