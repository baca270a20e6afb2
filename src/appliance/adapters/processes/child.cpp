// fork, setsid, close everything, exec: between fork and exec only async-signal-safe calls.
#include "appliance/adapters/processes/child.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace vistter::appliance {
namespace {

// In the child. Inherited descriptors would keep our ports and database open after we are gone.
[[noreturn]] void become(const char* program, char* const* arguments, int input_fd, int log_fd) {
    ::setsid();
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    ::dup2(input_fd, STDIN_FILENO);
    ::dup2(log_fd, STDOUT_FILENO);
    ::dup2(log_fd, STDERR_FILENO);
    ::close_range(3, ~0U, 0);
    ::execv(program, arguments);
    ::_exit(127);
}

// What reads as `input` and then ends; an empty one is the null device.
int open_input(std::string_view input) {
    if (input.empty()) return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return -1;
    const auto put = ::write(ends[1], input.data(), input.size());
    ::close(ends[1]);
    const int blocking = ::fcntl(ends[0], F_SETFL, 0);
    if (blocking == 0 && put == static_cast<ssize_t>(input.size())) return ends[0];
    ::close(ends[0]);
    return -1;
}

}  // namespace

Result<Child> Child::start(const std::filesystem::path& program,
                           const std::vector<std::string>& arguments,
                           const std::filesystem::path& log, std::string_view input) {
    if (::access(program.c_str(), X_OK) != 0)
        return fail(ErrorCode::SYS_INTERNAL,
                    "Cannot start " + program.string() + ": " + std::strerror(errno));
    std::vector<std::string> words{program.string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const int log_fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_fd < 0)
        return fail(ErrorCode::SYS_STORAGE,
                    "Cannot open " + log.string() + ": " + std::strerror(errno));
    const int input_fd = open_input(input);
    if (input_fd < 0) {
        ::close(log_fd);
        return fail(ErrorCode::SYS_INTERNAL, "Cannot prepare the input of " + program.string());
    }
    const pid_t pid = ::fork();
    if (pid == 0) become(program.c_str(), argv.data(), input_fd, log_fd);
    ::close(input_fd);
    ::close(log_fd);
    if (pid < 0)
        return fail(ErrorCode::SYS_INTERNAL, std::string("Cannot fork: ") + std::strerror(errno));
    return Child(pid);
}

bool Child::running() {
    if (pid_ <= 0) return false;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == 0) return true;
    pid_ = -1;
    return false;
}

void Child::kill(int signal) {
    if (pid_ > 0) ::kill(pid_, signal);
}

}  // namespace vistter::appliance
