// A programme that speaks ipc and plays an encoded show over and over, about three times as fast as
// real time.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include "ipc/socket.hpp"
#include "kit/encoded_show.hpp"

namespace vistter::output {

class FakeProgram {
  public:
    // Plays `rounds` times (0: for ever), but only while somebody is subscribed.
    FakeProgram(const std::filesystem::path& socket, const kit::EncodedShow& show, int rounds);
    ~FakeProgram();
    std::int64_t frames_sent() const { return frames_sent_; }

  private:
    void run();
    void serve(short events);
    bool send_one();

    const kit::EncodedShow& show_;
    const int rounds_;
    std::unique_ptr<ipc::Listener> listener_;
    std::unique_ptr<ipc::Connection> subscriber_;
    bool subscribed_ = false;
    int stop_fd_;
    int round_ = 0;
    std::size_t next_ = 0;
    std::atomic<std::int64_t> frames_sent_ = 0;
    std::thread thread_;
};

}  // namespace vistter::output
