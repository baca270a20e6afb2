// The process: control peers, the programme's media socket and one sink, on a single poll loop.
#pragma once

#include "base/result.hpp"
#include "output/options.hpp"

namespace vistter::output {

// Runs until StopOutput, SIGTERM or SIGINT; the exit code. The destination's failures are reported
// to control and do not end the process; neither does the loss of control or of the programme.
Result<int> run_output(const Options& options);

}  // namespace vistter::output
