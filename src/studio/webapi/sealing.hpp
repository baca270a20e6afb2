// Secrets that a person types: sealed for the one appliance they are for before anything is kept,
// so that Studio itself never holds one (contract B.8, F.2 "secrets write-only").
#pragma once

#include "base/random.hpp"
#include "base/result.hpp"
#include "studio/core/registry.hpp"
#include "studio/webapi/command_desk.hpp"

namespace vistter::studio {

// Replaces every secret given in the open in the draft's body by its sealed form; a body without
// one stays as it is. Pointers are into the request ("/body/..."). Errors: VAL_SCHEMA,
// VAL_DUPLICATE_ID; VER_FEATURE_UNSUPPORTED when the appliance gave no key to seal to.
Status seal_draft(const Device& device, Random& random, CommandDraft& draft);
// The same for a draft that is judged and sent to nobody.
Status seal_for_nobody(Random& random, CommandDraft& draft);

}  // namespace vistter::studio
