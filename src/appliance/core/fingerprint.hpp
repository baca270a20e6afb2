// What makes two TIMELINE_LOADs the same document: everything that decides the picture, and no
// address, which is signed anew for every send (contract B.8.3: reload of the same revision and
// hash changes nothing).
#pragma once

#include <string>

#include "contract/messages.hpp"

namespace vistter::appliance {

// Text whose SHA-256 is the document's hash. Equal documents give equal texts; every value is
// written with its length.
std::string fingerprint_text(const contract::TimelineLoad& load);

}  // namespace vistter::appliance
