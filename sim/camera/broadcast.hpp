// One live H.264 stream given to any number of RTSP clients, each from a keyframe and on its own
// clock.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "base/bytes.hpp"
#include "media/gstreamer.hpp"

namespace vistter::sim {

class Broadcast {
  public:
    // The client's entry: an appsrc with H.264 caps. `source` is referenced until leave().
    void join(GstElement* source);
    void leave(GstElement* source);
    // The stream's avcC; clients that come before it is known get it with the first unit.
    void set_codec_data(const Bytes& codec_data);
    // Gives a unit to everybody. `at_ns` counts from any origin and only grows.
    void send(const Bytes& data, bool keyframe, std::int64_t at_ns, std::int64_t duration_ns);

  private:
    struct Client {
        media::GstHandle<GstElement> source;
        bool has_caps = false, waits = true;
        std::int64_t shift_ns = 0;  // client's running time minus at_ns
        std::int64_t end_ns = 0;    // of the last unit, client's time
    };
    void give(Client& client, GstBuffer* unit, bool keyframe, std::int64_t at_ns);

    std::mutex mutex_;
    std::vector<Client> clients_;
    Bytes codec_data_;
};

}  // namespace vistter::sim
