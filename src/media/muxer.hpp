// Encoded units -> one destination: RTMP or a crash-safe file. Used by vistter-output, one process a destination.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "media/encoder.hpp"

namespace vistter::media {

struct SinkSettings {
    std::string kind;      // rtmp, file
    std::string location;  // URL, or a path whose ending picks the container: .ts, .flv, .mp4 (fragmented)
    CodecInfo codec;
    int width = 0, height = 0, rate_num = 30, rate_den = 1, audio_rate = 48000, audio_channels = 2;
};

class Sink {
  public:
    virtual ~Sink() = default;
    // Starts with a keyframe; timestamps are moved so that the first one is 0. False: the queue is full (drop to the next keyframe).
    virtual bool push(const EncodedUnit& unit) = 0;
    virtual std::int64_t bytes_out() const = 0;   // accepted by the peer
    virtual bool accepting() const = 0;           // publish was acknowledged and bytes flow
    // Ends the stream in order, waiting at most `drain_ms`.
    virtual void finish(std::int64_t drain_ms) = 0;
};

// `failed` on a library thread, once: STR_DESTINATION_REFUSED, STR_DESTINATION_AUTH, LIM_STORAGE, STR_ENCODER.
Result<std::unique_ptr<Sink>> open_sink(const SinkSettings& settings, std::function<void(Error)> failed);

}  // namespace vistter::media
