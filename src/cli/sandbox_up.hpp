// What `vistter sandbox up` can be told.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/verb.hpp"

namespace vistter::cli {

struct UpOptions {
    bool headless = false;
    std::int64_t seconds = 0;  // 0: until interrupted (30 when headless)
    std::string state;         // empty: a temporary folder, removed at the end
    std::vector<std::string> cameras;
    int width = 1280, height = 720;
};

// Runs the whole sandbox; the exit code of the verb.
int sandbox_up(const UpOptions& up, const Context& context);

}  // namespace vistter::cli
