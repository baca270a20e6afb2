// Ends a piece of work at any moment one likes: runs it in a child process that is killed at its
// n-th system call, so that every cut a power failure or a kill can make is tried, not only the
// expected ones.
#pragma once

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace vistter::kit {

enum class Cut { cut, finished, impossible };

// `impossible` where the machine allows no tracing. `work` runs in the child: what it changes in
// memory is not seen here.
inline Cut cut_short(int at_call, const std::function<void()>& work) {
    const pid_t child = ::fork();
    if (child < 0) return Cut::impossible;
    if (child == 0) {
        if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(77);
        ::raise(SIGSTOP);
        work();
        ::_exit(0);
    }
    int status = 0;
    // Twice a call: at its entry and at its exit. The cut comes before the call is made.
    for (int stops = -1;;) {
        if (::waitpid(child, &status, 0) != child) return Cut::impossible;
        if (WIFEXITED(status)) return WEXITSTATUS(status) == 0 ? Cut::finished : Cut::impossible;
        if (!WIFSTOPPED(status)) return Cut::impossible;
        if (++stops == 2 * at_call + 1) break;
        if (::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) != 0) return Cut::impossible;
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    return Cut::cut;
}

}  // namespace vistter::kit
