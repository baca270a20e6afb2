#include "base/crash_point.hpp"

#include <unistd.h>
#include <csignal>
#include <cstdlib>

namespace vistter {
namespace {

constexpr std::string_view names[] = {
#define X(step) #step,
#include "base/crash_point.def"
#undef X
};

// -1: none asked for.
int armed_step() {
    const char* wanted = std::getenv("VISTTER_CRASH_AT");
    if (wanted == nullptr) return -1;
    for (std::size_t i = 0; i < std::size(names); ++i) {
        if (names[i] == wanted) return static_cast<int>(i);
    }
    return -1;
}

}  // namespace

std::string_view to_string(CrashStep step) {
    return names[static_cast<std::size_t>(step)];
}

const std::vector<CrashStep>& all_crash_steps() {
    static const std::vector<CrashStep> steps = [] {
        std::vector<CrashStep> list;
        for (std::size_t i = 0; i < std::size(names); ++i)
            list.push_back(static_cast<CrashStep>(i));
        return list;
    }();
    return steps;
}

void crash_point(CrashStep step) {
    static const int armed = armed_step();
    if (armed == static_cast<int>(step)) ::kill(::getpid(), SIGKILL);
}

}  // namespace vistter
