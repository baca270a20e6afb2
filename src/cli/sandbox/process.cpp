#include "cli/sandbox/process.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <vector>

#include "base/clock.hpp"

namespace vistter::cli {
namespace {

std::int64_t now_ms() {
    return machine_clock().steady().ns / 1'000'000;
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

void adopt_orphans() {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

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

Interrupt::~Interrupt() {
    ::close(fd_);
}

bool Interrupt::wait_ms(std::int64_t ms) {
    if (seen_) return true;
    pollfd waiting{fd_, POLLIN, 0};
    seen_ = ::poll(&waiting, 1, static_cast<int>(ms)) > 0;
    return seen_;
}

}  // namespace vistter::cli
