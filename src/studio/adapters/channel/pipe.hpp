// One connection of one appliance to Studio, whatever carries it: a wss connection that Studio
// terminates, or an appliance behind the MQTT broker (contract B.1).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "contract/envelope.hpp"

namespace vistter::studio {

class Pipe {
  public:
    virtual ~Pipe() = default;
    // False when too much waits for this appliance; the pipe then closes.
    virtual bool send(contract::MessageType type, std::string message) = 0;
    // After it nothing is sent and nothing arrives any more.
    virtual void close(int code, std::string_view reason) = 0;
    virtual std::string_view transport() const = 0;  // "wss", "mqtts"
};

// What a new pipe calls from then on, on the loop's thread.
struct PipeEvents {
    std::function<void(std::string message)> message;
    std::function<void(int code, std::string reason)> closed;  // exactly once, not after close()
};

// A connection of this device: `thumbprint` of the client certificate TLS has verified, or empty
// where a broker terminates TLS (then the signed HELLO and its token alone say who it is). `pipe`
// is shared with whatever reads it.
using AcceptPipe = std::function<PipeEvents(
    const std::string& device_id, const std::string& thumbprint, std::shared_ptr<Pipe> pipe)>;

}  // namespace vistter::studio
