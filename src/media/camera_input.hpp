// One RTSP camera or video file: connects, decodes, scales to the programme's size, keeps the newest picture, and comes back by itself.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "media/frame.hpp"

namespace vistter::media {

struct CameraStatus {
    std::string state = "connecting";  // connecting, online, stalled, offline
    std::string error;                 // the last one, redacted
    std::int64_t frames = 0;
    std::int64_t last_frame_age_ms = -1;  // -1: none yet
    double fps = 0;
    int reconnects = 0;
};

class CameraInput {
  public:
    virtual ~CameraInput() = default;
    // The newest picture, or null before the first. Tick thread; never blocks on the decoder.
    virtual FramePtr newest() const = 0;
    virtual CameraStatus status() const = 0;
};

// Pictures come out as width x height I420 (letterboxed when the shape differs). 3 s without a frame restarts the pipeline;
// back-off at most 1 s (findings, media). `url`: rtsp:// without userinfo.
std::unique_ptr<CameraInput> open_camera(const std::string& url, int width, int height);

}  // namespace vistter::media
