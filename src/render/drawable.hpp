// What this renderer cannot draw, found when a document is opened, so that nothing is left out
// silently on air.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "contract/overlay_document.hpp"

namespace vistter::render {

// One OCL_FEATURE_UNSUPPORTED detail, with its pointer, for each: a required feature this renderer
// lacks, and blur or crop of a group that is composed on every frame.
std::vector<ErrorDetail> find_undrawable(const contract::OverlayDocument& document);
// Features used, not required and not drawn (contract C.12): reported, the rest is drawn.
std::vector<Error> find_ignored(const contract::OverlayDocument& document);

// The optional OCL features (contract C.14) this renderer supports; the core needs none.
const std::vector<std::string>& supported_features();

}  // namespace vistter::render
