// Assets: uploaded by operators, fetched by appliances through signed addresses (rulings 6).
#include <fmt/format.h>
#include <algorithm>
#include <utility>

#include "crypto/digest.hpp"
#include "studio/webapi/audit.hpp"
#include "studio/webapi/gate.hpp"
#include "studio/webapi/json_body.hpp"
#include "studio/webapi/page_list.hpp"
#include "studio/webapi/problem.hpp"
#include "studio/webapi/route.hpp"

namespace vistter::studio {
namespace {

json::object asset_json(const Asset& asset) {
    return {{"asset_id", asset.asset_id},
            {"sha256", asset.sha256},
            {"name", asset.name},
            {"media_type", asset.media_type},
            {"size_bytes", asset.size_bytes},
            {"created_at", format_rfc3339(asset.created_at)}};
}

std::string asset_name(const net::Request& request) {
    std::string name = request.header("x-asset-name");
    std::erase_if(name, [](unsigned char symbol) { return symbol < 0x20 || symbol == 0x7F; });
    return name.substr(0, 200);
}

Result<net::Response> post_asset(Services& services, const Call& call) {
    const std::string content_type = call.request.header("content-type");
    const std::string media_type = content_type.substr(0, content_type.find(';'));
    const std::string& bytes = call.request.body;
    if (!is_asset_type(media_type)) {
        return fail(ErrorCode::API_MEDIA_TYPE,
                    "assets are image/png, image/jpeg, image/webp, video/mp4, audio/wav, "
                    "font/ttf, font/otf, font/woff2");
    }
    if (bytes.empty()) return fail(ErrorCode::VAL_SCHEMA, "send the asset's bytes as the body");
    if (bytes.size() > max_asset_bytes) {
        return fail(ErrorCode::AST_TOO_BIG,
                    fmt::format("an asset may have at most {} bytes", max_asset_bytes));
    }
    if (!looks_like(media_type, bytes)) {
        return fail(ErrorCode::AST_TYPE, fmt::format("these bytes are not {}", media_type));
    }
    auto asset = services.library.add_asset(call.who->user.tenant, crypto::sha256_hex(bytes),
                                            asset_name(call.request), media_type, bytes,
                                            services.clock.wall());
    if (!asset) return asset.error();
    note(services, author_of(call), "asset.add", asset->asset_id);
    net::Response response = json_response(201, asset_json(*asset));
    response.headers.emplace_back("Location", "/v1/assets/" + asset->asset_id);
    return response;
}

Result<net::Response> get_assets(Services& services, const Call& call) {
    const auto page = read_page(call.request);
    if (!page) return page.error();
    return json_response(200, page_of<Asset>(
                                  services.library.assets(call.who->user.tenant), *page,
                                  [](const auto& asset) { return asset.asset_id; },
                                  [](const auto& asset) { return asset_json(asset); }));
}

Result<net::Response> get_asset(Services& services, const Call& call) {
    const auto asset =
        services.library.find_asset(call.who->user.tenant, call.parameter("asset_id"));
    if (!asset) return fail(ErrorCode::RES_NOT_FOUND, "no asset has this id");
    return json_response(200, asset_json(*asset));
}

// Whose assets the caller may read: an appliance shows the signature it was sent, a person is
// signed in.
Result<std::string> reading_tenant(Services& services, const Call& call) {
    if (call.request.query_value("s")) {
        auto good = services.authority.check_asset_path(call.request.path, call.request.query,
                                                        services.clock.wall());
        if (!good) return good.error();
        const std::string device_id = call.request.query_value("a").value_or("");
        const auto device = services.registry.find_device(device_id);
        return device ? device->tenant : std::string();
    }
    auto sign_in = check_sign_in(services, call.request);
    if (!sign_in) return sign_in.error();
    return sign_in->user.tenant;
}

Result<net::Response> get_content(Services& services, const Call& call) {
    const auto tenant = reading_tenant(services, call);
    if (!tenant) return tenant.error();
    const auto asset = services.library.asset_by_hash(*tenant, call.parameter("sha256"));
    if (!asset) return fail(ErrorCode::RES_NOT_FOUND, "no asset has this hash");
    auto bytes = services.library.read_asset(*asset);
    if (!bytes) return bytes.error();
    net::Response response;
    // The server cuts it to the request's Range.
    response.headers = {{"Content-Type", asset->media_type},
                        {"Content-Disposition", "attachment"},
                        {"ETag", fmt::format("\"{}\"", asset->sha256)},
                        {"Accept-Ranges", "bytes"},
                        {"Cache-Control", "private, max-age=31536000, immutable"}};
    response.body = std::move(*bytes);
    return response;
}

}  // namespace

std::vector<Route> asset_routes() {
    return {
        {.method = "POST",
         .pattern = "/v1/assets",
         .access = Access::producer,
         .act = "asset.add",
         .now = post_asset},
        {.method = "GET", .pattern = "/v1/assets", .access = Access::signed_in, .now = get_assets},
        {.method = "GET",
         .pattern = "/v1/assets/{asset_id}",
         .access = Access::signed_in,
         .now = get_asset},
        {.method = "GET", .pattern = "/v1/assets/{sha256}/content", .now = get_content}};
}

}  // namespace vistter::studio
