// The list of all routes.
#include "studio/webapi/route.hpp"

namespace vistter::studio {
namespace {

void append(std::vector<Route>& all, const std::vector<Route>& more) {
    all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

std::vector<Route> web_routes() {
    std::vector<Route> all;
    append(all, service_routes());
    append(all, sign_in_routes());
    append(all, pairing_routes());
    append(all, appliance_routes());
    append(all, command_routes());
    append(all, asset_routes());
    append(all, timeline_routes());
    return all;
}

}  // namespace vistter::studio
