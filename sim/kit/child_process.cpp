// fork, exec, pidfd and poll: no waiting without an event to wait for.
#include "sim/kit/child_process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "base/clock.hpp"

namespace vistter::sim {
namespace {

constexpr std::size_t longest_line = 64 * 1024;

std::int64_t now_ms() {
    return machine_clock().steady().ns / 1'000'000;
}

// Whether `fd` got something within `wait_ms`.
bool wait_readable(int fd, std::int64_t wait_ms) {
    pollfd entry{.fd = fd, .events = POLLIN, .revents = 0};
    return ::poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(0, wait_ms))) > 0;
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

// In the child: never returns. Only async-signal-safe calls.
[[noreturn]] void become(char* const* argv, char* const* environment, int out_fd, int log_fd,
                         pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(127);
    ::setpgid(0, 0);  // Ctrl-C in a terminal reaches us only; we end our children in order
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::dup2(out_fd, STDOUT_FILENO);
    if (log_fd >= 0) ::dup2(log_fd, STDERR_FILENO);
    ::execve(argv[0], argv, environment);
    ::_exit(127);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

int exit_code_of(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const ChildSettings& settings) {
    if (settings.argv.empty()) return fail(ErrorCode::SYS_INTERNAL, "no program to start");
    if (::access(settings.argv[0].c_str(), X_OK) != 0) {
        return fail(ErrorCode::RES_NOT_FOUND,
                    fmt::format("cannot run {}: {}", settings.argv[0], std::strerror(errno)));
    }
    std::vector<std::string> arguments = settings.argv, environment = settings.extra_environment;
    for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
    std::vector<char*> argv = pointers(arguments), envp = pointers(environment);
    int out[2];
    if (::pipe2(out, O_CLOEXEC) != 0) return fail(ErrorCode::SYS_INTERNAL, "cannot make a pipe");
    int log_fd = -1;
    if (!settings.log_file.empty()) {
        log_fd = ::open(settings.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    pid_t parent = ::getpid();
    pid_t pid = ::fork();
    if (pid == 0) become(argv.data(), envp.data(), out[1], log_fd, parent);
    ::close(out[1]);
    if (log_fd >= 0) ::close(log_fd);
    if (pid < 0) {
        ::close(out[0]);
        return fail(ErrorCode::SYS_INTERNAL, "cannot start a process");
    }
    ChildProcess child;
    child.pid_ = pid;
    child.out_fd_ = out[0];
    child.pid_fd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept {
    *this = std::move(other);
}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(pid_fd_, other.pid_fd_);
    std::swap(out_fd_, other.out_fd_);
    std::swap(pending_, other.pending_);
    std::swap(exit_code_, other.exit_code_);
    return *this;
}

ChildProcess::~ChildProcess() {
    if (pid_ > 0) stop(2000);
    if (pid_fd_ >= 0) ::close(pid_fd_);
    if (out_fd_ >= 0) ::close(out_fd_);
}

bool ChildProcess::running() {
    return pid_ > 0 && !wait(0);
}

Result<std::string> ChildProcess::read_line(std::int64_t wait_ms) {
    const std::int64_t deadline = now_ms() + wait_ms;
    while (true) {
        std::size_t end = pending_.find('\n');
        if (end != std::string::npos) {
            std::string line = pending_.substr(0, end);
            pending_.erase(0, end + 1);
            return line;
        }
        if (pending_.size() > longest_line)
            return fail(ErrorCode::VAL_TOO_BIG, "a child's line is too long");
        if (!wait_readable(out_fd_, deadline - now_ms())) {
            return fail(ErrorCode::SYS_TIMEOUT, "a child process said nothing in time");
        }
        char block[4096];
        ssize_t got = ::read(out_fd_, block, sizeof block);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0)
            return fail(ErrorCode::RES_NOT_FOUND, "a child process ended before it was ready");
        pending_.append(block, static_cast<std::size_t>(got));
    }
}

void ChildProcess::send_signal(int number) {
    if (running()) ::kill(pid_, number);
}

std::optional<int> ChildProcess::wait(std::int64_t wait_ms) {
    if (exit_code_ || pid_ <= 0) return exit_code_;
    if (!wait_readable(pid_fd_, wait_ms)) return std::nullopt;
    int status = 0;
    if (::waitpid(pid_, &status, 0) != pid_) return std::nullopt;
    exit_code_ = exit_code_of(status);
    return exit_code_;
}

int ChildProcess::stop(std::int64_t wait_ms) {
    send_signal(SIGCONT);
    send_signal(SIGTERM);
    if (std::optional<int> code = wait(wait_ms)) return *code;
    send_signal(SIGKILL);
    return wait(10'000).value_or(-1);
}

Result<std::uint16_t> free_port() {
    int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    bool bound = fd >= 0 && ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                 ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    if (fd >= 0) ::close(fd);
    if (!bound) return fail(ErrorCode::SYS_PORT_IN_USE, "no free TCP port on 127.0.0.1");
    return static_cast<std::uint16_t>(ntohs(address.sin_port));
}

bool port_answers(std::uint16_t port) {
    int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    sockaddr_in address = loopback(port);
    bool answers = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return answers;
}

}  // namespace vistter::sim
