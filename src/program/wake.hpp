// A descriptor that wakes a poll() from another thread.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace vistter::program {

// Any thread calls ring(), which never blocks; the polling thread calls clear().
class Wake {
  public:
    Wake() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
    ~Wake() { ::close(fd_); }
    Wake(const Wake&) = delete;
    Wake& operator=(const Wake&) = delete;
    int fd() const { return fd_; }
    void ring() {
        std::uint64_t one = 1;
        [[maybe_unused]] ssize_t put =
            ::write(fd_, &one, sizeof one);  // full means it is ringing already
    }
    void clear() {
        std::uint64_t count = 0;
        [[maybe_unused]] ssize_t got = ::read(fd_, &count, sizeof count);
    }

  private:
    int fd_;
};

}  // namespace vistter::program
