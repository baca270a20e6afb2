// The picture process put together: sockets, encoder, tick loop, control. Read it downwards.
#pragma once

#include "program/options.hpp"

namespace vistter::program {

// Runs until Shutdown, SIGTERM or SIGINT (0), or until the encoder fails (1). An error is one that
// kept it from starting.
Result<int> run_program(const Options& options);

}  // namespace vistter::program
