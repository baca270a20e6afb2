// The ten stages from an authoring scene to OCL (contract C.15), each a pure function that works on
// what the one before left and says in the report what it could not do. compile.hpp runs them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/authoring.hpp"
#include "ocl/compile/report.hpp"
#include "ocl/evaluate.hpp"

namespace vistter::ocl {

// 1. Templates put in their places, styles merged under their layers, variables replaced. What
// comes out holds none of them.
contract::AuthoringNode resolve_templates(contract::AuthoringNode scene, Report& report);

// 2. Shares and stacks become pixels; anchors stay. A layer's `ocl.props` hold position and size,
// `ocl.text.box` the box. Needs no times.
void resolve_layout(contract::AuthoredDocument& document, Report& report);

// 3. Times become integer milliseconds on the grid of the authored rate: an instant moves to the
// first frame that shows it, which is the frame it would have been seen on anyway.
void resolve_times(contract::AuthoredDocument& document, Report& report);
// One time as milliseconds of the scene, or the reason it is none. `start_ms` is what t+ counts
// from.
Result<std::int64_t> time_ms(const contract::AuthoredTime& time, std::int64_t start_ms, Rate rate);

// 4. Named easings become points, named transitions become tracks.
void resolve_eases(contract::AuthoredDocument& document, Report& report);
void resolve_transitions(contract::AuthoredDocument& document, Report& report);
// Phases an author left out: as long as what moves in them.
void resolve_phases(contract::AuthoredDocument& document);

// 5. Token names become lower case with underscores everywhere; those used without being declared
// are declared with the type their filters ask for.
void normalise_tokens(contract::AuthoredDocument& document, Report& report);

// What a tool found in a file an asset names.
struct AssetFacts {
    std::string sha256;
    std::int64_t size_bytes = 0;
    int width = 0, height = 0;  // 0: not a picture, or not known
};
// 6. Assets named by file get their hash and size; before stage 2, which asks pictures for their
// size. Those nobody uses any more after stage 7 are left out.
void resolve_assets(contract::AuthoredDocument& document,
                    const std::map<std::string, AssetFacts>& facts, Report& report);
void drop_unused_assets(contract::AuthoredDocument& document, Report& report);

// 7. Features used and required from what the scene holds; what the target has not is replaced by
// its fallback, or is an error where the author allows none.
void resolve_features(contract::AuthoredDocument& document, const contract::CompileTarget& target,
                      Report& report);

// 8. The document the stages have made, and where each of its parts came from.
struct Assembled {
    contract::OverlayDocument document;
    std::vector<std::pair<std::string, std::string>> origins;  // OCL pointer, authoring pointer
};
Assembled assemble(const contract::AuthoredDocument& document);
// The target's version and limits, and every rule of the public schema, told at the author's place.
void check_target(const Assembled& assembled, std::string_view text,
                  const contract::CompileTarget& target, Report& report);

}  // namespace vistter::ocl
