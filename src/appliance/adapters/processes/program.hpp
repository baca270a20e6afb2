// Keeps one vistter-program running and speaks to it: adopts one that already runs, starts one
// otherwise, restarts it with back-off when it dies (rulings 25).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "appliance/core/program_port.hpp"
#include "async/loop.hpp"
#include "base/random.hpp"

namespace vistter::appliance {

struct ProgramOptions {
    std::filesystem::path executable, socket, media_socket, log;
    contract::EncodingProfile profile;
    bool proof_strip = false;
};

class ProgramProcess : public ProgramPort {
  public:
    // Starts keeping it running. `listener` must outlive this.
    virtual void start(ProgramListener& listener) = 0;
    // Ends the programme and calls back when it is gone (SIGKILL after 5 s).
    virtual void shut_down(std::function<void()> gone) = 0;
};

std::unique_ptr<ProgramProcess> make_program_process(async::Loop& loop, const Clock& clock,
                                                     Random& random, ProgramOptions options);
// For an appliance without a picture: never ready, drops every order.
std::unique_ptr<ProgramPort> make_no_program();

}  // namespace vistter::appliance
