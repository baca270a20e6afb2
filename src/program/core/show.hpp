// What a LoadShow became: a plan and a renderer for each overlay use in it, everything rasterised.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "render/overlay_renderer.hpp"
#include "timeline/plan.hpp"

namespace vistter::program {

struct Show {
    std::string timeline_id;
    std::int64_t revision = 0;
    timeline::Plan plan;
    std::vector<std::unique_ptr<render::OverlayRenderer>> renderers;  // by OverlayOnAir::use
    std::vector<ocl::Tokens>
        tokens;  // by use, as drawn now: the plan's, changed live; the tick thread's own
};

// Shared: the board lists a show while runs of it, also of an older load, are on air, and a worker
// prepares new tokens for it; dropped off the tick thread.
using ShowPtr = std::shared_ptr<Show>;

}  // namespace vistter::program
