// Which of Studio's addresses is tried next: the preferred one, and while that is blocked the
// others, without ever forgetting it (acceptance G1.3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace vistter::link {

// How often a road on a fallback looks whether the preferred address can be reached again.
inline constexpr std::int64_t preferred_again_ms = 300'000;

class RouteChoice {
  public:
    explicit RouteChoice(std::size_t addresses) : addresses_(addresses) {}

    std::size_t current() const { return current_; }
    bool on_fallback() const { return current_ != 0; }
    // Why the preferred address was left; empty while it is the one in use.
    const std::string& blocked() const { return blocked_; }

    // No session came about at the current address: the next try goes to the next one, so that a
    // blocked port costs one wait. `why` in words.
    void failed(const std::string& why) {
        if (addresses_ < 2) return;
        if (current_ == 0) blocked_ = why;
        current_ = (current_ + 1) % addresses_;
    }
    // A session is open at the current address.
    void opened() {
        if (current_ == 0) blocked_.clear();
    }
    // The preferred address answered again.
    void prefer() { current_ = 0; }

  private:
    std::size_t addresses_;
    std::size_t current_ = 0;
    std::string blocked_;
};

}  // namespace vistter::link
