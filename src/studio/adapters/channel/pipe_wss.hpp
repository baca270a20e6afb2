// A Pipe on a WebSocket that Studio terminates.
#pragma once

#include <memory>
#include <utility>

#include "net/server.hpp"
#include "studio/adapters/channel/pipe.hpp"

namespace vistter::studio {

class WssPipe final : public Pipe {
  public:
    // Shared with the server's read loop.
    explicit WssPipe(std::shared_ptr<net::WebSocket> socket) : socket_(std::move(socket)) {}
    bool send(contract::MessageType, std::string message) override {
        return socket_->send(std::move(message));
    }
    void close(int code, std::string_view reason) override { socket_->close(code, reason); }
    std::string_view transport() const override { return "wss"; }

  private:
    std::shared_ptr<net::WebSocket> socket_;  // shared with the server's read loop
};

}  // namespace vistter::studio
