// The one boundary every request passes: route, sign-in, handler, and whatever goes wrong, as one
// answer.
#pragma once

#include <vector>

#include "net/http.hpp"
#include "studio/webapi/route.hpp"

namespace vistter::studio {

// `pages` answers what is outside /v1 and no route; may be empty (then they are 404). `services`
// outlives the handler.
net::Handler make_handler(Services& services, const std::vector<Route>& routes, net::Handler pages);

}  // namespace vistter::studio
