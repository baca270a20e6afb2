// A TCP relay that can fall silent without closing: what a pulled cable or a dead router does to
// both ends.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

namespace vistter::test {

// Relays one connection at a time from its own port to 127.0.0.1:`target`, on a thread of its own.
class StallingRelay {
  public:
    explicit StallingRelay(std::uint16_t target);
    ~StallingRelay();
    std::uint16_t port() const { return port_; }
    // From now on bytes are neither read nor written; the connections stay open.
    void stall() { stalled_ = true; }

  private:
    void serve();
    void relay(int from_client, int to_target);

    std::uint16_t target_, port_ = 0;
    int listener_ = -1;
    int stop_[2] = {-1, -1};
    std::atomic<bool> stalled_ = false;
    std::thread thread_;
};

}  // namespace vistter::test
