// What the sandbox needs beyond starting children: nothing may outlive it, and Ctrl-C is something
// to wait for.
#pragma once

#include <cstdint>

namespace vistter::cli {

// Makes this process the one that inherits orphans, so that end_orphans() finds every descendant.
void adopt_orphans();
// Ends whatever descendants are left; returns how many had to be killed.
int end_orphans(std::int64_t patience_ms);

// Ctrl-C and SIGTERM as something to wait for. One a process; blocks both signals for as long as it
// lives.
class Interrupt {
  public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    // Waits; true when the user wants to stop.
    bool wait_ms(std::int64_t ms);

  private:
    int fd_;
    bool seen_ = false;
};

}  // namespace vistter::cli
