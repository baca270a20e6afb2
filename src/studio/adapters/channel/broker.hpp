// Studio's client at an MQTT broker: turns the appliances behind it into pipes (contract B.1.4).
// The broker carries and is not trusted: who says what is for the signatures to prove.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "async/loop.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "net/proxy.hpp"
#include "net/tls.hpp"
#include "studio/adapters/channel/pipe.hpp"
#include "studio/core/channel.hpp"

namespace vistter::studio {

struct BrokerOptions {
    std::string url;     // mqtts://host:port
    net::ClientTls tls;  // with Studio's own certificate, common name net::broker_studio_name
    net::Proxy proxy;
    std::int64_t ping_ms = 9'000;
    std::int64_t retry_base_ms = 1'000, retry_cap_ms = 30'000;  // full jitter between tries
    const Clock* clock = &machine_clock();  // of the status; outlives the broker
};

struct BrokerStatus {
    bool connected = false;
    WallTime since;                            // when that last changed, or was first tried
    std::optional<WallTime> certificate_ends;  // the broker's own, as last seen
    std::string last_error;     // of the last connection that ended or failed; empty: none did
    std::int64_t connects = 0;  // times it was connected
    std::int64_t pipes = 0;     // open now
    std::int64_t strangers =
        0;  // messages of devices Studio does not know, or in a wrong tenant's topic
    std::int64_t strays = 0;  // messages without a connection they belong to
};

// Lives as long as Studio wants the broker; destroying it closes nothing and calls nobody any more.
class Broker {
  public:
    virtual ~Broker() = default;
    virtual BrokerStatus status() const = 0;
};

// Connects, and reconnects for ever. A HELLO of a known device opens a pipe; the same device may
// have two for a moment, until the newer one is welcomed. A pipe ends (1006) with the device's will
// or with the connection to the broker. Everything on the loop's thread; what is given outlives it.
std::unique_ptr<Broker> open_broker(async::Loop& loop, Random& random,
                                    const DeviceDirectory& devices, BrokerOptions options,
                                    AcceptPipe accept);

}  // namespace vistter::studio
