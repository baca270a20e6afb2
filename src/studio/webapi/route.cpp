// The list of all routes.
#include "studio/webapi/route.hpp"

namespace vistter::studio {
namespace {

void append(std::vector<Route>& all, const std::vector<Route>& more) {
    all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

bool is_admitted(Access access, const SignIn& who) {
    const std::string& role = who.user.role;
    switch (access) {
        case Access::open:
        case Access::signed_in:
            return true;
        case Access::commander:
            return role != "viewer";
        case Access::producer:
            return role == "producer" || role == "admin";
        case Access::admin:
            return role == "admin";
        case Access::person:
            return !who.by_key;
        case Access::people_admin:
            return role == "admin" && !who.by_key;
        case Access::home_admin:
            return role == "admin" && who.home && !who.by_key;
    }
    return false;
}

std::vector<Route> web_routes() {
    std::vector<Route> all;
    append(all, service_routes());
    append(all, sign_in_routes());
    append(all, member_routes());
    append(all, api_key_routes());
    append(all, audit_routes());
    append(all, pairing_routes());
    append(all, credential_routes());
    append(all, appliance_routes());
    append(all, command_routes());
    append(all, config_routes());
    append(all, asset_routes());
    append(all, timeline_routes());
    append(all, compile_routes());
    return all;
}

}  // namespace vistter::studio
