// Faults on their way from a check to the caller: collected with their place, told as one Error.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "contract/schema.hpp"
#include "contract/validate.hpp"

namespace vistter::contract {

using Findings = std::vector<Finding>;

// The first finding's code and words, and every finding as a detail (at most 50). `findings` must
// not be empty.
Error error_of(const Findings& findings, std::string_view what);

// $id of a schema of contract/schemas, e.g. schema_id("protocol", "envelope").
std::string schema_id(std::string_view family, std::string_view name);

}  // namespace vistter::contract
