// Tokens that grow old (contract C.9): from what was last heard, and how long ago, to what may be
// shown, so that stale weather never looks fresh. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "contract/overlay_document.hpp"
#include "ocl/evaluate.hpp"

namespace vistter::ocl {

struct TokenReading {
    contract::TokenValue value;  // the last good one; nullopt: none yet
    std::int64_t age_ms = 0;     // since it was heard
};

// A declared token older than its max_age_s is treated by its on_stale: `last` keeps its value,
// `default` drops it for the document's default, `hide_layer` and `fallback` withhold it. A reading
// of a name that is not declared is left out.
FreshTokens fresh_tokens(const std::map<std::string, contract::TokenSpec>& declared,
                         const std::map<std::string, TokenReading>& readings);

}  // namespace vistter::ocl
