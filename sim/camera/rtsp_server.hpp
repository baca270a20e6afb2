// The RTSP face of the simulated cameras: one mount per camera, interleaved TCP only, on loopback.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "sim/camera/broadcast.hpp"

namespace vistter::sim {

class RtspServer {
  public:
    virtual ~RtspServer() = default;
    // Serves `broadcast` at rtsp://127.0.0.1:PORT/<name>; it must outlive the server.
    virtual void mount(const std::string& name, Broadcast& broadcast) = 0;
    // From now on nobody sees a picture without these (RFC 2617 digest).
    virtual void require_login(const std::string& user, const std::string& password) = 0;
    virtual std::uint16_t port() const = 0;
    // Serves until SIGTERM or SIGINT.
    virtual void run() = 0;
};

// Port 0: a free one. SYS_PORT_IN_USE when it is taken.
Result<std::unique_ptr<RtspServer>> open_rtsp_server(std::uint16_t port);

}  // namespace vistter::sim
