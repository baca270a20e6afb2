// The one list of durable steps at which a test may kill a process (house habit 5). A process
// started with VISTTER_CRASH_AT=<step> sends itself SIGKILL the first time it reaches that step;
// without it nothing happens.
#pragma once

#include <string_view>
#include <vector>

namespace vistter {

enum class CrashStep {
#define X(step) step,
#include "base/crash_point.def"
#undef X
};

std::string_view to_string(CrashStep step);
const std::vector<CrashStep>& all_crash_steps();
// Marks that the process has just come to `step`.
void crash_point(CrashStep step);

}  // namespace vistter
