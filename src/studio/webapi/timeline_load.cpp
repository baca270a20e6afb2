// Building TIMELINE_LOAD bodies out of stored text.
#include "studio/webapi/timeline_load.hpp"

#include <fmt/format.h>

#include "contract/json.hpp"
#include "contract/json_text.hpp"
#include "contract/object_writer.hpp"
#include "crypto/digest.hpp"
#include "studio/webapi/json_body.hpp"

namespace vistter::studio {
namespace {

std::string list_of(const std::vector<std::string>& items) {
    std::string text = "[";
    for (const std::string& item : items) text += (text.size() > 1 ? "," : "") + item;
    return text + "]";
}

// One overlay with the hash of its document, whose text is taken as it was stored.
std::string overlay_text(const std::string& document, const json::object& overlay, std::size_t n) {
    contract::ObjectWriter writer;
    writer.text("overlay_id", contract::json::text_at(overlay, "overlay_id"));
    const auto ocl = contract::text_at_pointer(document, fmt::format("/overlays/{}/ocl", n));
    const std::string ocl_text = ocl ? contract::canonical_text(*ocl) : "null";
    const json::object& inside = contract::json::object_at(overlay, "ocl");
    const std::int64_t revision = contract::json::integer_at(inside, "revision", 1);
    writer.integer("revision", contract::json::integer_at(overlay, "revision", revision));
    writer.text("doc_sha256", crypto::sha256_hex(ocl_text));
    writer.raw("ocl", ocl_text);
    return writer.str();
}

std::string asset_text(const Services& services, const Asset& asset, const std::string& device_id) {
    const WallTime expires{services.clock.wall().ms + asset_url_lifetime_ms};
    const std::string path = "/v1/assets/" + asset.sha256 + "/content";
    return contract::ObjectWriter()
        .text("asset_id", asset.asset_id)
        .text("uri", services.addresses.web_url +
                         services.authority.sign_asset_path(path, device_id, expires))
        .text("sha256", asset.sha256)
        .integer("size_bytes", asset.size_bytes)
        .text("media_type", asset.media_type)
        .text("expires", format_rfc3339(expires))
        .str();
}

}  // namespace

Result<CommandDraft> timeline_load(const Services& services, const std::string& tenant,
                                   const Timeline& timeline, const std::string& device_id) {
    const json::value parsed = stored_json(timeline.document);
    if (!parsed.is_object())
        return fail(ErrorCode::SYS_STORAGE, "the stored timeline cannot be read");
    const json::object& document = parsed.as_object();
    std::vector<std::string> overlays;
    std::vector<std::string> assets;
    std::string ocl_version = "1.0";
    for (const json::value& overlay : contract::json::array_at(document, "overlays")) {
        if (!overlay.is_object())
            return fail_at(ErrorCode::VAL_SCHEMA, "/overlays", "an overlay is an object");
        const json::object& ocl = contract::json::object_at(overlay.as_object(), "ocl");
        ocl_version = std::max(ocl_version, contract::json::text_at(ocl, "ocl_version"));
        overlays.push_back(overlay_text(timeline.document, overlay.as_object(), overlays.size()));
    }
    for (const std::string& asset_id : contract::json::texts_at(document, "assets")) {
        const auto asset = services.library.find_asset(tenant, asset_id);
        if (!asset) {
            return fail_at(ErrorCode::VAL_REFERENCE, fmt::format("/assets/{}", assets.size()),
                           fmt::format("no asset has the id {}; upload it first", asset_id));
        }
        assets.push_back(asset_text(services, *asset, device_id));
    }
    contract::ObjectWriter body;
    body.text("timeline_id", timeline.timeline_id).integer("revision", timeline.revision);
    for (const std::string_view member : {"name", "segment_version", "segments", "sequence"}) {
        const auto text = contract::text_at_pointer(timeline.document, fmt::format("/{}", member));
        if (text) body.raw(member, *text);
    }
    body.raw("overlays", list_of(overlays))
        .raw("assets_manifest", list_of(assets))
        .text("activation", "stage");
    CommandDraft draft;
    draft.device_id = device_id;
    draft.type = contract::MessageType::TIMELINE_LOAD;
    draft.body = body.str();
    if (!overlays.empty()) draft.ocl_version = ocl_version;
    return draft;
}

}  // namespace vistter::studio
