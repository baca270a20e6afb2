// What an appliance said of OCL in its last HELLO, as a target to compile for.
#pragma once

#include "contract/authoring.hpp"
#include "studio/webapi/services.hpp"

namespace vistter::studio {

// Named after the appliance. Nothing for one that never said HELLO.
std::optional<contract::CompileTarget> compile_target(const Services& services,
                                                      const Device& device);

}  // namespace vistter::studio
