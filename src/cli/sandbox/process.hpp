// Child processes of the sandbox: started with a ready line, logged to files, all gone when the sandbox goes.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace vistter::cli {

// One child. The destructor ends it (SIGTERM, then SIGKILL after `patience_ms`).
class Child {
  public:
    // Starts argv[0] with standard error appended to `log`. The child gets SIGTERM when the sandbox dies.
    static Result<Child> start(std::string name, const std::vector<std::string>& argv, const std::filesystem::path& log);
    Child(Child&& other) noexcept;
    Child& operator=(Child&&) = delete;
    ~Child();

    // The first line on the child's standard output. Errors: SYS_TIMEOUT, SYS_INTERNAL when it ended before (with the end of
    // its log).
    Result<std::string> ready_line(std::int64_t deadline_ms);
    bool running();
    void stop(std::int64_t patience_ms);
    void kill_now();  // SIGKILL, and waits for the end
    const std::string& name() const { return name_; }
    pid_t pid() const { return pid_; }

  private:
    Child() = default;
    std::string last_words() const;
    std::string name_;
    std::filesystem::path log_;
    pid_t pid_ = -1;
    int output_ = -1;
};

// Makes this process the one that inherits orphans, so that end_orphans() finds every descendant.
void adopt_orphans();
// Ends whatever descendants are left; returns how many had to be killed.
int end_orphans(std::int64_t patience_ms);

// Ctrl-C and SIGTERM as something to wait for.
class Interrupt {
  public:
    Interrupt();
    ~Interrupt();
    // Waits; true when the user wants to stop.
    bool wait_ms(std::int64_t ms);

  private:
    int fd_;
    bool seen_ = false;
};

}  // namespace vistter::cli
