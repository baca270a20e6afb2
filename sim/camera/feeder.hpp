// Threads that fill a Broadcast in real time: from a pre-encoded loop, or from a video file.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.hpp"
#include "sim/camera/broadcast.hpp"
#include "sim/camera/play_loop.hpp"

namespace vistter::sim {

struct PictureFormat {
    int width = 640, height = 360, rate_num = 30, rate_den = 1;
};

class Feeder {
  public:
    virtual ~Feeder() = default;
};

// Sends unit k at start + k / rate, for ever.
std::unique_ptr<Feeder> feed_loop(PlayLoop loop, const PictureFormat& format, Broadcast& broadcast);
// Plays a video file of any kind in real time and looped, re-encoded at the given format.
Result<std::unique_ptr<Feeder>> feed_file(const std::string& path, const PictureFormat& format,
                                          Broadcast& broadcast);

}  // namespace vistter::sim
