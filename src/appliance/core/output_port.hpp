// The output processes as the core sees them: one for each destination of a stream. All calls on
// the loop's thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vistter::appliance {

struct OutputSpec {
    std::string stream_id, destination_id;
    std::string kind;      // rtmp, file
    std::string location;  // address, or absolute path
};

struct OutputReport {  // state: starting, live, reconnecting, failed, stopping, stopped
    std::string stream_id, destination_id, state, error_code, error_message;
    int attempt = 0, reconnects = 0;
    std::int64_t bytes = 0, frames = 0, frames_dropped = 0, first_frame = -1, uptime_ms = 0;
};

class OutputListener {
  public:
    virtual ~OutputListener() = default;
    virtual void on_output(const OutputReport& report) = 0;
};

class OutputPort {
  public:
    virtual ~OutputPort() = default;
    // Starts the output, or adopts it if it already runs for that stream and destination.
    // Idempotent.
    virtual void start(const OutputSpec& output) = 0;
    // Ends every output a former control process left running that is not among `wanted`.
    virtual void keep_only(const std::vector<OutputSpec>& wanted) = 0;
    // Drains and ends it; a `stopped` report follows, also when it did not run.
    virtual void stop(const std::string& stream_id, const std::string& destination_id,
                      std::int64_t drain_ms) = 0;
};

}  // namespace vistter::appliance
