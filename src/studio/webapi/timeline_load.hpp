// A stored timeline as the TIMELINE_LOAD one appliance gets: hashes of its overlays, fresh
// addresses of its assets.
#pragma once

#include <string>

#include "studio/webapi/command_desk.hpp"

namespace vistter::studio {

// `document` is what PUT /v1/timelines/{t} stores: {name, segment_version, segments, sequence,
// overlays, assets}. Errors: VAL_REFERENCE at /assets/<n> (no such asset).
Result<CommandDraft> timeline_load(const Services& services, const std::string& tenant,
                                   const Timeline& timeline, const std::string& device_id);

}  // namespace vistter::studio
