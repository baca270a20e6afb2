// One programme encode for all outputs: I420 pictures in frame order -> H.264 and AAC access units
// (rulings 19, 20).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace vistter::media {

struct EncoderSettings {
    int width = 1280, height = 720, rate_num = 30, rate_den = 1;
    int video_bitrate_kbps = 3000;
    int keyframe_interval_s = 2;
    std::string preset = "superfast";
    int audio_bitrate_kbps = 128;
};

struct EncodedUnit {
    bool video = true;
    bool keyframe = false;
    std::int64_t frame = 0;  // output frame number (video)
    std::int64_t pts_ns = 0, dts_ns = 0,
                 duration_ns = 0;  // 0 at output frame 0; AAC priming already subtracted
    Bytes data;                    // AVC length-prefixed / raw AAC
};

struct CodecInfo {
    Bytes video_codec_data;  // avcC
    Bytes audio_codec_data;  // AudioSpecificConfig
};

class Encoder {
  public:
    virtual ~Encoder() = default;
    // begin_frame() and end_frame() belong to one thread, strictly in turn. A buffer for the next
    // picture (I420, contiguous planes of width x height, strides = plane widths). Blocks while the
    // encoder's bounded queue is full: pictures are never dropped.
    virtual std::uint8_t* begin_frame() = 0;
    // Hands it over as output frame `frame`; frames must come in order, each once. Also pushes that
    // frame's silent audio.
    virtual void end_frame(std::int64_t frame) = 0;
    // Makes the next frame given to end_frame() a keyframe; to be called on the thread that calls
    // end_frame() when the very frame matters, from any thread otherwise.
    virtual void request_keyframe() = 0;
    // Waits until every frame handed over has come out as a unit, or encoding has failed. The
    // encoder takes no frame afterwards.
    virtual void finish() = 0;
    virtual std::int64_t encoded_frames() const = 0;
    // 95th percentile, over the last 256 pictures, of the time between entering and leaving the
    // codec.
    virtual double encode_ms_p95() const = 0;
};

// `ready` comes once, before the first unit; callbacks come one at a time, on encoder threads.
// After `failed` (once, STR_ENCODER) begin_frame() still gives a buffer and frames are thrown away.
// STR_ENCODER when it cannot start. No callback after the encoder is destroyed.
Result<std::unique_ptr<Encoder>> open_encoder(const EncoderSettings& settings,
                                              std::function<void(const CodecInfo&)> ready,
                                              std::function<void(EncodedUnit)> unit,
                                              std::function<void(Error)> failed);

}  // namespace vistter::media
