// The media socket: encoded units and preview pictures to whoever subscribes, each at its own pace.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ipc/socket.hpp"
#include "media/encoder.hpp"
#include "program/wake.hpp"

namespace vistter::program {

// A subscriber of "program" gets StreamInfo, then units from the next keyframe on. One that does
// not read loses units up to a later keyframe, never the others' and never the encoder's time.
// "preview" gets the newest picture it has room for.
class MediaServer {
  public:
    struct Hooks {  // called on the server's thread
        std::function<void()> request_keyframe;
        std::function<void(bool)> preview_wanted;
    };
    explicit MediaServer(std::unique_ptr<ipc::Listener> listener)
        : listener_(std::move(listener)) {}
    ~MediaServer();

    void start(Hooks hooks);
    // Ends the thread; later units are dropped.
    void stop();
    // From encoder and preview threads; none of them waits for a subscriber.
    void set_info(ipc::StreamInfo info);
    void put(media::EncodedUnit unit);
    void put_preview(std::int64_t frame, Bytes jpeg);
    const std::atomic<std::int64_t>& video_bytes() const { return video_bytes_; }

  private:
    enum class Kind { unknown, program, preview };
    struct Subscriber {
        std::unique_ptr<ipc::Connection> connection;
        Kind kind = Kind::unknown;
        bool informed = false;  // StreamInfo was sent
        bool waits_for_key = true;
        std::int64_t dropped = 0;
    };
    struct Unit {  // encoded once for all subscribers
        std::string frame;
        bool video_key = false;
    };

    void run();
    void serve(Subscriber& subscriber, short happened);
    bool subscribe(Subscriber& subscriber, const std::string& what);
    void deliver();
    void deliver_unit(Subscriber& subscriber, const Unit& unit);
    void inform(Subscriber& subscriber);
    void tell_preview_wanted();

    std::unique_ptr<ipc::Listener> listener_;
    Hooks hooks_;
    Wake wake_;
    std::mutex mutex_;
    std::deque<Unit> units_;
    std::string preview_;
    std::optional<std::string> info_;
    // The server's thread only.
    std::vector<Subscriber> subscribers_;
    bool preview_wanted_ = false;
    std::atomic<std::int64_t> video_bytes_{0};
    std::atomic<bool> over_{false};
    std::thread thread_;
};

}  // namespace vistter::program
