// Judges any contract file against its closed writer schema and its meaning: samples, `vistter contract validate`,
// REST bodies.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace vistter::contract {

struct Finding {
    ErrorCode code;
    std::string pointer;  // RFC 6901
    std::string reason;
    std::string keyword;  // the schema keyword broken, or empty for a rule of meaning
};

// Every fault found; empty means valid. The family is detected from `type`, `kind` or `segment_version`.
std::vector<Finding> validate_file(std::string_view json);

// An OCL document alone: whatever the text is, it is judged as one.
struct OverlayVerdict {
    std::vector<Finding> faults;    // every one; empty means valid
    std::vector<Finding> warnings;  // lawful, but look again (OCL_SAFE_AREA); told of a valid one
};
OverlayVerdict validate_overlay(std::string_view json);

// The contract version both products print, e.g. "1.0".
std::string_view contract_version();

}  // namespace vistter::contract
