// What a TIMELINE_LOAD must fulfil on this appliance before anything is fetched (contract B.8.3,
// acceptance G2.16). The schema and the document's own meaning were judged before; here it meets
// cameras, library and limits.
#pragma once

#include <vector>

#include "appliance/core/workshop.hpp"

namespace vistter::appliance {

// Adds every fault with its pointer.
void judge_load(const contract::TimelineLoad& load, Workshop& shop, Faults& faults);

// The assets that are not in the library yet, once each.
std::vector<contract::AssetEntry> missing_assets(const contract::TimelineLoad& load,
                                                 Library& library);

}  // namespace vistter::appliance
