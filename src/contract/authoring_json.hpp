// Inside this room: authoring trees as JSON, and the judge of their schema.
#pragma once

#include "contract/authoring_tree.hpp"
#include "contract/findings.hpp"
#include "contract/json.hpp"

namespace vistter::contract {

json::Value json_of(const AuthoringNode& node);
// By contract/schemas/authoring: the same for a file as written and for a resolved one.
Findings judge_authoring(const json::Value& scene);

}  // namespace vistter::contract
