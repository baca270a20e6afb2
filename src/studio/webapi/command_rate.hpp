// How fast commands may come over REST: of one caller, and to one appliance (contract B.12, F.1).
#pragma once

#include <optional>
#include <string>

#include "studio/webapi/route.hpp"

namespace vistter::studio {

// Counts one command. The answer 429 when the caller or the appliance has had enough for now.
std::optional<net::Response> take_turn(Services& services, const Call& call,
                                       const std::string& device_id);
// Says in the headers RateLimit and RateLimit-Policy what both have left
// (draft-ietf-httpapi-ratelimit-headers).
void tell_rate(const Services& services, const Call& call, const std::string& device_id,
               net::Response& response);

}  // namespace vistter::studio
