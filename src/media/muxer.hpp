// Encoded units -> one destination: RTMP or a crash-safe file. Used by vistter-output, one process
// a destination.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "media/encoder.hpp"

namespace vistter::media {

struct SinkSettings {
    std::string kind;  // rtmp, file
    std::string
        location;  // URL, or a path whose ending picks the container: .ts, .flv, .mp4 (fragmented)
    CodecInfo codec;
    int width = 0, height = 0, rate_num = 30, rate_den = 1, audio_rate = 48000, audio_channels = 2;
};

// Everything but the constructor belongs to one thread; `failed` comes on another.
class Sink {
  public:
    virtual ~Sink() = default;
    // Starts with a keyframe (units before it are taken and thrown away); timestamps are moved so
    // that the first one is 0 on both tracks. False: the queue is full; this unit and all up to the
    // next keyframe that fits are dropped.
    virtual bool push(const EncodedUnit& unit) = 0;
    // The units that follow come from another programme start: thrown away up to a keyframe, which
    // goes on behind the last unit plus the real time that has passed, so that timestamps never run
    // backwards.
    virtual void splice() = 0;
    virtual std::int64_t bytes_out() const = 0;  // handed to the peer's connection or the file
    // RTMP: publish was acknowledged, more than the first keyframe has gone out, the connection has
    // stood for a quarter of a second since, and the peer's acknowledgements keep up; kernel
    // buffers hide a peer that hangs (findings, media trap 4). File: something was written.
    virtual bool accepting() const = 0;
    virtual std::int64_t dropped_frames() const = 0;  // video units lost to a full queue
    // Ends the stream in order, waiting at most `drain_ms`. Nothing is pushed afterwards.
    virtual void finish(std::int64_t drain_ms) = 0;
};

// `failed` on a library thread, at most once; it must be quick and must not destroy the sink:
//   STR_DESTINATION_REFUSED  unreachable, refused, name already in use, connection lost, file not
//   writable STR_DESTINATION_AUTH     the server does not accept who we are: trying again does not
//   help LIM_STORAGE              the disk is full STR_ENCODER              the container does not
//   take the units
// A fault found at once is the result instead. Secrets in the location never appear in a message.
Result<std::unique_ptr<Sink>> open_sink(const SinkSettings& settings,
                                        std::function<void(Error)> failed);

}  // namespace vistter::media
