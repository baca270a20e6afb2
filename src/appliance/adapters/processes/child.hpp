// A process of ours that must outlive this one: started in its own session, with nothing inherited
// but its log.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace vistter::appliance {

class Child {
  public:
    Child() = default;  // none
    // `log`: appended to, mode 0600; the child's standard output and error. `input`: what it reads
    // on its standard input, at most 64 KiB. SYS_INTERNAL when it cannot be started.
    static Result<Child> start(const std::filesystem::path& program,
                               const std::vector<std::string>& arguments,
                               const std::filesystem::path& log, std::string_view input = {});
    pid_t pid() const { return pid_; }
    // Takes the exit status if it has ended; true while it runs. A Child never kills in its
    // destructor: the picture and the outputs stay when this process goes.
    bool running();
    void kill(int signal);

  private:
    explicit Child(pid_t pid) : pid_(pid) {}
    pid_t pid_ = -1;
};

}  // namespace vistter::appliance
