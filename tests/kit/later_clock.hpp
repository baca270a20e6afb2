// The wall clock of the processes that a test starts, moved by libfaketime: for as long as this
// lives, children see a date so many days from now. Steady clocks and file times stay true.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace vistter::kit {

class LaterClock {
  public:
    // Throws when libfaketime is not installed.
    explicit LaterClock(int days) {
        const char* const library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
        if (!std::filesystem::exists(library)) throw std::runtime_error("libfaketime is missing");
        ::setenv("LD_PRELOAD", library, 1);
        ::setenv("FAKETIME", ("+" + std::to_string(days) + "d").c_str(), 1);
        ::setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1", 1);
        ::setenv("NO_FAKE_STAT", "1", 1);
    }
    LaterClock(const LaterClock&) = delete;
    LaterClock& operator=(const LaterClock&) = delete;
    ~LaterClock() {
        for (const char* name :
             {"LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC", "NO_FAKE_STAT"})
            ::unsetenv(name);
    }
};

}  // namespace vistter::kit
