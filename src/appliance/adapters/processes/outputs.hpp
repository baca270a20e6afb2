// Keeps one vistter-output for each wanted destination of each stream: adopts those that run,
// starts and restarts the others, ends what is not wanted.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "appliance/core/output_port.hpp"
#include "async/loop.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"

namespace vistter::appliance {

struct OutputsOptions {
    std::filesystem::path executable, media_socket,
        run_dir;  // run_dir holds a socket, a 0600 config and a log each
};

class OutputProcesses : public OutputPort {
  public:
    virtual void set_listener(OutputListener& listener) = 0;
    // Drains and ends all of them without forgetting that they are wanted, then calls back.
    virtual void stop_all(std::function<void()> gone) = 0;
};

std::unique_ptr<OutputProcesses> make_output_processes(async::Loop& loop, const Clock& clock,
                                                       Random& random, OutputsOptions options);
// For an appliance without a picture.
std::unique_ptr<OutputPort> make_no_outputs();

}  // namespace vistter::appliance
