#include "cli/sandbox/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <utility>

#include "base/clock.hpp"
#include "base/file.hpp"

namespace vistter::cli {
namespace {

std::int64_t now_ms() { return machine_clock().steady().ns / 1'000'000; }

// What the child does between fork and exec: only calls that are safe there.
[[noreturn]] void become(char* const* argv, int output, int log) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    ::setpgid(0, 0);  // Ctrl-C reaches the sandbox only; it ends its children in order
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, 0);
    ::dup2(output, 1);
    ::dup2(log, 2);
    ::execvp(argv[0], argv);
    ::_exit(127);
}

bool reap(pid_t pid, std::int64_t patience_ms) {
    const std::int64_t deadline = now_ms() + patience_ms;
    for (;;) {
        pid_t got = ::waitpid(pid, nullptr, WNOHANG);
        if (got == pid || (got < 0 && errno == ECHILD)) return true;
        if (now_ms() >= deadline) return false;
        ::poll(nullptr, 0, 10);
    }
}

std::vector<pid_t> children_of_self() {
    std::vector<pid_t> found;
    std::ifstream list(fmt::format("/proc/self/task/{}/children", ::getpid()));
    pid_t pid = 0;
    while (list >> pid) found.push_back(pid);
    return found;
}

}  // namespace

Result<Child> Child::start(std::string name, const std::vector<std::string>& argv, const std::filesystem::path& log) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail(ErrorCode::SYS_INTERNAL, "no pipe left");
    int log_fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_fd < 0) return fail(ErrorCode::SYS_STORAGE, fmt::format("cannot write {}", log.string()));
    std::vector<char*> raw;
    for (const std::string& argument : argv) raw.push_back(const_cast<char*>(argument.c_str()));
    raw.push_back(nullptr);
    pid_t pid = ::fork();
    if (pid == 0) become(raw.data(), ends[1], log_fd);
    ::close(ends[1]);
    ::close(log_fd);
    if (pid < 0) {
        ::close(ends[0]);
        return fail(ErrorCode::SYS_INTERNAL, fmt::format("cannot start {}: {}", name, std::strerror(errno)));
    }
    Child child;
    child.name_ = std::move(name);
    child.log_ = log;
    child.pid_ = pid;
    child.output_ = ends[0];
    return child;
}

Child::Child(Child&& other) noexcept
    : name_(std::move(other.name_)),
      log_(std::move(other.log_)),
      pid_(std::exchange(other.pid_, -1)),
      output_(std::exchange(other.output_, -1)) {}

Child::~Child() {
    stop(5000);
    if (output_ >= 0) ::close(output_);
}

std::string Child::last_words() const {
    auto text = read_file(log_, 16 * 1024 * 1024);
    if (!text.ok()) return {};
    const std::string& all = text.value();
    return all.substr(all.size() > 600 ? all.size() - 600 : 0);
}

Result<std::string> Child::ready_line(std::int64_t deadline_ms) {
    const std::int64_t deadline = now_ms() + deadline_ms;
    std::string line;
    for (;;) {
        pollfd waiting{output_, POLLIN, 0};
        std::int64_t left = deadline - now_ms();
        if (left <= 0 || ::poll(&waiting, 1, static_cast<int>(left)) == 0) {
            return fail(ErrorCode::SYS_TIMEOUT, fmt::format("{} did not get ready; its log: {}", name_, log_.string()));
        }
        char c;
        ssize_t got = ::read(output_, &c, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
            return fail(ErrorCode::SYS_INTERNAL, fmt::format("{} ended at its start. Its last words: {}", name_, last_words()));
        }
        if (c == '\n') return line;
        line.push_back(c);
    }
}

bool Child::running() {
    if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) != 0) pid_ = -1;
    return pid_ > 0;
}

void Child::stop(std::int64_t patience_ms) {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGTERM);
    if (!reap(pid_, patience_ms)) {
        ::kill(pid_, SIGKILL);
        reap(pid_, 2000);
    }
    pid_ = -1;
}

void Child::kill_now() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    reap(pid_, 2000);
    pid_ = -1;
}

void adopt_orphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }

int end_orphans(std::int64_t patience_ms) {
    for (pid_t pid : children_of_self()) ::kill(pid, SIGTERM);
    int killed = 0;
    for (pid_t pid : children_of_self()) {
        if (reap(pid, patience_ms)) continue;
        ::kill(pid, SIGKILL);
        reap(pid, 2000);
        ++killed;
    }
    return killed;
}

Interrupt::Interrupt() {
    sigset_t wanted;
    ::sigemptyset(&wanted);
    ::sigaddset(&wanted, SIGINT);
    ::sigaddset(&wanted, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &wanted, nullptr);
    fd_ = ::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
}

Interrupt::~Interrupt() { ::close(fd_); }

bool Interrupt::wait_ms(std::int64_t ms) {
    if (seen_) return true;
    pollfd waiting{fd_, POLLIN, 0};
    seen_ = ::poll(&waiting, 1, static_cast<int>(ms)) > 0;
    return seen_;
}

}  // namespace vistter::cli
