// From an authoring scene to OCL, for one target (contract C.15): the stages in order. Pure: the
// same scene, facts and target give the same bytes.
#pragma once

#include <string>

#include "ocl/compile/report.hpp"
#include "ocl/compile/stages.hpp"

namespace vistter::ocl {

struct Compiled {
    std::string text;    // the OCL document in its one form; empty when the report has an error
    std::string sha256;  // of `text`, lower-case hex
    contract::OverlayDocument document;
    Report report;
};

// `scene`: what contract::parse_authoring gave. `facts`: for assets that name a file, by asset key.
Compiled compile(const contract::AuthoringNode& scene,
                 const std::map<std::string, AssetFacts>& facts,
                 const contract::CompileTarget& target);

}  // namespace vistter::ocl
