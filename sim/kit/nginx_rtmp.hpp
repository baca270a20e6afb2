// A real RTMP server for sandbox and tests: nginx with its RTMP module, on loopback, in a folder of
// its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "sim/kit/child_process.hpp"

namespace vistter::sim {

struct RtmpServerSettings {
    std::filesystem::path
        folder;  // configuration, logs and recordings/; made if missing, owned by the caller
    std::uint16_t port = 0;  // 0: a free one
    std::string application = "live";
    // An RTMP acknowledgement is asked for every so many bytes, so that a sender soon sees a hang.
    int ack_window_bytes = 250'000;
};

// Records everything it receives, each publishing in a file of its own:
// recordings/<stream>-<time>.flv. A second application, "closed", lets nobody publish.
class RtmpServer {
  public:
    // Returns once it accepts connections. RES_NOT_FOUND names the missing package, SYS_PORT_IN_USE
    // a taken port.
    static Result<RtmpServer> start(const RtmpServerSettings& settings);

    std::uint16_t port() const { return settings_.port; }
    // rtmp://127.0.0.1:PORT/live/STREAM
    std::string url(const std::string& stream) const;
    std::filesystem::path recordings_folder() const { return settings_.folder / "recordings"; }
    // Finished and growing recordings, oldest first; empty files (a refused publisher's) left out.
    std::vector<std::filesystem::path> recordings() const;
    // The process, e.g. to stop it with SIGSTOP or to kill it.
    ChildProcess& process() { return process_; }
    // Starts again on the same port and folder after process() has ended.
    Status restart();
    // Ends it in order; recordings are complete afterwards. Also done by the destructor.
    void stop();

  private:
    explicit RtmpServer(RtmpServerSettings settings) : settings_(std::move(settings)) {}
    RtmpServerSettings settings_;
    ChildProcess process_;
};

}  // namespace vistter::sim
