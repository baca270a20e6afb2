// A program started as our child: its standard output for a ready line, and an end that is always
// waited for.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace vistter::sim {

struct ChildSettings {
    std::vector<std::string> argv;               // argv[0] is the program's path
    std::string log_file;                        // standard error goes there; empty: ours
    std::vector<std::string> extra_environment;  // NAME=VALUE, on top of ours
};

// One child process. It dies with us (PR_SET_PDEATHSIG), so start it from a thread that lives as
// long as it should.
class ChildProcess {
  public:
    static Result<ChildProcess> start(const ChildSettings& settings);
    ChildProcess() = default;
    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&& other) noexcept;
    ~ChildProcess();  // stop(2000)

    pid_t pid() const { return pid_; }
    bool running();  // false once the child has ended (it is reaped then)
    // The next line the child writes to its standard output, without the line feed. SYS_TIMEOUT
    // after `wait_ms`, RES_NOT_FOUND when the child closed it first.
    Result<std::string> read_line(std::int64_t wait_ms);
    void send_signal(int number);
    // Waits for the end: its exit code, 128 + n after signal n; nothing after `wait_ms`.
    std::optional<int> wait(std::int64_t wait_ms);
    // SIGTERM, and SIGKILL after `wait_ms`; the exit code.
    int stop(std::int64_t wait_ms);

  private:
    pid_t pid_ = -1;
    int pid_fd_ = -1, out_fd_ = -1;
    std::string pending_;
    std::optional<int> exit_code_;
};

// A TCP port on 127.0.0.1 that was free a moment ago.
Result<std::uint16_t> free_port();
// Whether somebody accepts connections at 127.0.0.1:port now.
bool port_answers(std::uint16_t port);

}  // namespace vistter::sim
