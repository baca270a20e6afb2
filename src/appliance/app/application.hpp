// The composition root of the control process: everything is built here, in reading order, and ends
// here.
#pragma once

#include <memory>
#include <optional>

#include "appliance/app/options.hpp"
#include "base/result.hpp"

namespace vistter::appliance {

class Application {
  public:
    // Opens storage, adopts or starts picture and outputs, listens. Errors name the cause and the
    // next step.
    static Result<std::unique_ptr<Application>> start(Options options);
    virtual ~Application() = default;
    // Until SIGTERM or SIGINT, then ends outputs, picture and itself. The exit code.
    virtual int run() = 0;
    // After run(): the options of the next life, when the appliance was unpaired and is to start
    // over as new; it listens where it did.
    virtual std::optional<Options> again() const = 0;
};

}  // namespace vistter::appliance
