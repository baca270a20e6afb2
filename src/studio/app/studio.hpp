// The composition root: builds every part of Studio in the order they need each other, listens, and
// runs until told to stop.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "studio/app/options.hpp"

namespace vistter::studio {

class Studio {
  public:
    virtual ~Studio() = default;
    // Says that everything listens (one JSON line to the ready descriptor) and serves until SIGTERM
    // or SIGINT.
    virtual Status run() = 0;
};

// Everything built and both listeners open. Errors: SYS_PORT_IN_USE, SYS_BUSY, CFG_INVALID,
// SYS_STORAGE: each names the next step.
Result<std::unique_ptr<Studio>> open_studio(const Options& options);

}  // namespace vistter::studio
