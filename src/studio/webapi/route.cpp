// Matching paths against patterns; the list of all routes.
#include "studio/webapi/route.hpp"

namespace vistter::studio {
namespace {

void append(std::vector<Route>& all, const std::vector<Route>& more) { all.insert(all.end(), more.begin(), more.end()); }

}  // namespace

bool match_path(std::string_view pattern, std::string_view path, std::map<std::string, std::string>& parameters) {
    parameters.clear();
    while (!pattern.empty()) {
        if (pattern.front() != '{') {
            if (path.empty() || path.front() != pattern.front()) return false;
            pattern.remove_prefix(1);
            path.remove_prefix(1);
            continue;
        }
        const auto close = pattern.find('}');
        const std::string name(pattern.substr(1, close - 1));
        pattern.remove_prefix(close + 1);
        const char stop = pattern.empty() ? '/' : pattern.front();
        const auto length = std::min(path.find(stop), path.find('/'));
        const std::string_view value = path.substr(0, length);
        if (value.empty()) return false;
        parameters[name] = value;
        path.remove_prefix(value.size());
    }
    return path.empty();
}

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
