// The service about itself: alive, ready, and what its API is.
#include <string_view>
#include <utility>

#include "contract/validate.hpp"
#include "studio/webapi/json_body.hpp"
#include "studio/webapi/route.hpp"

namespace vistter::studio {

std::vector<std::pair<std::string_view, std::string_view>> embedded_api();  // cmake/embed.cmake

namespace {

Result<net::Response> get_health(Services&, const Call&) {
    return json_response(200, json::object{{"status", "ok"}});
}

// Ready: the database answers and no shutdown is under way.
Result<net::Response> get_ready(Services& services, const Call&) {
    if (services.draining) return fail(ErrorCode::SYS_BUSY, "Studio is shutting down");
    services.accounts.any_user();
    return json_response(
        200, json::object{{"status", "ready"}, {"contract", contract::contract_version()}});
}

Result<net::Response> get_api(Services&, const Call&) {
    net::Response response;
    response.headers = {{"Content-Type", "application/yaml"}};
    for (const auto& [file, text] : embedded_api()) {
        if (file == "studio.yaml") response.body = text;
    }
    return response;
}

}  // namespace

std::vector<Route> service_routes() {
    return {{.method = "GET", .pattern = "/healthz", .now = get_health},
            {.method = "GET", .pattern = "/readyz", .now = get_ready},
            {.method = "GET", .pattern = "/v1/openapi.yaml", .now = get_api}};
}

}  // namespace vistter::studio
