// `vistter ocl validate`.
#pragma once

#include "cli/verb.hpp"

namespace vistter::cli {

// Adds the verb to the group `ocl`.
void add_ocl_validate_verb(CLI::App& group, Context& context);

}  // namespace vistter::cli
