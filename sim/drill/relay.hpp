// A hostile piece of network between the appliances and Studio: it terminates TLS on both sides,
// sees whole messages, and cuts, swallows, repeats and swaps them when told to. On the loop's
// thread.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "async/loop.hpp"
#include "base/random.hpp"
#include "net/server.hpp"
#include "net/websocket_client.hpp"
#include "sim/fleet/trust.hpp"

namespace vistter::drill {

enum class Way { to_studio, to_appliance };

class Relay {
  public:
    Relay(async::Loop& loop, const sim::FleetTrust& trust, Random& random);
    ~Relay();

    std::uint16_t port() const;
    // Where Studio listens; new connections go there.
    void lead_to(std::uint16_t studio_port) { studio_port_ = studio_port; }

    // Each hits one connection of this appliance, if it has one; false: it has none.
    bool cut(const std::string& device_id);
    // From now on messages of one way vanish; the connection ends `ms` later.
    bool swallow(const std::string& device_id, Way way, std::int64_t ms);
    // Says again what was said before, also in former sessions.
    bool repeat(const std::string& device_id, Way way, int messages);
    // The next two messages of one way arrive in the other order, if they belong to different
    // topics (one topic keeps its order).
    bool swap(const std::string& device_id, Way way);

    std::int64_t passed() const { return passed_; }

  private:
    struct Line;
    using LinePtr = std::shared_ptr<Line>;  // shared: both sockets' events hold it

    net::WebSocketEvents accept(const net::Request& upgrade, std::shared_ptr<net::WebSocket> near);
    void dial(const LinePtr& line);
    void pass(const LinePtr& line, Way way, std::string message);
    void deliver(const LinePtr& line, Way way, const std::string& message);
    void end(const LinePtr& line);
    LinePtr line_of(const std::string& device_id);

    async::Loop& loop_;
    const sim::FleetTrust& trust_;
    Random& random_;
    std::unique_ptr<net::Server> server_;
    std::uint16_t studio_port_ = 0;
    std::list<LinePtr> lines_;
    std::map<std::string, std::vector<std::string>> recorded_[2];  // by way and device
    std::int64_t passed_ = 0;
};

}  // namespace vistter::drill
