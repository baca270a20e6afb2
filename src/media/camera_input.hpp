// One RTSP camera or video file: connects, decodes, scales to the programme's size, keeps the
// newest picture, and comes back by itself.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "media/frame.hpp"

namespace vistter::media {

struct CameraStatus {
    // connecting: no picture yet, first attempt; online: pictures come; stalled: 3 s without one,
    // restarting; offline: the source refused, broke or ended, trying again
    std::string state = "connecting";
    std::string error;  // the last one, redacted
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

// Pictures come out as width x height I420 (letterboxed when the shape differs; both even). 3 s
// without a frame restarts the pipeline; back-off at most 1 s (findings, media). `url`: rtsp://
// without userinfo (H.264 or H.265, over TCP), or file:// or a path: any video file GStreamer
// knows, played in real time and looped. `changed`, if given, is called on a library thread after
// every new picture and every change of state; it must be quick and must not destroy the input.
// Destroying the input never waits for the pipeline: its thread takes it down.
std::unique_ptr<CameraInput> open_camera(const std::string& url, int width, int height,
                                         std::function<void()> changed = {});

}  // namespace vistter::media
