// Who did what over the API: every write leaves one row, its handler's when it acted, the
// dispatcher's when it was refused (contract F.2, /v1/audit).
#pragma once

#include <string>
#include <string_view>

#include "studio/webapi/route.hpp"

namespace vistter::studio {

// Whose act it is; outlives the call it is of.
struct Author {
    std::string user_id, tenant, correlation_id;
};
Author author_of(const Call& call);

// Written beside what the act changed: inside its transaction, if it has one.
void note(Services& services, const Author& author, std::string_view action,
          const std::string& target, std::string_view outcome = "ok");
// What was asked and not done, with the code of the answer. So many refusals of one person as
// Guards say are written; a flood of them is not worth the disk. Never throws.
void note_refusal(Services& services, const Author& author, std::string_view action,
                  const std::string& target, const net::Response& answer);

}  // namespace vistter::studio
